using Loam.Api;

namespace Loam.Cli.Views;

/// <summary>Who is told, for people.</summary>
internal static class NotifyView
{
    public static IEnumerable<Line> Table(
        IReadOnlyCollection<NotifierStatus> notifiers, Look look)
    {
        if (notifiers.Count == 0)
        {
            return Paragraph.Of("Nobody is told anything. Say where to, for instance: "
                + "send alerts to https://ntfy.sh/mybox", look);
        }
        var table = new Table("", "NAME", "HOW", "WHERE", "WAITING", "LAST ANSWER");
        foreach (var one in notifiers)
        {
            table.Add(one.Error is null ? new("●", Ink.Good) : new("✗", Ink.Bad),
                new(one.Name, Ink.Bold), new(one.Type), new(look.Clean(one.Where)),
                new(one.Waiting == 0 ? "" : $"{one.Waiting}"), new(look.Clean(one.Error ?? "")));
        }
        return table.Render(look);
    }

    public static IEnumerable<Line> Tests(IEnumerable<NotifierTest> tests) => tests.Select(t =>
        new Line(t.IsGood ? "✓ " : "✗ ", t.IsGood ? Ink.Good : Ink.Bad)
            .Add(t.Name, Ink.Bold).Add($" ({t.Where}): {t.Answer}"));
}
