using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"For my two cameras", "me and 3 friends", "we are 12 people": how many there are of
/// what nobody here runs. No value of anything.</summary>
internal static class HeadCounts
{
    /// <summary>The same sentence, such numbers bearing no meaning.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        for (var at = 0; at < sentence.Count; at++)
        {
            if (sentence[at] is { IsNumber: true, Unit: "", IsMention: false }
                && End(sentence, at) is var end and > 0 && IsTold(sentence, at, end))
            {
                Roles.Fade(sentence, at, end);
            }
        }
        return sentence;
    }

    /// <summary>Behind what is counted; -1: it counts nothing.</summary>
    private static int End(List<Lexeme> sentence, int at)
    {
        if (Roles.Said(sentence, at + 1, sentence.Count) is ("counted", var next))
        {
            return next;
        }
        for (var noun = at + 1; noun < sentence.Count && noun <= at + 2; noun++)
        {
            var lexeme = sentence[noun];
            if (lexeme.Is(Part.Topic, "party") || lexeme.Is(Part.Topic, "person"))
            {
                return noun + 1;
            }
            if (lexeme.Readings[0].Part != Part.Unknown || lexeme.Corrected)
            {
                return -1;
            }
            if (lexeme.Text.EndsWith('s') && !lexeme.Text.EndsWith("ss", StringComparison.Ordinal)
                && lexeme.Text.Length > 3 && lexeme.Text.All(char.IsAsciiLetter))
            {
                return noun + 1;
            }
        }
        return -1;
    }

    /// <summary>People are only counted; of other things it is said whom or what it is for.
    /// </summary>
    private static bool IsTold(List<Lexeme> sentence, int at, int end)
    {
        var before = at - 1;
        while (before >= 0 && sentence[before].Readings[0].Part == Part.Noise
            && !sentence[before].IsGlue("for"))
        {
            before--;
        }
        // "Two kids are standing behind me"
        return before < 0 && IsPeople(sentence, at, end) && end < sentence.Count
            && sentence[end].Text.Split(' ')[0] is "are" or "were" or "want" or "wanted" or "sit"
                or "stand" or "came" or "come" or "keep" or "have" or "will" or "would" or "need"
            || before >= 0 && (sentence[before].IsGlue("for") || sentence[before].Text is "me"
                or "and" or "n" or "us" or "are" or "have" or "of" && IsPeople(sentence, at, end))
            && (sentence[before].IsGlue("for") || IsPeople(sentence, at, end));
    }

    private static bool IsPeople(List<Lexeme> sentence, int at, int end) =>
        Enumerable.Range(at + 1, end - at - 1).Any(i => sentence[i].Readings[0].Part
            is not Part.Unknown);
}
