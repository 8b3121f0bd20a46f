using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Cli.Views;

/// <summary>Users for people.</summary>
internal static class UserView
{
    public static IEnumerable<Line> Table(
        IReadOnlyCollection<UserStatus> users, DateTimeOffset now, Look look)
    {
        if (users.Count == 0)
        {
            return Paragraph.Of("The accounts of this machine cannot be read.", look);
        }
        var table = new Table("", "USER", "NUMBER", "GROUPS", "LOGS IN WITH", "LAST", "LOAM");
        foreach (var user in users)
        {
            var (mark, ink) = user switch
            {
                { Trouble: not null } => ("✗", Ink.Bad),
                { IsLocked: true } => ("○", Ink.Dim),
                { Rules: true } => ("●", Ink.Warn),
                _ => ("●", Ink.Good),
            };
            table.Add(new(mark, ink), new(user.Name, Ink.Bold), new($"{user.Uid}"),
                new(string.Join(", ", user.Groups)), new(With(user)),
                new(user.LastLogin is { } last ? $"{Units.Age(now - last)} ago" : "never"),
                new(Whose(user), Ink.Dim));
        }
        return table.Render(look);
    }

    public static IEnumerable<Line> One(UserStatus user, DateTimeOffset now, Look look)
    {
        foreach (var line in Table([user], now, look))
        {
            yield return line;
        }
        yield return Line.Empty;
        yield return new Line("home ", Ink.Dim).Add(look.Clean(user.Home))
            .Add("   shell ", Ink.Dim).Add(look.Clean(user.Shell));
        foreach (var key in user.Keys)
        {
            yield return new Line(key.IsDeclared ? "declared  " : "by hand   ", Ink.Dim)
                .Add(look.Clean(key.Key));
        }
        if (user.Trouble is { } trouble)
        {
            yield return new Line(look.Clean(trouble), Ink.Bad);
        }
        if (user.Rules)
        {
            yield return new Line("can become root", Ink.Warn);
        }
    }

    private static string With(UserStatus user) => user.IsLocked ? "locked"
        : (user.Keys.Length, user.HasPassword) switch
        {
            (0, false) => "nothing",
            (0, true) => "password",
            (var keys, false) => Units.Count(keys, "key"),
            (var keys, true) => $"{Units.Count(keys, "key")}, password",
        };

    private static string Whose(UserStatus user) => user.Ownership switch
    {
        Ownership.Created => user.IsDeclared ? "declared" : "was declared",
        Ownership.Adopted => "declared, was there before",
        _ => "not declared",
    };
}
