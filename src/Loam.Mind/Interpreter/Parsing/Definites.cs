using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Log-cleanup is redundant, drop the job", "the vet has moved, delete that account": a
/// word for the kind of a thing, behind the one thing of that kind that was named, means it. The
/// name is put before it.</summary>
internal static class Definites
{
    private static readonly Dictionary<string, Known> s_kinds = new(StringComparer.Ordinal)
    {
        ["job"] = Known.Job, ["account"] = Known.User, ["user"] = Known.User,
        ["rule"] = Known.Rule, ["volume"] = Known.Volume, ["certificate"] = Known.Certificate,
        ["cert"] = Known.Certificate, ["secret"] = Known.Secret,
    };

    public static List<Sentence> Bind(List<Sentence> sentences)
    {
        var named = new Dictionary<Known, Lexeme>();
        foreach (var sentence in sentences)
        {
            Bind(sentence.Lexemes, named);
        }
        return sentences;
    }

    private static void Bind(List<Lexeme> sentence, Dictionary<Known, Lexeme> named)
    {
        // What is named in the same piece is not what was named before it.
        var here = new List<Lexeme>();
        for (var at = 0; at < sentence.Count; at++)
        {
            if (ClauseSplitter.IsJoint(sentence[at]))
            {
                Keep(here, named);
            }
            else if (sentence[at].IsMention && sentence[at].Role == Role.None)
            {
                here.Add(sentence[at]);
            }
            else if (here.Count == 0 && Said(sentence, at) is { } kind
                && named.TryGetValue(kind, out var thing) && !thing.Namings.IsEmpty)
            {
                sentence.Insert(at++, thing with { Possessive = false });
            }
        }
        Keep(here, named);
    }

    private static void Keep(List<Lexeme> here, Dictionary<Known, Lexeme> named)
    {
        foreach (var lexeme in here)
        {
            foreach (var kind in lexeme.Namings.Select(n => n.Known).Distinct())
            {
                // Two of a kind are not one.
                if (!named.TryAdd(kind, lexeme) && named[kind].Text != lexeme.Text)
                {
                    named[kind] = lexeme with { Namings = [] };
                }
            }
        }
        here.Clear();
    }

    /// <summary>"The job", "that account", with nothing of its own behind it.</summary>
    private static Known? Said(List<Lexeme> sentence, int at) =>
        s_kinds.TryGetValue(sentence[at].Text, out var kind) && at > 0
        && sentence[at - 1].Text is "the" or "that" or "this" or "his" or "her"
        && (at + 1 == sentence.Count || ClauseSplitter.IsJoint(sentence[at + 1])
            || sentence[at + 1].Readings[0].Part == Part.Noise
            || sentence[at + 1].Is(Part.Verb)) ? kind : null;
}
