using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Questions that the rules answer.</summary>
internal static partial class FirewallClaim
{
    private static double Question(
        Clause clause, WishScan scan, FirewallRules rules, Discourse said, ISubject self)
    {
        var words = scan.Words;
        var acts = words.Has("allow") || words.Has("block") || words.Has("open")
            || words.Has("close") || words.Has("may") || words.Has("reject")
            || words.HasText("getting through", "get through");
        if (clause.Question is null && clause[0].Text == "from" && (scan.HasThing
            || scan.HasNamedPort || scan.HasNumber)
            || clause.Question == "who" && scan.HasNamedPort && !scan.HasThing
            || scan.HasThing && acts && words.Has("anywhere") && Asks(clause)
            || clause.Question is "which" or "show" or "what" && words.Has("anywhere")
                && (words.Has("may") || words.Has("out")) && rules.IsDeclared)
        {
            return 0.7;
        }
        if (rules.IsDeclared && IsOfLeaving(clause, words))
        {
            return 0.85;
        }
        if (clause.Question == "whatif" || words.HasText("run", "log in", "memory"))
        {
            return 0;
        }
        if (words.Has("ban") && !scan.HasAddress)
        {
            return 0.8;
        }
        if (clause.Question == "how" && !scan.HasAddress)
        {
            return 0;
        }
        var ports = words.HasText("port", "ports") && (words.Has("open") || words.Has("close")
            || words.Has("block") || words.Has("may") || words.Has("allow"));
        if (ports && (rules.IsDeclared || scan.HasNumber) || scan.HasAddress && acts)
        {
            return 0.8;
        }
        if (words.Has("block") && !words.HasText("drop") && (scan.Groups.Count > 0
            || words.HasText("blocked")))
        {
            return 0.75;
        }
        if (acts && (scan.HasNamedPort || scan.HasNumber || words.Has("lan")
            || words.HasText("outside", "from outside")) && words.Has("anywhere"))
        {
            return 0.75;
        }
        if (acts && scan.HasNamedPort && !scan.HasThing)
        {
            return 0.7;
        }
        if (words.Has("limit") && scan.HasNamedPort && !scan.HasThing)
        {
            return 0.7;
        }
        if (words.HasText("no rule", "rule covers", "matches"))
        {
            return 0.7;
        }
        var whoever = clause.Question == "who" || clause.Question is "which" or "what"
            && clause.Lexemes.Any(l => l.IsField("address") || l.IsField("network")
                || l.Text is "hosts" or "machines" or "clients" or "people");
        return whoever && words.Has("may") && (scan.HasThing || scan.HasNamedPort
            || scan.HasNumber) ? 0.75 : 0;
    }

    /// <summary>"What may leave the machine?"</summary>
    private static bool IsOfLeaving(Clause clause, ScanWords words) =>
        clause.Question is "what" or "which" && words.Has("out")
        && !clause.Lexemes.Any(l => l.Text is "topics" or "topic" or "data" or "never")
        && clause.Lexemes.All(l => !l.IsMention && !l.Is(Part.Topic, "notify")
            && !l.Is(Part.Topic, "alert") && !l.Is(Part.Topic, "job") && !l.IsField("backup")
            && l.Text.Split(' ')[0] is not ("send" or "sends" or "sent" or "output"));

    /// <summary>"Hide the version of caddy", "redirect http to https", "block ads": what is in the
    /// packets, of which no rule knows.</summary>
    public static bool IsOfContent(Clause clause) => clause.Lexemes.Any(l => l.IsField("version")
        || l.Text is "redirect" or "redirects" or "redirected" or "ads" or "adverts"
            or "advertising" or "trackers")
        && !clause.Lexemes.SkipWhile(l => l.Text is not ("so" or "hence" or "therefore")).Any(
            l => l.Is(Part.Topic, "close") || l.Is(Part.Topic, "block")
                || l.Is(Part.Topic, "open"));

    /// <summary>"Turn the firewall on but keep everything working": as it would be anyhow.
    /// </summary>
    public static bool KeepsAll(Clause clause) => clause.Lexemes.Any(l => l.Text is "keep"
            or "keeps" or "leave") && clause.Lexemes.Any(l => l.Is(Part.Topic, "everything"))
        && clause.Lexemes.Any(l => l.Text is "working" or "running" or "reachable" or "accessible"
            or "available" or "usable" or "alive" or "up" or "as it is" or "going")
        && !clause.Lexemes.Any(l => l.IsNumber || l.IsMention);

    /// <summary>"Pihole: upstream 9.9.9.9": a value of its own.</summary>
    private static bool IsSetting(Clause clause) => clause.Count > 2
        && clause[0].Named(Known.Service) is not null && clause[1].Text == ":"
        && clause[2].Is(Part.Unknown) && !clause.Lexemes.Any(l => l.IsGlue("from"));
}
