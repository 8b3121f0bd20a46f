using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects;

/// <summary>Every subject, in the order in which they are preferred where two claim a clause
/// alike.</summary>
internal static class SubjectTable
{
    public const double Threshold = 0.5;

    public static ISubject Jobs { get; } = new Jobs.JobSubject();

    public static IReadOnlyList<ISubject> All { get; } =
    [
        new Firewall.FirewallSubject(),
        Storage.StorageSubject.Instance,
        Jobs,
        new Notify.NotifySubject(),
        People.PeopleSubject.Instance,
        Machine.MachineSubject.Instance,
    ];

    /// <summary>"We don't need the archive. Remove it.": whatever "it" is was spoken of in the
    /// clause before; null: it was a service.</summary>
    private static ISubject? Spoken(Clause clause, Discourse said) =>
        said.Before is [.., { Subject: { } before, Question: null }] && clause.Question is null
        && clause.Verb is "remove" or "unmount" or "move" or "rename"
        && clause.Lexemes.Any(l => l.Is(Part.Reference, "it") || l.Is(Part.Reference, "them"))
        && clause.Lexemes.All(l => !l.IsMention && !l.IsNumber) ? before : null;

    /// <summary>Whom a clause may belong to, the likeliest first; null: the services.</summary>
    public static List<ISubject?> Of(Clause clause, Discourse said)
    {
        var claims = All.Select((subject, at) => (Subject: (ISubject?)subject,
                Claim: subject.Claim(clause, said), at))
            .Where(c => c.Claim > 0).Append((Subject: null, Claim: Threshold - 0.001, All.Count))
            .OrderByDescending(c => c.Claim).ThenBy(c => c.Item3).Select(c => c.Subject).ToList();
        if (claims[0] is null && Spoken(clause, said) is { } spoken)
        {
            claims.Remove(spoken);
            claims.Insert(0, spoken);
        }
        foreach (var subject in All)
        {
            if (!claims.Contains(subject)) claims.Add(subject);
        }
        return claims;
    }
}
