using Loam.System.Harness;

namespace Loam.System;

[Needs("dockerd"), Collection("docker")]
public sealed class DockerStories(DockerGround ground) : Stories(ground);

[Needs("dockerd"), Collection("docker")]
public sealed class DockerTrouble(DockerGround ground) : Trouble(ground);

[Needs("dockerd"), Collection("docker")]
public sealed class DockerRefusals(DockerGround ground) : Refusals(ground);

[Needs("podman"), Collection("podman")]
public sealed class PodmanStories(PodmanGround ground) : Stories(ground);

[Needs("podman"), Collection("podman")]
public sealed class PodmanTrouble(PodmanGround ground) : Trouble(ground);

[NeedsOwnEngine, Collection("containerd")]
public sealed class ContainerdStories(ContainerdGround ground) : Stories(ground);

[NeedsOwnEngine, Collection("containerd")]
public sealed class ContainerdTrouble(ContainerdGround ground) : Trouble(ground);

[NeedsOwnEngine, Collection("containerd")]
public sealed class ContainerdRefusals(ContainerdGround ground) : Refusals(ground);
