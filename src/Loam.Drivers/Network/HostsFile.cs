using System.Collections.Immutable;

namespace Loam.Drivers.Network;

/// <summary>The text of /etc/hosts with the one line that is Loam's; all others are somebody
/// else's and stay as they are.</summary>
internal static class HostsFile
{
    private const string Mark = " # loam";
    private const string Local = "127.0.0.1";

    /// <summary>Loam's line without its mark; null: there is none.</summary>
    public static string? OurLine(string? text) => Lines(text).FirstOrDefault(IsOurs) is { } line
        ? line[..^Mark.Length] : null;

    /// <summary>Names that the other lines give an address.</summary>
    public static ImmutableHashSet<string> OtherNames(string? text) =>
    [
        .. Lines(text).Where(l => !IsOurs(l)).SelectMany(l => l.Split('#')[0]
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1)),
    ];

    /// <summary>The same text with another line of ours: behind that of localhost, or first.
    /// </summary>
    /// <param name="line">Null: none.</param>
    /// <returns>Null: nothing is left of it.</returns>
    public static string? With(string? text, string? line)
    {
        var lines = Lines(text).Where(l => !IsOurs(l)).ToList();
        if (line is not null)
        {
            var local = lines.FindIndex(l => l.Split((char[]?)null, 2)[0] == Local);
            // The last one may have no end, and would get one.
            lines.Insert(local >= 0 && local < lines.Count - 1 ? local + 1 : 0, line + Mark);
            if (lines.Count == 1)
            {
                lines.Add("");
            }
        }
        return lines is [] or [""] ? null : string.Join('\n', lines);
    }

    private static string[] Lines(string? text) => text?.Split('\n') ?? [];

    private static bool IsOurs(string line) => line.EndsWith(Mark, StringComparison.Ordinal);
}
