using System.Globalization;

namespace Loam.Drivers.Linux;

/// <summary>Names and numbers of users and groups, as the machine's files have them.</summary>
public static class AccountNames
{
    /// <param name="uid">The user's number.</param>
    /// <returns>Null: nobody has it.</returns>
    public static string? Of(string uid) =>
        Fields("/etc/passwd").FirstOrDefault(f => f.Length > 2 && f[2] == uid)?[0];

    /// <summary>The number of a user; null: there is none of that name.</summary>
    public static uint? User(string name)
    {
        var row = Fields("/etc/passwd").FirstOrDefault(f => f.Length > 2 && f[0] == name);
        return row is not null && uint.TryParse(row[2], CultureInfo.InvariantCulture, out var id)
            ? id : null;
    }

    /// <summary>The number of a group; null: there is none of that name.</summary>
    public static uint? Group(string name)
    {
        var row = Fields("/etc/group").FirstOrDefault(f => f.Length > 2 && f[0] == name);
        return row is not null && uint.TryParse(row[2], CultureInfo.InvariantCulture, out var id)
            ? id : null;
    }

    /// <summary>The user belongs to the group, as its own or as one of its members.</summary>
    public static bool IsMember(string user, string group) =>
        Fields("/etc/group").FirstOrDefault(f => f.Length > 3 && f[0] == group) is { } row
            && (row[3].Split(',').Contains(user) || Fields("/etc/passwd").Any(
                f => f.Length > 3 && f[0] == user && f[3] == row[2]));

    private static IEnumerable<string[]> Fields(string file)
    {
        try
        {
            return File.ReadAllLines(file).Select(line => line.Split(':'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
