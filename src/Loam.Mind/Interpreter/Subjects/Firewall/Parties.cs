using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Those for whom something is opened or shut, by a name no address is declared for: "the
/// office", "the accountants". What is meant for them must not hold for everybody.</summary>
internal static class Parties
{
    /// <summary>As typed; null: nobody is named like that.</summary>
    public static string? Of(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var from = clause[at].IsGlue("from") && clause[at].Text == "from";
            var names = from ? Place(clause, at + 1)
                : clause[at].IsGlue("for") || clause[at].IsGlue("to") ? Party(clause, at + 1)
                : clause[at].IsGlue("only") || at == 0 || clause[at].Text == "let"
                    || clause[at].Is(Part.Topic, "allow") ? Acting(clause, at) : null;
            if (names is not null)
            {
                return names;
            }
        }
        return null;
    }

    private static bool IsArticle(Lexeme lexeme) => lexeme.Text is "the" or "a" or "an" or "my"
        or "our" or "your" or "new" or "his" or "her" or "their" or "own" or "other" or "all"
        or "only" or "just" or "whole" or "entire" || lexeme.IsGlue("only")
        || lexeme.Text.Split(' ')[^1] is "the"
            or "our" or "my";

    /// <summary>"From the new hq": whatever follows is where they come from.</summary>
    private static string? Place(Clause clause, int at)
    {
        while (at < clause.Count && IsArticle(clause[at]))
        {
            at++;
        }
        if (at < clause.Count && clause[at].Is(Part.Topic, "party"))
        {
            return clause[at].Original;
        }
        return at >= clause.Count || clause[at].Is(Part.Topic) || clause[at].Is(Part.Verb)
            || clause[at].IsNumber || clause[at].Is(Part.Cidr) || clause[at].Is(Part.Address)
            || clause[at].Text is "now" or "there" or "here" or "outside"
            ? null : clause[at].Original;
    }

    /// <summary>"For the office", "to our accountants"; not "for testing", "for wireguard".
    /// </summary>
    private static string? Party(Clause clause, int at)
    {
        var first = at;
        while (at < clause.Count && IsArticle(clause[at]))
        {
            at++;
        }
        for (var end = at; end < clause.Count && end < at + 3; end++)
        {
            if (IsParty(clause[end]))
            {
                return string.Join(' ', Enumerable.Range(at, end - at + 1)
                    .Select(i => clause[i].Original));
            }
            if (clause[end].Readings[0].Part is not Part.Unknown)
            {
                break;
            }
            // "For our beekeepers": several of them, whoever they are.
            if (first < at && clause[end].Text is [.., not 's', 's'] and { Length: > 4 })
            {
                return clause[end].Original;
            }
        }
        return null;
    }

    /// <summary>"Only the accountants may reach 8443", "let only the office use it".</summary>
    private static string? Acting(Clause clause, int at)
    {
        at += clause[at].Text == "let" || clause[at].Is(Part.Topic, "allow") ? 1 : 0;
        // "The sensors must not reach …": whoever is in that network of containers.
        var network = Enumerable.Range(at, clause.Count - at).SkipWhile(i => IsArticle(clause[i]))
            .Take(1).Where(i => clause[i].Namings is [{ Known: Known.Network }])
            .Select(i => clause[i].Original).FirstOrDefault();
        var who = network ?? Party(clause, at);
        var last = Enumerable.Range(at, clause.Count - at).FirstOrDefault(
            i => who is not null && who.EndsWith(clause[i].Original, StringComparison.Ordinal), -1);
        return last >= 0 && last + 1 < clause.Count && (clause[last + 1].Is(Part.Topic, "may")
            || clause[last + 1].IsGlue("not") && clause[last + 1].Text.Split(' ')[0] is "must"
                or "may" or "should" or "can"
            || clause[last + 1].Is(Part.Topic, "allow") || clause[last + 1].Is(Part.Topic, "block")
            || clause[last + 1].Text is "need" or "needs" or "get" or "gets" or "want" or "wants"
                or "should" or "can" or "may" or "must" or "has to" or "have to" or "reach" or "use"
            || clause[last + 1].IsGlue("to"))
            ? who : null;
    }

    private static bool IsParty(Lexeme lexeme) => lexeme.Named(Known.Role) is "vpn"
        && lexeme.Named(Known.Service) is null
        || !lexeme.IsMention
        && (lexeme.Is(Part.Topic, "party") || lexeme.Is(Part.Topic, "person"));
}
