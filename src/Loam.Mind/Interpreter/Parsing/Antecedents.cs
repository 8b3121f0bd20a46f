using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Our contractor wrote a decoder, IMAGE. Run it as soil": the image is what "it" is, and
/// the sentence that names it only tells.</summary>
internal static class Antecedents
{
    /// <summary>Words of a sentence that is a story, at least.</summary>
    private const int Story = 4;

    /// <summary>The same sentences, such an image in the place of "it".</summary>
    public static List<Sentence> Bind(List<Sentence> sentences)
    {
        for (var at = 1; at < sentences.Count; at++)
        {
            var (told, wish) = (sentences[at - 1].Lexemes, sentences[at].Lexemes);
            var it = Reference(wish);
            if (it < 0 || wish.Exists(l => l.Is(Part.Image)) || sentences[at - 1].Asks
                || ImageOf(told) is not { } image
                || !IsNamed(wish) && told.Count < Story)
            {
                continue;
            }
            wish[it] = image;
            sentences.RemoveAt(--at);
        }
        return sentences;
    }

    /// <summary>"Nobody uses mailpit, and the secret OLD_API_KEY is not needed. Throw both away":
    /// the two things told of just before, where they are of different kinds.</summary>
    public static List<Sentence> BindBoth(List<Sentence> sentences)
    {
        for (var at = 1; at < sentences.Count; at++)
        {
            var (told, wish) = (sentences[at - 1].Lexemes, sentences[at].Lexemes);
            var both = wish.FindIndex(l => l.Text is "both" or "both of them" or "the two"
                or "them both" or "the both of them" or "these two" or "those two");
            var things = told.Where((l, i) => Kind(l) is not null && !(i + 1 < told.Count
                && told[i + 1].Text is "says" or "said" or "thinks" or "tells" or "told"
                    or "asks" or "asked" or "reports" or "wants")).ToList();
            if (both < 0 || sentences[at - 1].Asks || wish.Exists(l => l.IsMention)
                || things is not [var one, var other] || Kind(one) == Kind(other)
                || told.Exists(ClauseSplitter.IsValue) || ClauseSplitter.VerbOf(wish) != "remove")
            {
                continue;
            }
            wish.RemoveAt(both);
            wish.InsertRange(both, [one, new("and", "and", [new(Part.Glue, "and")]), other]);
            sentences.RemoveAt(--at);
        }
        return sentences;
    }

    private static Known? Kind(Lexeme lexeme) => !lexeme.IsMention ? null
        : ((Known[])[Known.Service, Known.User, Known.Secret, Known.Job, Known.Volume])
            .Where(k => lexeme.Named(k) is not null).Select(k => (Known?)k).FirstOrDefault();

    /// <summary>"Please put that in", "make it so", behind what is wished: nothing more.</summary>
    public static List<Sentence> WithoutCourtesy(List<Sentence> sentences)
    {
        if (sentences.Count > 0)
        {
            Unsign(sentences[^1].Lexemes);
        }
        for (var at = sentences.Count - 1; at > 0; at--)
        {
            var said = sentences[at].Lexemes.FindAll(l => !l.IsGlue("wish")
                && l.Text is not ("please" or "then" or "for me" or "for us" or "thanks"));
            if (said.Count > 0 && Roles.Said(said, 0, said.Count) is ("so", var end)
                && end == said.Count)
            {
                sentences.RemoveAt(at);
            }
        }
        return sentences;
    }

    /// <summary>"…, with kind regards from Tom": who says it.</summary>
    private static void Unsign(List<Lexeme> last)
    {
        var name = last.FindLastIndex(l => !ClauseSplitter.IsJoint(l));
        var at = name - 1;
        while (at >= 0 && (last[at].IsGlue("from") || last[at].IsGlue("comma")))
        {
            at--;
        }
        if (at > 0 && at < name - 1 && last[name].Namings.Any(n => n.Known == Known.User)
            && last[at].Text.Split(' ')[^1] is "regards" or "greetings" or "cheers" or "wishes")
        {
            last.RemoveRange(at, last.Count - at);
        }
    }

    /// <summary>"Run it", "deploy that", "it should run"; -1: nothing of it is to be made.
    /// </summary>
    private static int Reference(List<Lexeme> wish)
    {
        var it = wish.FindIndex(l => l.Text is "it" or "that" or "this" or "this one" or "that one"
            && !l.IsMention);
        if (it < 0 || wish.Take(it).Any(l => l.IsMention || ClauseSplitter.IsJoint(l)))
        {
            return -1;
        }
        var makes = it > 0 && wish[it - 1].Is(Part.Verb)
                && (wish[it - 1].IsVerb("create") || wish[it - 1].IsVerb("start")
                    || wish[it - 1].IsVerb("have") || wish[it - 1].IsVerb("publish"))
            || wish.Skip(it + 1).Take(3).TakeWhile(l => !ClauseSplitter.IsJoint(l))
                .Any(l => l.Text is "run" or "running" or "deployed" or "started" or "up");
        return makes ? it : -1;
    }

    /// <summary>It says how the new thing is called.</summary>
    private static bool IsNamed(List<Lexeme> wish) => wish.Exists(
        l => l.IsGlue("as") || l.IsField("name"));

    /// <summary>The only value of a sentence that wishes nothing else; null: it has others.
    /// </summary>
    private static Lexeme? ImageOf(List<Lexeme> told) =>
        told.FindAll(l => l.Is(Part.Image)) is [{ } image]
        && told.TrueForAll(l => l == image || !(l.IsMention && l.Named(Known.App) is null)
            && !ClauseSplitter.IsValue(l) && !l.IsField("name"))
        && ClauseSplitter.VerbOf(told) is not ("create" or "start" or "remove" or "replace"
            or "upgrade" or "run") ? image : null;
}
