using System.Runtime.CompilerServices;
using Loam.Cli;

namespace Loam.Tests.Cli;

/// <summary>What a person sees, kept in <c>golden/</c> beside the tests. With
/// <c>LOAM_ACCEPT=1</c> the files are rewritten, to be read in the commit's diff.</summary>
internal static class Golden
{
    public static void Check(
        string name, IEnumerable<Line> shown, [CallerFilePath] string source = "") =>
        Check(name, string.Concat(shown.Select(l => l.Text.TrimEnd() + "\n")), source);

    public static void Check(string name, string shown, [CallerFilePath] string source = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(source)!, "golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("LOAM_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, shown);
        }
        File.Exists(file).ShouldBeTrue($"{file} is missing; LOAM_ACCEPT=1 writes it");
        shown.ShouldBe(File.ReadAllText(file));
    }
}
