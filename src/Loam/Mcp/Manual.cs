using System.Collections.Immutable;

namespace Loam.Mcp;

/// <summary>Pages of the manual, which the executable carries.</summary>
internal static class Manual
{
    private const string Folder = "manual/";

    /// <summary>Their names: <c>backups</c>.</summary>
    public static ImmutableArray<string> Pages { get; } =
    [
        .. typeof(Manual).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Folder, StringComparison.Ordinal))
            .Select(n => n[Folder.Length..]).Order(StringComparer.Ordinal),
    ];

    /// <summary>Null: there is no such page.</summary>
    public static string? Page(string name)
    {
        if (!Pages.Contains(name))
        {
            return null;
        }
        using var stream = typeof(Manual).Assembly.GetManifestResourceStream(Folder + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
