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
        if (said.Count > 0 && Interface(clause, session) is { } name)
        {
            return OfInterface(clause, draft, name, said);
        }
        return said.Count > 0 ? List(clause, draft, "nameservers", said, "name server")
            : Ask(clause, "Which name servers, such as 9.9.9.9?", ["9.9.9.9", "1.1.1.1"],
                Part.Address);
    }

    /// <summary>"Dns 9.9.9.9 on eth0", and "there", of the interface spoken of last; null: the
    /// machine is meant.</summary>
    private static string? Interface(Clause clause, Session session)
    {
        static string? Named(IEnumerable<Clause> clauses) => clauses.SelectMany(c => c.Lexemes)
            .Select(l => l.Named(Known.Interface)).LastOrDefault(n => n is not null);
        var near = clause.Lexemes.Any(l => l.Text == "there");
        return Named([clause]) ?? (near ? Named(session.LastWishes) : null);
    }

    private static Reply OfInterface(Clause clause, Draft draft, string name, List<string> said)
    {
        var present = draft.State.Specs.GetValueOrDefault(NetworkFile.File)?.Maps("interfaces")
            .FirstOrDefault(i => i.Text("name") == name)?.Texts("dns").ToList() ?? [];
        var removes = clause.Verb is "remove" or "stop" or "unset";
        var wanted = removes ? [.. present.Except(said)] : clause.Verb == "create"
            || clause.Lexemes.Any(l => l.IsGlue("also")) ? [.. present.Union(said)] : said;
        if (wanted.SequenceEqual(present))
        {
            return Reply.Same(removes ? $"{name} does not use {Wording.List(said)}."
                : $"{name} uses {Wording.List(present)} already.");
        }
        var path = EditPath.Parse("spec.interfaces").Item("name", name).Key("dns");
        if (wanted.Count == 0)
        {
            draft.Remove(NetworkFile.File, path);
        }
        else
        {
            draft.Set(NetworkFile.File, path,
                EditValue.List([.. wanted.Select(EditValue.Of)]));
        }
        return Reply.Done(wanted.Count == 0 ? $"take the name servers off {name}"
            : $"use {Wording.List(wanted)} as name server{(wanted.Count > 1 ? "s" : "")} on "
                + name).With(Risk.Medium);
    }

    public static Reply Search(Clause clause, Draft draft)
    {
        var said = Take(clause, Part.Domain);
        return said.Count > 0 ? List(clause, draft, "search", said, "search domain")
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

    private static Reply List(
        Clause clause, Draft draft, string field, List<string> said, string what)
    {
        var present = (draft.State.Specs.GetValueOrDefault(NetworkFile.File)?.Map("dns")
            ?.Texts(field) ?? []).ToList();
        var removes = clause.Verb is "remove" or "stop" or "unset";
        var adds = clause.Verb is "create"
            || clause.Lexemes.Any(l => l.IsGlue("also") || l.Text is "another" or "extra"
                or "additional");
        List<string> wanted = removes ? [.. present.Except(said)]
            : adds ? [.. present.Union(said)] : said;
        if (wanted.SequenceEqual(present))
        {
            return Reply.Same(removes ? $"{Wording.List(said)} is no {what}."
                : $"The {what}s are {Wording.List(present)} already.");
        }
        var path = EditPath.Parse("spec.dns").Key(field);
        if (wanted.Count == 0)
        {
            draft.Remove(NetworkFile.File, path);
        }
        else
        {
            draft.Set(NetworkFile.File, path,
                EditValue.List([.. wanted.Select(EditValue.Of)]));
        }
        return Reply.Done(removes ? $"remove the {what} {Wording.List(said)}"
            : adds ? $"add the {what} {Wording.List(said)}"
            : $"use {Wording.List(wanted)} as {what}{(wanted.Count > 1 ? "s" : "")}")
            .With(Risk.Medium);
    }
}
