using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What a new volume shall be called.</summary>
internal static partial class VolumeReader
{
    /// <summary>"Called artifacts", "a volume artifacts", "the artifacts volume", or what it is
    /// for: "for camera footage".</summary>
    private static string? Name(Clause clause)
    {
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            if (clause.IsFree(at) && clause[at].IsField("name"))
            {
                clause.Use(at, at + 1);
                return NameReader.AsLabel(clause[at + 1].Original);
            }
        }
        var quoted = clause.Find(Part.Quoted);
        if (quoted >= 0)
        {
            clause.Use(quoted);
            return NameReader.AsLabel(clause[quoted].Original);
        }
        var word = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => IsVolumeWord(clause[i]), -1);
        var colon = word < 0 ? -1 : Colon(clause, word);
        foreach (var near in colon > 0 ? (int[])[colon + 1, word + 1, word - 1]
            : [word + 1, word - 1])
        {
            // "New volume scratch", whatever the word means elsewhere.
            var given = near == word + 1 && near < clause.Count && word >= 0
                && clause[word].Text is "volume" && (word == 0
                    || ClauseSplitter.IsJoint(clause[word - 1])
                    || clause[word - 1].Text is "new" or "a")
                && (clause[near].Is(Part.Verb) || clause[near].Is(Part.Field)
                    && !clause[near].IsField("name"))
                && !clause[near].Text.Contains(' ') && (near + 1 == clause.Count
                    || clause[near + 1].IsGlue("of") || clause[near + 1].IsGlue("with")
                    || clause[near + 1].IsGlue("on") || clause[near + 1].IsNumber
                    || ClauseSplitter.IsJoint(clause[near + 1]));
            if (word >= 0 && near >= 0 && near < clause.Count && clause.IsFree(near)
                && (given || CanName(clause[near])))
            {
                clause.Use(near);
                return NameReader.AsLabel(clause[near].Original);
            }
        }
        // "A scratch area": what has no other name is called so.
        var scratch = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Text is "scratch area" or "scratch space", -1);
        if (scratch >= 0 && clause.Lexemes.All(l => l.Named(Known.Volume) is null))
        {
            clause.Use(scratch);
            return "scratch";
        }
        var area = Enumerable.Range(1, Math.Max(0, clause.Count - 1)).FirstOrDefault(
            i => clause[i].Is(Part.Topic, "space") && clause.IsFree(i - 1)
                && clause[i - 1].Is(Part.Unknown), -1);
        if (area > 0)
        {
            clause.Use(area - 1);
            return NameReader.AsLabel(clause[area - 1].Original);
        }
        var purpose = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].IsGlue("for"), -1);
        var words = Enumerable.Range(purpose + 1, Math.Max(0, clause.Count - purpose - 1))
            .SkipWhile(i => clause[i].Readings[0].Part == Part.Noise)
            .TakeWhile(i => clause.IsFree(i) && (CanName(clause[i]) || clause[i].IsMention))
            .Take(3).ToList();
        if (purpose < 0 || words.Count == 0)
        {
            return null;
        }
        clause.Use(words[0], words[^1]);
        return NameReader.AsLabel(string.Join('-', words.Select(i => clause[i].Original)));
    }

    /// <summary>"New volume: clips, 10 GB", "volume wanted: clips"; -1: there is none.</summary>
    private static int Colon(Clause clause, int word) =>
        Enumerable.Range(word + 1, Math.Min(2, clause.Count - word - 1))
            .FirstOrDefault(i => clause[i].Text is ":" or "=", -1);

    private static bool CanName(Lexeme lexeme) => lexeme.Is(Part.Unknown) || lexeme.Corrected
        || (lexeme.IsMention && lexeme.Named(Known.Service) is null
            && lexeme.Named(Known.Volume) is null && !lexeme.Is(Part.Verb));
}
