using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>Name servers and search domains.</summary>
internal static class DnsEdits
{
    public static Reply Servers(Clause clause, Session session)
    {
        var draft = session.Draft;
        var said = Take(clause, Part.Address);
        if (said.Count == 0)
        {
            said = [.. clause.Lexemes.SelectMany(l => l.Readings).Where(r => r.Part == Part.Topic
                && r.Key.StartsWith("resolver:", StringComparison.Ordinal))
                .Select(r => r.Key["resolver:".Length..]).Distinct()];
        }
        var former = Former(clause);
        said.RemoveAll(former.Contains);
        if (said.Count == 0)
        {
            return Ask(clause, "Which name servers, such as 9.9.9.9?", ["9.9.9.9", "1.1.1.1"],
                Part.Address);
        }
        var network = draft.State.Specs.GetValueOrDefault(NetworkFile.File);
        return Interface(clause, session) is not { } name
            ? List(clause, draft, network?.Map("dns")?.Texts("nameservers"),
                EditPath.Parse("spec.dns.nameservers"), said, ("name server", ""), former)
            : List(clause, draft, network?.Maps("interfaces")
                .FirstOrDefault(i => i.Text("name") == name)?.Texts("dns"),
                EditPath.Parse("spec.interfaces").Item("name", name).Key("dns"), said,
                ("name server", $" on {name}"), former);
    }

    /// <summary>"9.9.9.9 instead of 1.1.1.1", "replace cloudflare by quad9": those that go.
    /// </summary>
    private static List<string> Former(Clause clause)
    {
        var places = Enumerable.Range(0, clause.Count).Where(i => Server(clause[i]) is not null)
            .ToList();
        if (places is not [var first, var second])
        {
            return [];
        }
        var between = clause.Lexemes.Skip(first + 1).Take(second - first - 1).ToList();
        var old = between.Exists(l => l.IsGlue("insteadof") || l.IsGlue("not")) ? second
            : clause.Verb == "replace" && between.Exists(l => l.IsGlue("with") || l.IsGlue("by")
                || l.IsGlue("for") || l.IsGlue("to")) ? first : -1;
        return old < 0 ? [] : [Server(clause[old])!];
    }

    private static string? Server(Lexeme lexeme) => lexeme.Is(Part.Address) ? lexeme.Text
        : lexeme.Readings.Where(r => r.Part == Part.Topic
            && r.Key.StartsWith("resolver:", StringComparison.Ordinal))
            .Select(r => r.Key["resolver:".Length..]).FirstOrDefault();

    /// <summary>"Replace 1.1.1.1 by 9.9.9.9", where names are looked up there.</summary>
    public static bool Swaps(Clause clause, Draft draft) => Former(clause) is [var old]
        && draft.State.Specs.GetValueOrDefault(NetworkFile.File)?.Map("dns")?.Texts("nameservers")
            .Contains(old) == true && clause.Lexemes.All(l => !l.IsNumber);

    /// <summary>"Dns 9.9.9.9 on eth0", and "there", of the interface spoken of last; null: the
    /// machine is meant.</summary>
    private static string? Interface(Clause clause, Session session)
    {
        static string? Named(IEnumerable<Clause> clauses) => clauses.SelectMany(c => c.Lexemes)
            .Select(l => l.Named(Known.Interface)).LastOrDefault(n => n is not null);
        var near = clause.Lexemes.Any(l => l.Text == "there");
        return clause.Attributes.OfType<InterfaceNamesAttribute>().FirstOrDefault()?.Interface
            ?? Named([clause]) ?? (near ? Named(session.LastWishes) : null);
    }

    /// <summary>Domains, and the single words in a list with them or right behind "search".
    /// </summary>
    public static List<int> Searched(Clause clause)
    {
        var places = new List<int>();
        for (var at = 0; at < clause.Count; at++)
        {
            var led = at > 0 && (clause[at - 1].Is(Part.Topic, "search")
                || clause[at - 1].Text == "search" || clause[at - 1].Text == ":"
                    && at > 1 && clause[at - 2].Is(Part.Topic, "search"));
            var listed = at > 1 && places.Contains(at - 2)
                && (clause[at - 1].IsGlue("and") || clause[at - 1].IsGlue("comma"));
            var label = (led || listed) && clause[at].Readings[0].Part is Part.Unknown
                or Part.Topic && clause[at].Text.All(c => char.IsAsciiLetterOrDigit(c)
                    || c is '-' or '.');
            if (clause[at].Is(Part.Domain) || label)
            {
                places.Add(at);
            }
        }
        return places;
    }

    public static Reply Search(Clause clause, Draft draft)
    {
        var labels = Searched(clause).Where(i => !clause[i].Is(Part.Domain))
            .Select(i => clause[i].Text).ToList();
        List<string> said = [.. Take(clause, Part.Domain), .. labels];
        return said.Count > 0 ? List(clause, draft, draft.State.Specs
                .GetValueOrDefault(NetworkFile.File)?.Map("dns")?.Texts("search"),
                EditPath.Parse("spec.dns.search"), said, ("search domain", ""))
            : Ask(clause, "Which search domain, such as example.com?", [], Part.Domain);
    }

    private static Reply Ask(Clause clause, string question, string[] offers, Part part) =>
        Reply.Ask(question, offers, answer =>
        {
            var names = answer.Lexemes.Where(l => l.Is(part)).Select(l => l.Text).ToList();
            clause.Attributes.AddRange(names.Select(n => new NameAttribute(n)));
            return names.Count > 0;
        });

    /// <summary>What is said, without what it replaces ("instead of …").</summary>
    private static List<string> Take(Clause clause, Part part)
    {
        var taken = clause.Attributes.OfType<NameAttribute>().Select(n => n.Name).ToList();
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Is(part))
            {
                clause.Use(at);
                var old = Enumerable.Range(Math.Max(0, at - 2), Math.Min(2, at)).Any(b =>
                    clause[b].IsGlue("insteadof") || clause[b].IsGlue("not"));
                if (!old)
                {
                    taken.Add(clause[at].Text);
                }
            }
        }
        return [.. taken.Distinct()];
    }

    /// <param name="listed">As it is; null: empty.</param>
    /// <param name="what">What one of them is called, and where it counts.</param>
    private static Reply List(Clause clause, Draft draft, IEnumerable<string>? listed,
        EditPath path, List<string> said, (string Name, string Where) what,
        List<string>? former = null)
    {
        var present = (listed ?? []).ToList();
        var removes = clause.Verb is "remove" or "stop" or "unset";
        var adds = clause.Verb is "create"
            || clause.Lexemes.Any(l => l.IsGlue("also") || l.Text is "another" or "extra"
                or "additional");
        var goes = present.Find(p => former?.Contains(p) == true);
        List<string> wanted = goes is not null
            ? [.. present.SelectMany(p => p == goes ? said : [p]).Distinct()]
            : removes ? [.. present.Except(said)]
            : adds ? [.. present.Union(said)] : said;
        if (wanted.SequenceEqual(present))
        {
            return Reply.Same(removes ? $"{Wording.List(said)} is no {what.Name}{what.Where}."
                : $"The {what.Name}s{what.Where} are {Wording.List(present)} already.");
        }
        if (wanted.Count == 0)
        {
            draft.Remove(NetworkFile.File, path);
        }
        else
        {
            draft.Set(NetworkFile.File, path,
                EditValue.List([.. wanted.Select(EditValue.Of)]));
        }
        return Reply.Done((removes ? $"remove the {what.Name} {Wording.List(said)}"
            : adds ? $"add the {what.Name} {Wording.List(said)}"
            : $"use {Wording.List(wanted)} as {what.Name}{(wanted.Count > 1 ? "s" : "")}")
            + what.Where).With(Risk.Medium);
    }
}
