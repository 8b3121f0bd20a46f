using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>"Put her back", "let ben in again": who was taken out of groups in this conversation
/// is in them again, whatever else was said since.</summary>
internal static class Reinstated
{
    /// <summary>Each of them with the groups; empty: nobody is put back.</summary>
    public static List<UserAttribute> Of(Clause clause, Discourse said)
    {
        var book = new PeopleBook(said.Session.Draft.State);
        if (clause.Question is not null || clause.Negated || !Speaks(clause, book))
        {
            return [];
        }
        var before = new PeopleBook(said.Session.BaseState);
        var back = new List<UserAttribute>();
        foreach (var name in Who(clause, said).Distinct().Where(n => book[n] is not null))
        {
            var gone = (before[name]?.Texts("groups") ?? []).Except(book[name]!.Texts("groups"))
                .ToList();
            if (gone.Count > 0)
            {
                back.Add(new() { Users = [name], Join = [.. gone] });
            }
        }
        return back;
    }

    private static bool Speaks(Clause clause, PeopleBook book) => clause.Count < 12
        && clause.Verb is "have" or "set" or "create" or "undo" or "start" or ""
        && clause.Lexemes.Any(l => l.IsGlue("again")
            || l.Text.Split(' ').Intersect(["back", "again"]).Any())
        && !clause.Lexemes.Any(l => l.Is(Part.Topic, "admin") || l.Is(Part.Key)
            || l.Is(Part.Topic, "key") || l.IsNumber
            || l.Named(Known.User) is null && (l.IsMention || book.Groups.Contains(l.Text)));

    private static IEnumerable<string> Who(Clause clause, Discourse said)
    {
        var named = Named(clause);
        if (named.Count > 0)
        {
            return named;
        }
        if (!clause.Lexemes.Any(l => l.Text is "him" or "her" or "them" or "both" or "he" or "she"
            or "they" || l.IsReference("them")))
        {
            return [];
        }
        return said.Before.Select(Named).LastOrDefault(n => n.Count > 0)
            ?? (said.Session.About is { Subject: PeopleSubject } about ? about.Names : []);
    }

    private static List<string> Named(Clause clause) =>
        [.. clause.Lexemes.Select(l => l.Named(Known.User)).OfType<string>()];
}
