using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Asks the registries whether they have something newer than what runs. Changes nothing.
/// </summary>
public sealed class UpdateLookup(RegistryClient registry)
{
    public async Task<ImmutableArray<UpdateStatus>> LookAsync(
        DesiredState state, CancellationToken cancel)
    {
        var found = new List<UpdateStatus>();
        foreach (var some in state.ImageUses.GroupBy(u => u.Image.Name, StringComparer.Ordinal)
            .Chunk(Limits.EngineCalls))
        {
            foreach (var answers in await Task.WhenAll(some.Select(
                async uses => (Uses: uses, One: await LookAsync(state, uses.First(), cancel)
                    .ConfigureAwait(false)))).ConfigureAwait(false))
            {
                found.AddRange(answers.Uses.Select(
                    u => answers.One with { Name = u.By.Name }));
            }
        }
        return [.. found.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    private async Task<UpdateStatus> LookAsync(
        DesiredState state, ImageUse use, CancellationToken cancel)
    {
        var none = new UpdateStatus(use.By.Name, use.Image.Short, null, null, null);
        var pinned = state.Images.GetValueOrDefault(use.Image.Name);
        if (pinned is { IsLocalId: true })
        {
            return none with { IsNewBuild = false };
        }
        try
        {
            var now = use.Image.Digest is null
                ? await registry.ResolveAsync(use.Image, state.Settings, cancel)
                    .ConfigureAwait(false) : null;
            var tags = use.Image.Tag.Length == 0 ? []
                : await registry.TagsAsync(use.Image, state.Settings, cancel)
                    .ConfigureAwait(false);
            return none with
            {
                IsNewBuild = now is not null && pinned is not null && now.Digest != pinned.Digest,
                Newer = TagVersions.Newer(use.Image.Tag, tags),
            };
        }
        catch (HostException fault)
        {
            return none with { Error = fault.Message };
        }
    }
}
