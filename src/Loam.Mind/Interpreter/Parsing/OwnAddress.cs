using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Nobody but me should reach it, my ip is 203.0.113.50": who speaks is that address.
/// </summary>
internal static class OwnAddress
{
    /// <summary>The same sentences, the address in the place of "me".</summary>
    public static List<Sentence> Bind(List<Sentence> sentences)
    {
        foreach (var sentence in sentences)
        {
            if (Said(sentence.Lexemes) is not var (from, to, address)
                || sentences.Select(s => (s.Lexemes, At: Speaker(s.Lexemes)))
                    .FirstOrDefault(s => s.At >= 0) is not { Lexemes: { } lexemes } me)
            {
                continue;
            }
            lexemes[me.At] = address;
            sentence.Lexemes.RemoveRange(from, to - from);
        }
        sentences.RemoveAll(s => s.Lexemes.Count == 0);
        return sentences;
    }

    /// <summary>"Only me", "nobody but me", "everybody except me".</summary>
    private static int Speaker(List<Lexeme> sentence)
    {
        for (var at = 1; at < sentence.Count; at++)
        {
            if (sentence[at].Text is "me" or "i" or "us" && (sentence[at - 1].IsGlue("only")
                || sentence[at - 1].IsGlue("but") || sentence[at - 1].IsGlue("except")
                || sentence[at - 1].Text is "from" or "for" or "but" or "except" or "just"))
            {
                return at;
            }
        }
        return -1;
    }

    /// <summary>"…, my ip is ADDRESS", with the joint before it.</summary>
    private static (int From, int To, Lexeme Address)? Said(List<Lexeme> sentence)
    {
        for (var at = 0; at + 3 < sentence.Count; at++)
        {
            if (sentence[at].Text is "my" or "our" && sentence[at + 1] is var what
                && (what.Is(Part.Topic, "ip") || what.IsField("address"))
                && sentence[at + 2].IsGlue("is")
                && sentence[at + 3].Readings[0].Part is Part.Address or Part.Cidr)
            {
                var from = at > 0 && ClauseSplitter.IsJoint(sentence[at - 1]) ? at - 1 : at;
                return (from, at + 4, sentence[at + 3]);
            }
        }
        return null;
    }
}
