using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>A word that only gives a name to what shall run means nothing else: "IMAGE as mirror",
/// "another mosquitto, mqtt-test, on 1884".</summary>
internal static class GivenNames
{
    /// <summary>The same sentence, its given names bearing no other meaning.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        for (var at = 2; at < sentence.Count; at++)
        {
            if (sentence[at - 1].IsGlue("as") && sentence[at - 2].Is(Part.Image)
                && IsLabel(sentence[at]) && sentence[at].Readings[0].Part is Part.Topic
                    or Part.Verb or Part.Foreign or Part.Field
                && !sentence[at].IsField("user") && !(at + 1 < sentence.Count
                    && (sentence[at + 1].IsGlue("for") || sentence[at + 1].IsGlue("of"))))
            {
                sentence[at] = Named(sentence[at]);
            }
            if (IsInserted(sentence, at))
            {
                sentence.RemoveAt(at - 1);
                sentence.Insert(at - 1, new("called", "called", [new(Part.Field, "name")]));
                sentence[at] = Named(sentence[at]);
            }
        }
        return sentence;
    }

    private static Lexeme Named(Lexeme lexeme) => lexeme with
    {
        Readings = [new(Part.Unknown, lexeme.Text)],
        Namings = [],
    };

    private static bool IsLabel(Lexeme lexeme) => lexeme.Original.Length > 1 && !lexeme.IsNumber
        && char.IsAsciiLetter(lexeme.Original[0])
        && lexeme.Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Between two commas, right behind another one of an app.</summary>
    private static bool IsInserted(List<Lexeme> sentence, int at) => sentence[at - 1].Text == ","
        && (at + 1 == sentence.Count || sentence[at + 1].Text == ",")
        && (sentence[at].Readings[0].Part is Part.Unknown or Part.Quoted || sentence[at].Corrected)
        && IsLabel(sentence[at])
        && sentence[at - 2].Named(Known.App) is not null
        && at > 2 && sentence[at - 3].Text.Split(' ')[^1] is "another" or "second" or "third"
            or "further" or "additional" or "extra" or "separate" or "more" or "new"
        && !sentence.Exists(l => l.IsField("name"));
}
