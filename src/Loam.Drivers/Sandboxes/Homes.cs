using System.Globalization;
using Loam.Core.Resources;

namespace Loam.Drivers.Sandboxes;

/// <summary>Homes of people, wherever they are: a sandbox that had one would have their keys, and
/// could leave what their next login runs.</summary>
internal static class Homes
{
    private const string Accounts = "/etc/passwd";

    /// <summary>Programs' own users come before, and after them what belongs to nobody.</summary>
    private const uint FirstPerson = 1000, LastPerson = 60_000;

    /// <returns>Why no sandbox gets a path; null: it is no home, and holds none.</returns>
    public static string? Refusal(string path) =>
        Within(path, File.ReadLines(Accounts)) is { } home
            ? $"{home} is somebody's home"
            : SandboxAccess.Private.FirstOrDefault(p => Path.Exists(Path.Combine(path, p))) is
                { } name ? $"{name} lies in it" : null;

    /// <summary>A home of a person at or below a path.</summary>
    /// <param name="accounts">Lines of /etc/passwd.</param>
    public static string? Within(string path, IEnumerable<string> accounts) =>
        accounts.Select(l => l.Split(':')).Where(f => f.Length >= 7
            && uint.TryParse(f[2], CultureInfo.InvariantCulture, out var user)
            && user is >= FirstPerson and <= LastPerson && f[5].StartsWith('/'))
            .Select(f => f[5].TrimEnd('/')).FirstOrDefault(
                home => home.Length > 0 && SandboxAccess.IsWithin(home, path));
}
