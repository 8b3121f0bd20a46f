using System.Globalization;
using Loam.Api.Tokens;

namespace Loam.Cli.Views;

/// <summary>Tokens for people.</summary>
internal static class TokenView
{
    public static IEnumerable<Line> Table(
        IReadOnlyCollection<TokenLine> tokens, DateTimeOffset now, Look look)
    {
        if (tokens.Count == 0)
        {
            return [new("There are no tokens.")];
        }
        var table = new Table("", "TOKEN", "MAY", "AS", "ENDS", "MADE BY", "USED");
        foreach (var one in tokens)
        {
            table.Add(one.Void is null ? new("●", Ink.Good) : new("✗", Ink.Bad),
                new(one.Name, Ink.Bold), new(Word(one.May)), new(look.Clean(one.For)),
                new(one.Void is { } why && one.Until > now ? look.Clean(why) : Ends(one, now)),
                new(look.Clean(one.By)),
                new(one.LastUsed is { } used ? $"{Units.Age(now - used)} ago" : ""));
        }
        return table.Render(look);
    }

    public static IEnumerable<Line> Made(TokenMade made) =>
    [
        new Line("✓ ", Ink.Good).Add(made.Line.Name, Ink.Bold).Add(
            $" may {Word(made.Line.May)} as {made.Line.For}, {Until(made.Line)}:"),
        new(made.Token, Ink.Bold),
        new("It is shown this once. Whoever has it has these rights.", Ink.Dim),
    ];

    private static string Word(TokenScope may) => may.ToString().ToLowerInvariant();

    private static string Until(TokenLine line) => line.Until is { } until
        ? $"until {until.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC"
        : "without end";

    private static string Ends(TokenLine line, DateTimeOffset now) => line.Until is not { } until
        ? "never" : until > now ? $"in {Units.Age(until - now)}" : "expired";
}
