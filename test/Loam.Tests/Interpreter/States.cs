using System.Runtime.CompilerServices;
using Loam.Core.StateFiles;

namespace Loam.Tests.Interpreter;

/// <summary>The states that sentences are said to.</summary>
public static class States
{
    public static string Folder { get; } = FindFolder();

    /// <summary><c>empty</c>, or the files of a folder below <c>Cases/states</c>.</summary>
    public static StateSet Read(string name)
    {
        var folder = Path.Combine(Folder, "states", name);
        if (name == "empty")
        {
            return StateSet.Empty;
        }
        return Directory.GetFiles(folder).Aggregate(StateSet.Empty,
            (state, file) => state.With(Path.GetFileName(file), File.ReadAllText(file)));
    }

    private static string FindFolder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "loam-bench");
}
