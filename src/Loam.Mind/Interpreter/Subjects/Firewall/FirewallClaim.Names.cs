using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Ports by names that nothing else bears, and what is said of them later.</summary>
internal static partial class FirewallClaim
{
    private const double Likely = 0.8;
    private const double Possible = 0.5;

    /// <summary>"Turn ping off", "5 ssh connects a minute", "mosh uses udp 60001, open that".
    /// </summary>
    private static double OfNames(Clause clause, WishScan scan, Discourse said)
    {
        if (FollowsPorts(clause, scan, said))
        {
            return Likely;
        }
        return clause.Verb is not "create" && Names(clause) && !scan.HasThing
            && (OnlyNames(clause, scan) || scan.Groups.Exists(g => g.OwnAct || g.Rate is not null))
            && !clause.Lexemes.Any(l => l.Named(Known.Job) is not null || l.Text is "its"
                || l.Named(Known.User) is not null || l is { IsNumber: true, Unit: "min" or "h" }
                    && char.IsAsciiDigit(l.Text[0])) ? Possible : 0;
    }

    /// <summary>It names ports that are no app's, and says nothing of what shall become of them:
    /// "too many connections on http".</summary>
    public static bool OnlyNames(Clause clause, WishScan scan) => clause.Question is null
        && clause.Verb.Length == 0 && Names(clause)
        && clause.Lexemes.Any(l => l.IsGlue("is") || l.Text is "too")
        && !scan.Words.Has("rule") && !scan.Words.Has("limit") && !scan.Words.Has("norate")
        && scan.Groups.TrueForAll(g => g is { Act: Act.None, Only: false,
            Rate: null, Log: null, Sources.Count: 0, Lan: false, Also: false, Interface: null,
            Direction: null, Destinations.Count: 0 }
            && g.Ports.TrueForAll(p => p.Thing is null && p.Name.Length > 0 && !p.Numbered));

    private static bool Names(Clause clause) => clause.Lexemes.Any(l => PortNames.Of(l) is not null
        && l.Named(Known.Service) is null && l.Named(Known.App) is null
        && l.Named(Known.Role) is null && !l.Is(Part.Field) && !l.IsNumber);

    /// <summary>"…, open that": the ports were named right before.</summary>
    private static bool FollowsPorts(Clause clause, WishScan scan, Discourse said) =>
        clause.Question is null && !clause.Lexemes.Any(l => l.IsMention || l.IsNumber)
        && (ClosesRuled(scan, said) || clause.Lexemes.Any(l => l.Is(Part.Reference))
        && (scan.Groups is [{ OwnAct: true, Ports.Count: 0, Log: null, Else: false }]
            && clause.Verb is "publish" or "unpublish" or "block" or "set" or ""
            || clause.Verb is "publish" or "unpublish")
        && said.Before is [.., { Subject: FirewallSubject, Question: null } before]
        && before.Attributes.OfType<FirewallAttribute>().LastOrDefault() is
            { Groups: [.., { Ports.Count: > 0, Only: false, Log: null } told] }
            && (!told.Strong || before.Lexemes.Any(l => l.Is(Part.Topic, "missing"))));

    /// <summary>"8080 was open for the scanner. Close it": a port that a rule lets in.</summary>
    private static bool ClosesRuled(WishScan scan, Discourse said)
    {
        var rules = FirewallRules.Of(
            said.Session.Draft.State.Specs.GetValueOrDefault(NetworkFile.File)).Rules;
        return scan.Groups is [{ IsBlock: true, OwnAct: true, Refers: true, Ports.Count: 0,
                HasSource: false, Log: null }] && scan.Words.Has("close")
            && said.Before.Any(c => c is { Subject: null, Question: null } && c.Lexemes.Any(l =>
                l is { IsNumber: true, Unit: "" } && rules.Any(r => r.Action
                    == FirewallAction.Accept && r.Ports.Any(p => p.First == l.Value))));
    }
}
