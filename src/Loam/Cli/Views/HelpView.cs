using Loam.Cli.Commands;

namespace Loam.Cli.Views;

/// <summary>Help, from the table of verbs.</summary>
internal static class HelpView
{
    public static IEnumerable<Line> All(Look look)
    {
        yield return new Line("loam", Ink.Bold).Add(
            " – say what the machine should be; see the plan; approve it once");
        yield return Line.Empty;
        yield return new Line("  loam                     ").Add("the interactive shell", Ink.Dim);
        yield return new Line("  loam \"set up a web server\"").Add("  one request", Ink.Dim);
        yield return Line.Empty;
        foreach (var command in CommandTable.All.Where(c => c.Name != "shell" && !c.IsHidden))
        {
            foreach (var line in Entry($"{command.Name} {command.Arguments}".TrimEnd(),
                command.Sentence, look))
            {
                yield return line;
            }
        }
        yield return Line.Empty;
        yield return new Line("With every verb:", Ink.Bold);
        foreach (var line in Parser.Global.SelectMany(o => Entry(Usage(o), o.Sentence, look)))
        {
            yield return line;
        }
        yield return Line.Empty;
        yield return new Line("Exit codes:", Ink.Bold);
        foreach (var (code, meaning) in ExitCodes.Table)
        {
            yield return new Line($"  {(int)code}  ").Add(meaning);
        }
        yield return Line.Empty;
        yield return new Line("`loam VERB --help` says more, with an example.", Ink.Dim);
    }

    public static IEnumerable<Line> Of(Command command, Look look)
    {
        yield return new Line($"loam {command.Name} {command.Arguments}".TrimEnd(), Ink.Bold);
        foreach (var line in Paragraph.Of(new Line("  "), command.Sentence, look))
        {
            yield return line;
        }
        if (command.Details.Length > 0)
        {
            yield return Line.Empty;
            foreach (var line in Paragraph.Of(new Line("  "), command.Details, look))
            {
                yield return line;
            }
        }
        if (command.Aliases.Count > 0)
        {
            yield return new Line("  Also: " + string.Join(", ", command.Aliases), Ink.Dim);
        }
        yield return Line.Empty;
        foreach (var line in command.Options.Concat(Parser.Global)
            .SelectMany(o => Entry(Usage(o), o.Sentence, look)))
        {
            yield return line;
        }
        yield return Line.Empty;
        yield return new Line("Example:", Ink.Bold);
        foreach (var example in command.Example.Split('\n'))
        {
            yield return new Line("  " + example, Ink.Accent);
        }
    }

    private static string Usage(Option option) =>
        (option.Short is null ? "" : $"-{option.Short}, ") + $"--{option.Name}"
        + (option.Value is null ? "" : $" {option.Value}");

    private static IEnumerable<Line> Entry(string usage, string sentence, Look look)
    {
        const int Column = 27;
        var lead = new Line("  ").Add(usage);
        if (lead.Width > Column - 2)
        {
            yield return lead;
            lead = new Line();
        }
        foreach (var line in Paragraph.Of(lead.PadTo(Column), sentence, look, Ink.Plain))
        {
            yield return line;
        }
    }
}
