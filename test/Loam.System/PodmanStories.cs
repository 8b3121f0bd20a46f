using Loam.System.Harness;

namespace Loam.System;

/// <summary>What of the stories does not need a published port: on the build machines Podman's
/// ports cannot be reached from the host. The engine's own behaviour on Podman is held by the
/// conformance suite.</summary>
public sealed class PodmanStories(PodmanGround ground)
    : StoriesOnEveryEngine(ground), IClassFixture<PodmanGround>
{
    [PodmanFact]
    public Task An_image_that_does_not_exist_changes_nothing() => UnknownImageAsync();
}
