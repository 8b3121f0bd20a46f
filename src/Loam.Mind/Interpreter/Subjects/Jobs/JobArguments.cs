using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>One word of a job's command is another: "station 10641 instead of 10637", "delete
/// *.log instead of *.gz". Which word it was, the command that is there says.</summary>
internal static class JobArguments
{
    private const int Near = 4;

    public static void Read(Clause clause, JobWish wish, string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (ReadOne(clause, wish, words))
        {
            return;
        }
        for (var at = 0; at < clause.Count; at++)
        {
            var word = Array.FindIndex(words, w => Bare(w) == clause[at].Original);
            if (word > 0 && IsValue(clause[at]) && Other(clause, at) is >= 0 and var next)
            {
                Take(clause, wish, Bare(words[word]), at, next);
                return;
            }
            if (Option(words, clause[at].Text) is > 0 and var option
                && Following(clause, at, words[option]) is >= 0 and var said)
            {
                Take(clause, wish, Bare(words[option]), at, said);
                return;
            }
        }
    }

    /// <summary>"Add --hard to the command", "drop --all from it": one word more or less.</summary>
    private static bool ReadOne(Clause clause, JobWish wish, string[] words)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.Original.StartsWith("--",
            StringComparison.Ordinal) || l.Original is ['-', >= 'a' and <= 'z'] or
            ['-', >= 'A' and <= 'Z']);
        if (at < 0 || !clause.IsFree(at) || clause.Lexemes.Any(l => l.IsGlue("insteadof")))
        {
            return false;
        }
        var present = words.Any(w => Bare(w) == clause[at].Original);
        var goes = clause.Verb is "remove" or "stop" || clause.Lexemes.Any(
            l => l.IsGlue("without"));
        if (goes != present)
        {
            return false;
        }
        wish.Argument = goes ? (clause[at].Original, "") : ("", clause[at].Original);
        clause.Use(at);
        clause.Verb = "set";
        return true;
    }

    /// <summary>"Station 10637 is closed, 11120 is the nearest now. Have the job fetch from that":
    /// a number of the command, and the only one like it that was said besides.</summary>
    public static (string Old, string New)? Told(
        Clause clause, IReadOnlyList<Clause> before, string command)
    {
        static bool IsNumber(string word) => word.Length > 2 && word.All(char.IsAsciiDigit);
        var words = command.Split(' ').Select(Bare).Where(IsNumber).ToList();
        if (words.Count == 0 || !clause.Lexemes.Any(l => l.IsReference("it")
            || l.Text is "that" or "there" or "this" or "the new one" or "this one"))
        {
            return null;
        }
        var said = before.Append(clause).SelectMany(c => c.Lexemes).Select(l => l.Original)
            .Where(IsNumber).Distinct().ToList();
        return said.Where(words.Contains).ToList() is [var old]
            && said.Where(w => !words.Contains(w) && w.Length == old.Length).ToList() is [var put]
            ? (old, put) : null;
    }

    /// <summary>The words of the command with one of them another.</summary>
    public static EditValue Changed(MapValue job, (string Old, string New) change)
    {
        string Of(string text) => string.Join(' ', text.Split(' ').Select(w => Bare(w) == change.Old
            ? w.Replace(change.Old, change.New, StringComparison.Ordinal) : w)
            .Where(w => w.Length > 0));
        if (change.Old.Length == 0)
        {
            return job.Texts("command") is ["/bin/sh", "-c", var whole]
                ? EditValue.Of($"{whole} {change.New}")
                : EditValue.List([.. job.Texts("command").Append(change.New)
                    .Select(EditValue.Of)]);
        }
        if (change.New.Length == 0 && job.Texts("command") is not ["/bin/sh", "-c", _])
        {
            return EditValue.List([.. job.Texts("command").Where(w => w != change.Old)
                .Select(EditValue.Of)]);
        }
        return job.Texts("command") is ["/bin/sh", "-c", var line] ? EditValue.Of(Of(line))
            : EditValue.List([.. job.Texts("command").Select(w => EditValue.Of(Of(w)))]);
    }

    private static void Take(Clause clause, JobWish wish, string old, int at, int value)
    {
        wish.Argument = (old, clause[value].Original);
        foreach (var place in (int[])[at, value])
        {
            clause.Use(place);
        }
        for (var place = 0; place < clause.Count; place++)
        {
            if (clause[place].IsGlue("insteadof") || clause[place].Original == old
                || clause[place].Text is "->" or "→")
            {
                clause.Use(place);
            }
        }
        clause.Verb = clause.Verb is "remove" or "stop" ? "set" : clause.Verb;
    }

    /// <summary>What takes its place: "from OLD to NEW", "NEW instead of OLD"; -1: nothing is
    /// said to.</summary>
    private static int Other(Clause clause, int old)
    {
        var before = clause.Next(old, -1);
        if (before > 0 && (clause[before].IsGlue("insteadof") || clause[before].IsGlue("not")
            || clause[before].Text is "than"))
        {
            return Enumerable.Range(0, before).LastOrDefault(
                i => clause.IsFree(i) && IsValue(clause[i]), -1);
        }
        var link = clause.Next(old);
        return link >= 0 && (clause[link].IsGlue("to") || clause[link].IsGlue("with")
                || clause[link].IsGlue("by") || clause[link].Text is "->" or "→" or "=>")
            && clause.Next(link) is >= 0 and var next && clause.IsFree(next)
            && IsValue(clause[next]) ? next : -1;
    }

    /// <summary>The place of the value of <c>--station</c>, where "station" was said; -1: the
    /// command has no such option.</summary>
    private static int Option(string[] words, string said)
    {
        var at = said.Length < 3 ? -1 : Array.FindIndex(words, w => w.Length > said.Length
            && w[0] == '-' && w.TrimStart('-') == said);
        return at >= 0 && at + 1 < words.Length && words[at + 1][0] != '-' ? at + 1 : -1;
    }

    /// <summary>A value of the same form near behind the option's name.</summary>
    private static int Following(Clause clause, int name, string present)
    {
        for (var at = name + 1; at < clause.Count && at <= name + Near; at++)
        {
            if (clause[at].IsGlue("insteadof") || clause[at].IsGlue("comma"))
            {
                return -1;
            }
            if (clause.IsFree(at) && clause[at].Original != present && !clause[at].IsMention
                && (Bare(present).All(char.IsAsciiDigit)
                    ? clause[at].Original.All(char.IsAsciiDigit) : clause[at].Is(Part.Unknown)
                        && IsValue(clause[at])))
            {
                return at;
            }
        }
        return -1;
    }

    private static bool IsValue(Lexeme lexeme) => lexeme.Original.Length > 1
        && lexeme.Readings[0].Part is not (Part.Glue or Part.Noise or Part.Verb or Part.Reference
            or Part.Stop or Part.Field or Part.Topic)
        && !lexeme.Original.Contains(' ', StringComparison.Ordinal)
        && lexeme.Named(Known.Job) is null;

    private static string Bare(string word) => word.Trim('\'', '"');
}
