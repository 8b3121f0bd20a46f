using Loam.Core.Bans;

namespace Loam.Cli.Views;

/// <summary>Who is shut out, for people.</summary>
internal static class BanView
{
    public static IEnumerable<Line> Table(
        IReadOnlyCollection<Ban> bans, DateTimeOffset now, Look look)
    {
        if (bans.Count == 0)
        {
            return [new("Nobody is shut out.")];
        }
        var table = new Table("", "ADDRESS", "FOR ANOTHER", "SINCE", "WHY");
        foreach (var ban in bans)
        {
            table.Add(new("✗", Ink.Bad), new(ban.Source, Ink.Bold),
                new(Units.Every(Left(ban, now))), new($"{Units.Age(now - ban.From)} ago"),
                new(look.Clean(ban.Why)));
        }
        return table.Render(look);
    }

    public static IEnumerable<Line> Added(Ban ban) =>
    [
        new Line("✓ ", Ink.Good).Add(ban.Source, Ink.Bold)
            .Add($" is shut out for {BanRule.Words(ban.Until - ban.From)}.  undo: loam unban "
                + ban.Source),
    ];

    /// <summary>Before what the firewall says, which such a packet does not reach.</summary>
    public static IEnumerable<Line> Standing(Ban ban, DateTimeOffset now) =>
    [
        new Line("✗ ", Ink.Bad).Add(ban.Source, Ink.Bold).Add(
            $" is shut out for another {Units.Every(Left(ban, now))}: {ban.Why}. Otherwise:"),
    ];

    public static IEnumerable<Line> Lifted(IEnumerable<Ban> bans) => bans.Select(
        b => new Line("✓ ", Ink.Good).Add(b.Source, Ink.Bold).Add(" is let in again."));

    /// <summary>Whole minutes, of the last one the seconds.</summary>
    private static TimeSpan Left(Ban ban, DateTimeOffset now)
    {
        var left = ban.Until - now;
        return left > TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(Math.Floor(left.TotalMinutes))
            : TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(left.TotalSeconds)));
    }
}
