using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

/// <summary>The sets of realistic files beside this one.</summary>
internal static class Examples
{
    public static readonly string[] Names = ["shop", "home", "small"];

    public static StateSet Read(string name) =>
        Directory.GetFiles(Path.Combine(Here(), "examples", name)).Aggregate(
            StateSet.Empty, (set, path) => set.With(Path.GetFileName(path), File.ReadAllText(path)));

    /// <summary>One services.yaml around the fields of one service, indented as they stand.
    /// </summary>
    public static StateSet Service(string fields, string more = "") => StateSet.Empty.With(
        "services.yaml", $"""
        apiVersion: loam/v1
        kind: ServiceManifest
        spec:
          services:
            - name: web
              image: nginx:1.27
        {Indent(fields, 6)}
        {Indent(more, 4)}

        """);

    public static StateSet Spec(FileKind kind, string spec) => StateSet.Empty.With(
        kind.File, $"apiVersion: loam/v1\nkind: {kind.Kind}\nspec:\n{Indent(spec, 2)}\n");

    public static string Indent(string text, int by) => string.Join('\n',
        text.Split('\n').Select(l => l.Length == 0 ? l : new string(' ', by) + l));

    /// <summary>The repository's root.</summary>
    public static string Root() => Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
