using Loam.Mind.Answers;

namespace Loam.Mind.Context;

/// <summary>What was said before, and what is asked now.</summary>
internal static class Conversation
{
    private const int Shortened = 200;

    /// <summary>The newest turns whole, older ones on one line, the oldest left out.</summary>
    public static Section History(ContextInput input, DataMark mark)
    {
        var budget = input.Budgets.History;
        var preferences = input.Preferences.IsEmpty ? ""
            : "# What the person prefers\n\n" + string.Join('\n', Section.Fitting(
                input.Preferences.Select(p => "- " + PlainText.OneLine(p, Shortened)),
                budget / 4)) + "\n\n";
        var left = budget - Tokens.Of(preferences) - 40;
        var turns = new List<string>();
        var (whole, brief) = (0, 0);
        foreach (var turn in input.History.Reverse())
        {
            var full = brief == 0 ? Shown(turn, PlainText.Of(turn.Text).Trim(), mark) : "";
            var line = Shown(turn, PlainText.OneLine(turn.Text, Shortened), mark);
            if (full.Length > 0 && Tokens.Of(full) + 2 <= left)
            {
                left -= Tokens.Of(full) + 2;
                turns.Add(full);
                whole++;
            }
            else if (Tokens.Of(line) + 2 <= left)
            {
                left -= Tokens.Of(line) + 2;
                turns.Add(line);
                brief++;
            }
            else
            {
                break;
            }
        }
        turns.Reverse();
        var gone = input.History.Length - whole - brief;
        var text = preferences + (turns.Count == 0 ? "" : "# The conversation so far\n\n"
            + (gone > 0 ? $"({gone} earlier turns are left out)\n" : "")
            + string.Join('\n', turns));
        return Section.Of("history", text.TrimEnd(), budget, isOurs: false,
            (brief > 0 ? $"{brief} turns in brief." : "")
            + (gone > 0 ? $" {gone} turns left out." : ""));
    }

    /// <summary>Answers may repeat what was observed, so they are data too.</summary>
    private static string Shown(SaidTurn turn, string text, DataMark mark) => turn.ByPerson
        ? "Person: " + text.Replace("\n", "\n  ", StringComparison.Ordinal)
        : mark.Around("an earlier answer", text);

    /// <summary>It may repeat what was observed, so it is data.</summary>
    public static Section Draft(ContextInput input, DataMark mark)
    {
        const string Head = "# A draft\n\nA smaller model answered the request below so. It may be "
            + "wrong: keep what is right, mend the rest, and answer as a whole.\n\n";
        var budget = input.Draft.Length == 0 ? 0 : input.Budgets.Files;
        if (budget == 0)
        {
            return Section.Of("draft", "", 0, isOurs: false, "");
        }
        var lines = PlainText.Of(input.Draft).Split('\n');
        var shown = Section.Fitting(lines, budget - Tokens.Of(Head) - 60);
        return Section.Of("draft", Head + mark.Around("a draft", string.Join('\n', shown)), budget,
            isOurs: false, shown.Count == lines.Length ? ""
                : $"The last {lines.Length - shown.Count} lines.");
    }

    /// <summary>The person's own words, which alone say what is wanted.</summary>
    /// <param name="taken">Tokens of its budget that something else has.</param>
    public static Section Request(ContextInput input, int taken)
    {
        const string Head = "# The request\n\n";
        var budget = input.Budgets.Request - taken;
        var request = PlainText.Of(input.Request).Trim();
        var left = budget - Tokens.Of(Head) - 20;
        if (Tokens.Of(request) <= left)
        {
            return Section.Of("request", Head + request, budget, isOurs: false, "");
        }
        var lines = request.Split('\n').SelectMany(Parts).ToList();
        var first = Section.Fitting(lines, left * 2 / 3);
        var last = Section.Fitting(Enumerable.Reverse(lines.Skip(first.Count)), left / 3);
        var gone = lines.Count - first.Count - last.Count;
        return Section.Of("request", Head + string.Join('\n', first)
            + $"\n({gone} lines are left out)\n" + string.Join('\n', Enumerable.Reverse(last)),
            budget, isOurs: false, $"{gone} lines in the middle.");
    }

    /// <summary>A line that is a page long counts as several.</summary>
    private static IEnumerable<string> Parts(string line)
    {
        const int Longest = 1000;
        while (line.Length > Longest)
        {
            var cut = line.LastIndexOf(' ', Longest);
            cut = cut <= 0 ? PlainText.Cut(line, Longest).Length : cut;
            yield return line[..cut];
            line = line[cut..].TrimStart();
        }
        yield return line;
    }
}
