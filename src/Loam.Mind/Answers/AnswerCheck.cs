using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Mind.Context;

namespace Loam.Mind.Answers;

/// <summary>What an answer is held against.</summary>
/// <param name="Present">The state in force as the model may see it: secrets are handles.</param>
/// <param name="Shown">The files it was shown.</param>
/// <param name="Said">All the person said in this conversation.</param>
public sealed record AnswerBasis(
    StateSet Present, ImmutableArray<ShownFile> Shown, string Said)
{
    /// <summary>With files that were shown whole since. Of one that was shown in part, the lines
    /// that stand for the rest still do.</summary>
    public AnswerBasis Showing(IEnumerable<string> files) => this with
    {
        Shown = [.. Shown, .. files.Where(f => Present[f] is not null
            && !Shown.Any(s => s.File == f)).Select(f => FileExcerpt.Whole(f, Present[f]!))],
    };
}

/// <param name="Answer">With the texts as they are proposed: what was left out is put back, files
/// that stay as they are are gone.</param>
/// <param name="Findings">Everything there is to say, errors and warnings.</param>
public sealed record CheckedAnswer(ModelAnswer Answer, ImmutableArray<Diagnostic> Findings)
{
    /// <summary>It can be shown to a person or given to the planner.</summary>
    public bool IsUsable =>
        Answer.Kind != AnswerKind.Malformed && !Findings.Any(f => f.IsError);

    /// <summary>The errors as a model gets them: the sentences people get, as JSON.</summary>
    public string Json => DiagnosticJson.Write(
        Findings.Where(f => f.IsError).Take(Limits.RepairFindings));
}

/// <summary>Holds a proposal against the rules of state files and against what is there.</summary>
public static class AnswerCheck
{
    public static CheckedAnswer Check(ModelAnswer answer, AnswerBasis basis)
    {
        if (answer.Kind != AnswerKind.Proposal)
        {
            return new(answer, answer.Findings);
        }
        var found = new DiagnosticBag();
        var texts = answer.Files.ToImmutableSortedDictionary(
            f => f.Key, f => Proposed(f.Key, f.Value, basis), StringComparer.Ordinal);
        foreach (var shown in basis.Shown.Where(s => answer.Files.ContainsKey(s.File)))
        {
            FindMisplaced(shown, answer.Files[shown.File], found);
        }
        foreach (var (file, text) in texts)
        {
            FindUnseen(file, basis, found);
            FindPlaceholders(file, text, basis, found);
            FindEllipses(file, text, basis.Present[file], found);
        }
        var changed = texts.Where(t => t.Value != basis.Present[t.Key])
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        var after = changed.Aggregate(basis.Present, (set, t) => set.With(t.Key, t.Value));
        SecretHandles.Check(after, basis.Present, found);
        var reading = StateReader.Read(after);
        found.AddRange(reading.Findings);
        if (reading.State is { } state)
        {
            Losses.Find(basis, state, changed.Keys, found);
        }
        FindSizes(changed, answer, found);
        return new(changed.IsEmpty && answer.Words.Length > 0
            ? answer with { Kind = AnswerKind.Words, Files = changed }
            : answer with { Files = changed }, [.. found.ToList()]);
    }

    private static void FindSizes(ImmutableSortedDictionary<string, string> changed,
        ModelAnswer answer, DiagnosticBag found)
    {
        if (changed.IsEmpty && answer.Words.Length == 0)
        {
            found.Error(Codes.AnswerForm, null, "The files are as they are already.",
                "Change what was asked for, or say in words why nothing changes.");
        }
        foreach (var (file, _) in changed.Where(t => t.Value.Length > Limits.StateFileBytes))
        {
            found.Error(Codes.TooLarge, new(file, 1, 1, 1, 1),
                $"{file} would have more than {Limits.StateFileBytes} characters.",
                "Change less at once.");
        }
    }

    /// <summary>The text with what was not shown, and the line ends the file has.</summary>
    private static string Proposed(string file, string text, AnswerBasis basis)
    {
        var whole = basis.Shown.FirstOrDefault(s => s.File == file)?.PutBack(text) ?? text;
        whole = whole.EndsWith('\n') ? whole : whole + "\n";
        return basis.Present[file]?.Contains("\r\n", StringComparison.Ordinal) == true
            ? PlainText.Lines(whole).Replace("\n", "\r\n", StringComparison.Ordinal) : whole;
    }

    private static void FindUnseen(string file, AnswerBasis basis, DiagnosticBag found)
    {
        if (basis.Present[file] is not null && !basis.Shown.Any(s => s.File == file))
        {
            found.Error(Codes.AnswerLoses, new(file, 1, 1, 1, 1),
                $"{file} was written anew, and its present text was not shown.",
                "It is shown now: write it again with everything that is in it.");
        }
    }

    /// <summary>What stands below a line that stands for entries, and further in, would come to
    /// be a part of the last of them.</summary>
    private static void FindMisplaced(ShownFile shown, string text, DiagnosticBag found)
    {
        var (number, mark) = (0, -1);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var indent = line.IndexOfAnyExcept(' ');
            if (indent < 0)
            {
                continue;
            }
            if (mark >= 0 && indent > mark && line[indent] != '#')
            {
                found.Error(Codes.AnswerLoses, new(shown.File, number, 1, number, line.Length + 1),
                    "This stands below a line that stands for entries which were not shown, and "
                    + "would become a part of the last of them.",
                    "Put it below the entry it belongs to, above that line.");
            }
            mark = shown.IsKept(line) ? indent : line[indent] == '#' ? mark : -1;
        }
    }

    private static void FindPlaceholders(
        string file, string text, AnswerBasis basis, DiagnosticBag found)
    {
        var at = text.IndexOf('⟦', StringComparison.Ordinal);
        if (at >= 0 && basis.Present[file]?.Contains('⟦', StringComparison.Ordinal) != true)
        {
            var line = text.AsSpan(0, at).Count('\n') + 1;
            found.Error(Codes.AnswerSecret, new(file, line, 1, line, 1),
                "A placeholder stands here for something that never leaves the machine.",
                "Leave this part of the file as it was, or use a secret: ${secrets.NAME}.");
        }
    }

    /// <summary>"# … rest unchanged" is no text of a file.</summary>
    private static void FindEllipses(
        string file, string text, string? present, DiagnosticBag found)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var body = line.Trim();
            if (IsEllipsis(body)
                && present?.AsSpan().IndexOf(body, StringComparison.Ordinal) is null or < 0)
            {
                found.Error(Codes.AnswerLoses, new(file, number, 1, number, line.Length + 1),
                    "A line here stands for something that was left out.",
                    "Write the whole file, every line of it.");
            }
        }
    }

    private static bool IsEllipsis(ReadOnlySpan<char> line)
    {
        var isComment = line.StartsWith("#");
        var body = line.TrimStart("#- ").TrimStart("([");
        if (body.StartsWith("...") || body.StartsWith("…"))
        {
            return true;
        }
        return isComment && line.Length < 120
            && ContainsAny(body, "rest of", "remain", "existing", "other services", "previous")
            && ContainsAny(body, "unchanged", "same", "as before", "here", "omitted", "remain");
    }

    private static bool ContainsAny(ReadOnlySpan<char> text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
