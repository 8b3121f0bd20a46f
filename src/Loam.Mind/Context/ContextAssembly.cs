using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;

namespace Loam.Mind.Context;

/// <summary>Puts together what a model is shown. Pure and deterministic; every section keeps to its
/// budget by leaving out whole lines, entries or files, and says what it left out.</summary>
public static class ContextAssembly
{
    private const int TurnsRead = 2;
    private const string Examples = "\n## Examples";

    private static readonly Lazy<string> s_instructions = new(ReadInstructions);

    public static AssembledContext Assemble(ContextInput input)
    {
        var state = input.State ?? StateReader.Read(input.View.State).State
            ?? DesiredState.Empty;
        var earlier = input.History.Where(t => t.ByPerson).TakeLast(TurnsRead);
        var relevance = Relevance.Of(
            string.Join("\n", [input.Request, .. earlier.Select(t => t.Text)]), state);
        var budgets = input.Budgets;
        var mark = new DataMark(input.Nonce);
        var summary = StateOf(input, relevance, mark);
        var (files, shown) = FileSections.Files(input, state, relevance, mark);
        var spare = budgets.State + budgets.Files - summary.Report.Used - files.Report.Used;
        var draft = Conversation.Draft(input, mark);
        ImmutableArray<Section> sections =
        [
            Instructions(budgets.Instructions),
            Schemas(relevance, budgets.Schemas),
            summary,
            files,
            FileSections.Logs(input, mark, Math.Max(0, spare)),
            Conversation.History(input, mark),
            draft,
            Conversation.Request(input, draft.Report.Used),
        ];
        return new([.. sections.Select(s => s.Content)], shown,
            new([.. sections.Select(s => s.Report)]), state, PrivacyOf(input, state));
    }

    private static LlmPrivacy PrivacyOf(ContextInput input, DesiredState state)
    {
        var own = state.Settings.Llm.Privacy;
        return input.Privacy is { } besides ? own.And(besides) : own;
    }

    private static Section Instructions(int budget)
    {
        var whole = s_instructions.Value;
        var isWhole = Tokens.Of(whole) <= budget;
        var text = isWhole ? whole
            : whole[..whole.IndexOf(Examples, StringComparison.Ordinal)].TrimEnd();
        return Section.Of("instructions", text, budget, isOurs: true,
            isWhole ? "" : "The examples are left out.");
    }

    private static string ReadInstructions()
    {
        using var stream = typeof(ContextAssembly).Assembly
            .GetManifestResourceStream("context/instructions.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd();
    }

    /// <summary>The least relevant part is told in fewer words first.</summary>
    private static Section Schemas(Relevance relevance, int budget)
    {
        const string Head = "# Schemas\n\nFields below `spec` that may matter here; [] is a list. "
            + "`${secrets.NAME}` may stand in any text that reaches a container or a job.\n";
        var parts = relevance.Parts;
        var levels = new int[parts.Length];
        var count = parts.Length;
        int Size() => Tokens.Of(Head) + Enumerable.Range(0, count)
            .Sum(i => parts[i].Sizes[levels[i]] + 12);
        while (count > 1 && Size() > budget)
        {
            var next = Array.FindLastIndex(levels, count - 1, l => l < SchemaText.Levels - 1);
            if (next > 0 || (next == 0 && levels[0] == 0))
            {
                levels[next]++;
                continue;
            }
            count--;
        }
        while (count == 1 && Size() > budget && levels[0] < SchemaText.Levels - 1)
        {
            levels[0]++;
        }
        var text = Head + string.Concat(parts.Take(count).Select((p, i) => (p, i))
            .GroupBy(p => p.p.Kind).Select(g =>
                $"\n{g.Key.File}, kind {g.Key.Kind}:\n"
                + string.Concat(g.Select(p => p.p.Texts[levels[p.i]] + "\n"))));
        var brief = parts.Take(count).Where((_, i) => levels[i] > 0).Select(p => p.Field.Name)
            .ToList();
        var left = parts.Skip(count).Select(p => p.Field.Name).ToList();
        return Section.Of("schemas", text.TrimEnd(), budget, isOurs: true,
            Sentence("In brief", brief) + Sentence(" Left out", left));
    }

    private static string Sentence(string lead, List<string> names) =>
        names.Count == 0 ? "" : $"{lead}: {string.Join(", ", names)}.";

    private static Section StateOf(ContextInput input, Relevance relevance, DataMark mark)
    {
        (int Services, int Events, string Cut)[] steps =
        [
            (2, 20, ""),
            (2, 8, "Events: the last 8."),
            (1, 8, "Services that are well: by name. Events: the last 8."),
            (1, 3, "Services that are well: by name. Events: the last 3."),
            (0, 3, "Services that are well: their number. Events: the last 3."),
            (0, 0, "Services that are well: their number. No events."),
        ];
        var summary = new StateSummary(input.View, relevance.Names);
        var budget = input.Budgets.State;
        Section? section = null;
        foreach (var (services, events, cut) in steps)
        {
            section = Section.Of("state", "# The machine\n\n"
                + mark.Around("what the machine shows", summary.Text(services, events)),
                budget, isOurs: false, cut);
            if (section.Report.Used <= budget)
            {
                return section;
            }
        }
        var lines = Section.Fitting(summary.Text(0, 0).Split('\n'), budget - 40);
        return Section.Of("state", "# The machine\n\n"
            + mark.Around("what the machine shows", string.Join('\n', lines)), budget, false,
            "Only its first lines.");
    }
}

/// <summary>A section with what is said of it.</summary>
internal sealed record Section(ContextSection Content, SectionReport Report)
{
    public static Section Of(string name, string text, int budget, bool isOurs, string cut) =>
        new(new(name, text, isOurs), new(name, budget, Tokens.Of(text), cut.Trim()));

    /// <summary>The first lines that fit.</summary>
    public static List<string> Fitting(IEnumerable<string> lines, int budget)
    {
        var fitting = new List<string>();
        var used = 0;
        foreach (var line in lines)
        {
            used += Tokens.Of(line) + 1;
            if (used > budget)
            {
                break;
            }
            fitting.Add(line);
        }
        return fitting;
    }
}
