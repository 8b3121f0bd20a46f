using Loam.Tests.StateFiles;

namespace Loam.Tests.Tidy;

/// <summary>The files that are kept under version control, found by walking the folders.
/// </summary>
internal static class Repository
{
    private static readonly HashSet<string> s_skipped = new(StringComparer.Ordinal)
    {
        ".git", ".loam", "bin", "node_modules", "obj", "out",
    };

    public static string Root { get; } = Examples.Root();

    /// <summary>Paths relative to the root, with slashes, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Walk(Root).Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>C# of the product.</summary>
    public static IEnumerable<string> Product => Sources.Where(f => f.StartsWith("src/", Exactly));

    /// <summary>C# of product, tests and benchmarks.</summary>
    public static IEnumerable<string> Sources => All.Where(f => f.EndsWith(".cs", Exactly));

    public static IEnumerable<string> Pages => All.Where(f => f.EndsWith(".md", Exactly));

    public static IEnumerable<string> Projects => All.Where(f => f.EndsWith(".csproj", Exactly));

    private const StringComparison Exactly = StringComparison.Ordinal;

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static bool Has(string path) => Path.Exists(Path.Combine(Root, path));

    // Of a linked work tree .git is a file.
    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Where(IsKept)
            .Concat(Directory.EnumerateDirectories(folder).Where(IsKept).SelectMany(Walk));

    private static bool IsKept(string path) => !s_skipped.Contains(Path.GetFileName(path));

    private static string Relative(string path) => Path.GetRelativePath(Root, path);
}
