using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

internal sealed record WireForeignConfig(
    string? Image, string? User, string[]? Env, string[]? Cmd, string[]? Entrypoint);

internal sealed record WireForeignMount(
    string? Source, string? Destination, bool RW);

internal sealed record WireForeign(
    string Image, WireForeignConfig? Config, WireForeignMount[]? Mounts);

internal sealed record WireImageConfig(WireForeignConfig? Config);

public sealed partial class DockerEngine
{
    /// <summary>A container as whoever made it asked for it; null when there is none.</summary>
    public async Task<ForeignContainer?> DescribeAsync(string name, CancellationToken cancel)
    {
        if (await FindAsync(name, cancel).ConfigureAwait(false) is not { } observed)
        {
            return null;
        }
        var what = $"container {name}";
        var wire = (await _engine.CallAsync(
            HttpMethod.Get, $"/containers/{Escape(name)}/json", what, cancel)
            .ConfigureAwait(false)).Read(EngineJson.Default.WireForeign, what);
        var image = (await _engine.CallAsync(
            HttpMethod.Get, $"/images/{Escape(wire.Image)}/json", what, cancel)
            .ConfigureAwait(false)).Read(EngineJson.Default.WireImageConfig, what).Config;
        var own = wire.Config;
        return new(observed, own?.Image ?? wire.Image,
            [.. (own?.Env ?? []).Except(image?.Env ?? []).Where(e => e.Contains('='))],
            Changed(own?.Cmd, image?.Cmd), Changed(own?.Entrypoint, image?.Entrypoint),
            own?.User == image?.User ? null : own?.User,
            [.. (wire.Mounts ?? []).Where(m => m is { Source: not null, Destination: not null })
                .Select(m => new BindMount(m.Source!, m.Destination!, !m.RW))]);
    }

    private static System.Collections.Immutable.ImmutableArray<string>? Changed(
        string[]? own, string[]? image) =>
        own is null || (image is not null && own.AsSpan().SequenceEqual(image)) ? null : [.. own];
}
