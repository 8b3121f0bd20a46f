using System.Diagnostics;

namespace Loam.Simulation.Mutating;

/// <summary>Builds Loam.Core with one fault at a time and lets the simulation look for it.
/// </summary>
internal static class MutationRun
{
    private const int Seeds = 12_000;

    /// <returns>How many of the mutations were found.</returns>
    public static int Run(string repository)
    {
        var work = Directory.CreateTempSubdirectory("loam-mutations-").FullName;
        try
        {
            Prepare(repository, work);
            return Mutations.All.Count(m => IsCaught(repository, work, m));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Prepare(string repository, string work)
    {
        foreach (var file in new[]
            { "Directory.Build.props", "Directory.Packages.props", "global.json" })
        {
            File.Copy(Path.Combine(repository, file), Path.Combine(work, file));
        }
        CopyTree(Path.Combine(repository, "src/Loam.Core"), Path.Combine(work, "src/Loam.Core"));
        CopyTree(Path.Combine(repository, "catalog"), Path.Combine(work, "catalog"));
        CopyTree(AppContext.BaseDirectory, Path.Combine(work, "sim"));
    }

    private static bool IsCaught(string repository, string work, Mutation mutation)
    {
        var started = Stopwatch.GetTimestamp();
        var core = Path.Combine(work, "src/Loam.Core");
        foreach (var edit in mutation.Edits)
        {
            Apply(Path.Combine(core, edit.File), edit);
        }
        Execute("dotnet", work, "build", core, "-c", "Release", "-v", "q", "-nologo",
            "-p:TreatWarningsAsErrors=false");
        File.Copy(Path.Combine(core, "bin/Release/net10.0/Loam.Core.dll"),
            Path.Combine(work, "sim/Loam.Core.dll"), overwrite: true);
        var (code, said) = Execute("dotnet", work, Path.Combine(work, "sim/Loam.Simulation.dll"),
            "--seeds", Seeds.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--stop-at-first", "--no-mutations");
        foreach (var edit in mutation.Edits.Select(e => e.File).Distinct())
        {
            File.Copy(Path.Combine(repository, "src/Loam.Core", edit), Path.Combine(core, edit),
                overwrite: true);
        }
        var how = said.Split('\n').FirstOrDefault(l => l.StartsWith("seed ",
            StringComparison.Ordinal)) ?? "";
        Console.WriteLine($"{(code == 1 ? "caught" : "MISSED"),-7} {mutation.Name}"
            + $"  ({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s)  "
            + how[..Math.Min(how.Length, 120)]);
        return code == 1;
    }

    private static void Apply(string path, Edit edit)
    {
        var text = File.ReadAllText(path);
        var at = text.IndexOf(edit.Find, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(edit.Find, at + 1, StringComparison.Ordinal) >= 0)
        {
            throw new InvalidOperationException($"{edit.File} does not hold exactly once: "
                + $"{edit.Find}. Mend the mutation in Mutations.cs.");
        }
        File.WriteAllText(path, text[..at] + edit.Replace + text[(at + edit.Find.Length)..]);
    }

    private static (int, string) Execute(string program, string folder, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (words[0] == "build" && process.ExitCode != 0)
        {
            throw new InvalidOperationException($"a mutation does not build:\n{said}");
        }
        return (process.ExitCode, said);
    }

    private static void CopyTree(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, file);
            if (name.StartsWith("obj/", StringComparison.Ordinal)
                || name.StartsWith("bin/", StringComparison.Ordinal))
            {
                continue;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, name))!);
            File.Copy(file, Path.Combine(to, name));
        }
    }
}
