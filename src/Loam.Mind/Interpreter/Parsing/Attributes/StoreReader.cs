using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>"Postgres with a 20 GB volume", "gitea with 10Gi storage", "double its memory and its
/// disk": how large the volume is that a service keeps its data in.</summary>
internal static class StoreReader
{
    /// <summary>GiB; what is more is no memory of what is new.</summary>
    private const int LargestMemory = 40;

    private const int MostBetween = 2;

    public static bool Speaks(Clause clause) => clause.Question is null
        && clause.Verb is "" or "create" or "have" or "set" or "raise" or "start"
        && !clause.Lexemes.Any(l => l.Is(Part.Path) || l.Is(Part.Mount)
            || l.Named(Known.Volume) is not null && l.Named(Known.Service) is null)
        // "A volume called x": that one
        && !clause.Lexemes.SkipWhile(l => !IsWord(l)).Any(l => l.IsField("name"))
        && (Makes(clause) || clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
            && clause.Lexemes.Any(l => l.IsField("memory") && l.Text is not "storage"))
        && (Sizes(clause).Count == 1 || Shares(clause) >= 0);

    public static void Read(Clause clause)
    {
        if (!Speaks(clause))
        {
            return;
        }
        if (Sizes(clause) is [var size])
        {
            clause.Use(size);
            Words(clause, size).ForEach(clause.Use);
            clause.Attributes.Add(new StoreAttribute(new(
                AmountKind.Absolute, clause[size].Value, SizeReader.Unit(clause[size]))));
            return;
        }
        var factor = clause.Lexemes.Select(l => l.Key(Part.Amount)).First(
            k => k is ['x', ..])!;
        var word = Shares(clause);
        clause.Use(word);
        if (clause[word - 1].Is(Part.Reference))
        {
            clause.Use(word - 1);
        }
        clause.Attributes.Add(new StoreAttribute(new(AmountKind.Factor, decimal.Parse(
            factor.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture), "")));
    }

    private static bool Makes(Clause clause) => clause.Lexemes.Any(
        l => l.Named(Known.App) is not null && l.Named(Known.Service) is null)
        && !clause.Lexemes.Any(l => l.Named(Known.Service) is not null);

    /// <summary>Sizes that are said of a disk.</summary>
    private static List<int> Sizes(Clause clause) => [.. Enumerable.Range(0, clause.Count).Where(
        i => clause.IsFree(i) && SizeReader.IsSize(clause[i]) && (Words(clause, i).Count > 0
            || Makes(clause) && (clause[i].Unit == "Ti"
                || clause[i] is { Unit: "Gi", Value: >= LargestMemory })
                && !clause.Lexemes.Any(l => l.IsField("memory"))))];

    /// <summary>"20 GB volume", "50 GB of disk", "a volume of 20 GB": words for it beside a size.
    /// </summary>
    private static List<int> Words(Clause clause, int size)
    {
        var behind = Enumerable.Range(size + 1, Math.Max(0, Math.Min(MostBetween,
            clause.Count - size - 1))).TakeWhile(i => !ClauseSplitter.IsJoint(clause[i])).ToList();
        var next = behind.FindIndex(i => IsWord(clause[i]));
        if (next >= 0 && (next == 0 || clause[behind[0]].IsGlue("of")
            || clause[behind[0]].Readings[0].Part == Part.Noise))
        {
            return [behind[next]];
        }
        return size > 1 && (clause[size - 1].IsGlue("of") || clause[size - 1].IsGlue("with"))
            && IsWord(clause[size - 2]) ? [size - 2] : [];
    }

    private static bool IsWord(Lexeme lexeme) => !lexeme.IsMention
        && (VolumeReader.IsVolumeWord(lexeme) || lexeme.Is(Part.Topic, "space"));

    /// <summary>"Double its memory and its disk": the disk; -1: nothing is said of both.</summary>
    private static int Shares(Clause clause)
    {
        var memory = clause.Lexemes.ToList().FindIndex(l => l.IsField("memory")
            || l.IsField("cpu"));
        return memory < 0 || !clause.Lexemes.Any(l => l.Key(Part.Amount) is ['x', ..]) ? -1
            : Enumerable.Range(1, clause.Count - 1).FirstOrDefault(i => IsWord(clause[i])
                && clause.Lexemes.Skip(Math.Min(i, memory)).Take(Math.Abs(i - memory))
                    .Any(l => l.IsGlue("and")), -1);
    }
}
