using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>The one step of name resolution: a file of whoever is in charge.</summary>
public static class ResolverSteps
{
    internal static void Add(PlanDraft draft)
    {
        var (id, wanted) = (ResourceId.Dns, draft.After.Resolver);
        if (draft.Observed.Resolver is not { } seen || !draft.IsInScope(id)
            || (wanted is null && !ResolverText.IsOurs(seen.There)
                && !draft.Changes.ContainsKey(id)))
        {
            return;
        }
        var after = wanted is not null ? ResolverText.With(seen, wanted)
            : ResolverText.IsOurs(seen.There) ? ResolverText.Without(seen) : null;
        var isTrue = after is null || after == seen.There || seen.Trouble is not null;
        if (isTrue && !draft.Changes.ContainsKey(id) && seen.Trouble is null)
        {
            return;
        }
        draft.Add(draft.ChangeOf(id), wanted is null ? Verb.Delete : Verb.Update, Way.InPlace,
            TimeSpan.Zero, isTrue ? [] : Actions(draft, seen, after!, wanted), [],
            isTrue ? Risk.Low : Risk.Medium, [.. isTrue ? [] : Notes(seen, wanted)]);
    }

    internal static void Fits(PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        if (draft.After.Resolver is not null && draft.Observed.Resolver?.Trouble is { } trouble
            && steps.Any(s => s.Id == ResourceId.Dns))
        {
            found.Error(Codes.Foreign,
                draft.After.Resources.GetValueOrDefault(ResourceId.Dns)?.At, trouble,
                "Make it a plain file, or leave `dns` out of network.yaml.");
        }
    }

    public static string Sentence(Step step) => step switch
    {
        { Actions.IsEmpty: true, Verb: Verb.Delete } => "forget the name servers",
        { Actions.IsEmpty: true } => "record the name servers",
        { Verb: Verb.Delete } => "resolve names as before",
        _ => "change how names are resolved",
    };

    /// <summary>Who is in charge, for people.</summary>
    public static string Word(NamesBy manager) => manager switch
    {
        NamesBy.Resolved => "systemd-resolved",
        NamesBy.Resolvconf => "resolvconf",
        NamesBy.NetworkManager => "NetworkManager",
        _ => "nobody",
    };

    private static ImmutableArray<PlannedAction> Actions(
        PlanDraft draft, ObservedResolver seen, HostFile after, Resolver? wanted)
    {
        var set = new PlannedAction(ActionKind.SetResolver, seen.Path)
        {
            Resolver = new(seen.Manager, seen.Path, seen.There, after),
        };
        // Healing must not fail because a server is away.
        return draft.Context.Heal || wanted is not { Nameservers.IsEmpty: false } ? [set]
            :
            [
                set, new(ActionKind.CheckResolver, seen.Path)
                {
                    ResolverProbe = new(
                        wanted.Nameservers, wanted.Search.FirstOrDefault() ?? "."),
                },
            ];
    }

    private static IEnumerable<string> Notes(ObservedResolver seen, Resolver? wanted)
    {
        yield return seen.Manager == NamesBy.File
            ? $"nobody manages {seen.Path}: " + (wanted is null ? "what stood there comes back"
                : ResolverText.IsOurs(seen.There) ? "Loam's file is replaced"
                : "it is replaced, and comes back when this is declared no more")
            : $"{Word(seen.Manager)} is in charge: {seen.Path}";
        if (wanted is { Nameservers.IsEmpty: false })
        {
            yield return "it goes back if none of the name servers answers";
        }
    }
}
