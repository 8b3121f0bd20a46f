using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Mind.Gateway;

namespace Loam.Mind.Routing;

/// <summary>Who is asked after whom. Pure: the same request and models make the same way.</summary>
/// <remarks>The interpreter comes before all of it. Where a leg has no answer that can be used,
/// the next one is taken; whether a leg that leads out of the machine may be taken at all is
/// decided when it is known what would be sent.</remarks>
public static class Router
{
    /// <param name="models">In the order of the manifest.</param>
    /// <returns>At least one leg.</returns>
    public static ImmutableArray<Leg> Way(
        LlmRouting routing, ImmutableArray<ModelInfo> models, Difficulty difficulty)
    {
        var written = Written(models);
        var (here, away) = (Of(models, PrivacyClass.Local), Of(models, PrivacyClass.Cloud));
        if (here.IsEmpty || away.IsEmpty)
        {
            return written.IsEmpty ? [new([], LegKind.Answers)] : written;
        }
        var (local, cloud) = (new Leg(here, LegKind.Answers), new Leg(away, LegKind.Answers));
        return routing switch
        {
            LlmRouting.LocalFirst => [local, cloud],
            LlmRouting.CloudFirst => [cloud, local],
            LlmRouting.Polish =>
                [local with { Kind = LegKind.Drafts }, cloud with { Kind = LegKind.Polishes }],
            LlmRouting.Auto when difficulty == Difficulty.Hard => [cloud, local],
            _ => written,
        };
    }

    private static ImmutableArray<ModelInfo> Of(
        IEnumerable<ModelInfo> models, PrivacyClass privacy) =>
        [.. models.Where(m => m.Privacy == privacy)];

    /// <summary>Neighbours of one class are one leg.</summary>
    private static ImmutableArray<Leg> Written(IEnumerable<ModelInfo> models)
    {
        var legs = new List<Leg>();
        foreach (var model in models)
        {
            if (legs.Count > 0 && legs[^1].Models[0].Privacy == model.Privacy)
            {
                legs[^1] = legs[^1] with { Models = legs[^1].Models.Add(model) };
            }
            else
            {
                legs.Add(new([model], LegKind.Answers));
            }
        }
        return [.. legs];
    }
}
