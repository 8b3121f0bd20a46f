using Loam.Api.Conversing;

namespace Loam.Cli.Views;

/// <summary>Conversations for people.</summary>
internal static class SessionView
{
    public static IEnumerable<Line> Table(SessionsAnswer answer, DateTimeOffset now, Look look)
    {
        if (answer.Note is { } note)
        {
            yield return new Line(look.Clean(note), Ink.Warn);
        }
        if (answer.Sessions.IsEmpty)
        {
            yield return new("You have no conversations.");
            yield break;
        }
        var table = new Table("CONVERSATION", "LAST", "TURNS", "ABOUT");
        foreach (var one in answer.Sessions)
        {
            table.Add(new(look.Clean(one.Name), Ink.Bold), new($"{Units.Age(now - one.Last)} ago"),
                new($"{one.Turns}"), new(look.Clean(one.About)));
        }
        foreach (var line in table.Render(look))
        {
            yield return line;
        }
    }
}
