using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Approving;

/// <summary>What of a thing somebody's words are about.</summary>
public enum ScopeTopic
{
    /// <summary>To run better: more of what it has, never less, nothing that it obeys.</summary>
    Tune,
    /// <summary>It was named: what was said of it word for word may be set.</summary>
    Named,
    Restart, Stop, Start, Scale, Upgrade, Version, Environment, Ports, Storage, Backup,
}

/// <summary>That words are about something of a thing.</summary>
public readonly record struct ScopeGrant(ResourceId Thing, ScopeTopic Topic);

/// <summary>What a request may change, computed from the person's own words before any observed
/// text is read (decision 18). Everything else that a proposal changes needs an approval of its
/// own. Never narrower for more words.</summary>
public sealed record Scope
{
    public static readonly Scope Nothing = new();

    public ImmutableHashSet<ScopeGrant> Grants { get; init; } = [];

    /// <summary>Changes that the words themselves, read without any model, come to.</summary>
    public ImmutableHashSet<SaidEdit> Exact { get; init; } = [];

    /// <summary>Apps of the catalogue that may come new, with how many of each.</summary>
    public ImmutableSortedDictionary<string, int> Apps { get; init; } =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Numbers that were said, also in the state files' base units.</summary>
    public ImmutableHashSet<decimal> Numbers { get; init; } = [];

    /// <summary>The words themselves, in lower case.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    public bool IsEmpty => Grants.IsEmpty && Exact.IsEmpty && Apps.IsEmpty;

    public bool Has(ResourceId thing, ScopeTopic topic) => Grants.Contains(new(thing, topic));

    /// <summary>A text stands in the words, not as a part of a longer one.</summary>
    public bool HasSaid(string text)
    {
        var sought = text.Trim().ToLowerInvariant();
        return sought.Length > 0 && Words.Any(turn => Stands(turn, sought));
    }

    /// <summary>What either covers.</summary>
    public Scope And(Scope other) => this with
    {
        Grants = Grants.Union(other.Grants),
        Exact = Exact.Union(other.Exact),
        Apps = other.Apps.Aggregate(Apps, (apps, app) => apps.SetItem(app.Key,
            Math.Max(app.Value, apps.GetValueOrDefault(app.Key)))),
        Numbers = Numbers.Union(other.Numbers),
        Words = [.. Words.Union(other.Words, StringComparer.Ordinal)],
    };

    /// <summary>Everything that the other covers is covered here.</summary>
    public bool Includes(Scope other) => Grants.IsSupersetOf(other.Grants)
        && Exact.IsSupersetOf(other.Exact) && Numbers.IsSupersetOf(other.Numbers)
        && other.Apps.All(a => Apps.GetValueOrDefault(a.Key) >= a.Value)
        && other.Words.All(turn => Words.Any(w => w.Contains(turn, StringComparison.Ordinal)));

    /// <summary>Every part of a change with whether it lies within.</summary>
    public ImmutableArray<ScopeVerdict> Judge(DesiredState before, DesiredState after) =>
        new ScopeJudge(this, before, after).Judge();

    /// <summary>Nothing of the change lies outside.</summary>
    public bool Covers(DesiredState before, DesiredState after) =>
        Judge(before, after).All(v => v.IsCovered);

    private static bool Stands(string words, string sought)
    {
        for (var at = words.IndexOf(sought, StringComparison.Ordinal); at >= 0;
            at = words.IndexOf(sought, at + 1, StringComparison.Ordinal))
        {
            var end = at + sought.Length;
            if ((at == 0 || IsEdge(words, at - 1, -1)) && (end == words.Length
                || IsEdge(words, end, 1)))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>No letter, digit or what joins them: "1.2" does not stand in "1.2.3", but it does
    /// before a full stop.</summary>
    private static bool IsEdge(string words, int at, int step)
    {
        var c = words[at];
        if (char.IsLetterOrDigit(c) || c is '_')
        {
            return false;
        }
        var next = at + step;
        return c is not ('-' or '.' or '/' or ':' or '@' or '$') || next < 0
            || next >= words.Length || !char.IsLetterOrDigit(words[next]);
    }
}

/// <summary>One part of a change, judged.</summary>
public readonly record struct ScopeVerdict(FieldEdit Edit, bool IsCovered);
