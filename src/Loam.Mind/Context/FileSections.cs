using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;

namespace Loam.Mind.Context;

/// <summary>The state files that matter, and the logs that were asked for.</summary>
internal static class FileSections
{
    private const int LongestLogLine = 240;

    public static (Section, ImmutableArray<ShownFile>) Files(
        ContextInput input, DesiredState state, Relevance relevance, DataMark mark)
    {
        var present = input.View.State;
        var wanted = input.Asked.Concat(relevance.Parts.Select(p => p.Kind.File)).Distinct()
            .ToList();
        var shown = ImmutableArray.CreateBuilder<ShownFile>();
        var cuts = new List<string>();
        var text = "# State files\n";
        var left = input.Budgets.Files - Tokens.Of(text) - 60;
        foreach (var file in wanted.Where(f => present[f] is not null))
        {
            if (Fitting(file, state.Specs.GetValueOrDefault(file), input, relevance,
                left) is not { } excerpt)
            {
                cuts.Add($"{file} had no room.");
                continue;
            }
            var block = "\n" + mark.AroundFile(Origin(file, input), excerpt.Text) + "\n";
            left -= Tokens.Of(block);
            text += block;
            shown.Add(excerpt);
            if (!excerpt.IsWhole)
            {
                cuts.Add($"Of {file}, entries that the request does not concern.");
            }
        }
        var absent = FileKinds.All.Select(k => k.File).Where(f => present[f] is null).ToList();
        var hidden = FileKinds.All.Select(k => k.File)
            .Where(f => present[f] is not null && !shown.Any(s => s.File == f)).ToList();
        text += (absent.Count > 0 ? $"\nNot there yet: {string.Join(", ", absent)}\n" : "")
            + (hidden.Count > 0 ? $"\nNot shown: {string.Join(", ", hidden)}\n" : "");
        return (Section.Of("files", text.TrimEnd(), input.Budgets.Files, isOurs: false,
            string.Join(' ', cuts)), shown.ToImmutable());
    }

    /// <summary>All of one file, marked as it would be in the context.</summary>
    public static string Whole(string file, ContextInput input) =>
        new DataMark(input.Nonce).AroundFile(Origin(file, input),
            FileExcerpt.Whole(file, input.View.State[file]!).Text);

    private static string Origin(string file, ContextInput input) =>
        $"{file} of generation {input.View.Generation}";

    /// <summary>The whole file; else what matters of it; else null.</summary>
    private static ShownFile? Fitting(string file, MapValue? spec, ContextInput input,
        Relevance relevance, int left)
    {
        const int Marks = 40;
        var text = input.View.State[file]!;
        var whole = FileExcerpt.Whole(file, text);
        if (Tokens.Of(whole.Text) + Marks <= left)
        {
            return whole;
        }
        if (spec is null)
        {
            return null;
        }
        var nonce = input.Nonce[..Math.Min(6, input.Nonce.Length)];
        var excerpt = FileExcerpt.Of(file, text, spec, nonce, relevance.Names);
        return !excerpt.IsWhole && Tokens.Of(excerpt.Text) + Marks <= left ? excerpt : null;
    }

    /// <summary>The newest lines of each, in equal shares.</summary>
    public static Section Logs(ContextInput input, DataMark mark, int budget)
    {
        var logs = input.View.Logs.Where(l => !l.Lines.IsEmpty).ToList();
        if (logs.Count == 0)
        {
            return Section.Of("logs", "", budget, isOurs: false, "");
        }
        var share = (budget - 10) / logs.Count - 40;
        var cut = 0;
        var blocks = new List<string>();
        foreach (var log in logs)
        {
            var lines = log.Lines.Select(l => "| " + PlainText.OneLine(l, LongestLogLine))
                .Reverse();
            var fitting = Section.Fitting(lines, share);
            cut += log.Lines.Length - fitting.Count;
            if (fitting.Count > 0)
            {
                blocks.Add(mark.Around($"log of {log.Source}",
                    string.Join('\n', Enumerable.Reverse(fitting))));
            }
        }
        return Section.Of("logs", blocks.Count == 0 ? "" : "# Logs\n\n"
            + string.Join("\n\n", blocks), budget, isOurs: false,
            cut == 0 ? "" : $"The {cut} oldest lines.");
    }
}
