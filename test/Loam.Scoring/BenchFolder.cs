using System.Runtime.CompilerServices;
using Loam.Core.StateFiles;
using Loam.Mind.Evaluating.Cases;

namespace Loam.Scoring;

/// <summary>Loam-bench as it lies in a clone.</summary>
public static class BenchFolder
{
    public static string Place { get; } = Find();

    public static LoamBench Read() => Read(Place);

    /// <param name="folder">One with <c>states</c>, <c>cases</c> and <c>blind</c>.</param>
    public static LoamBench Read(string folder) => LoamBench.Of(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
            f => Path.GetRelativePath(folder, f), File.ReadAllText, StringComparer.Ordinal));

    /// <summary>The state files of a folder.</summary>
    public static StateSet ReadState(string folder) =>
        Directory.GetFiles(folder).Order(StringComparer.Ordinal).Aggregate(StateSet.Empty,
            (state, file) => state.With(Path.GetFileName(file), File.ReadAllText(file)));

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(here)!, "..", "loam-bench"));
}
