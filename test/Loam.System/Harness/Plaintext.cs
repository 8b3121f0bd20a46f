using System.IO.Compression;
using System.Text;

namespace Loam.System.Harness;

/// <summary>A search for a secret wherever somebody could read it later.</summary>
public static class Plaintext
{
    /// <returns>Where it was found. The file system in memory that hands it to its container is
    /// not searched.</returns>
    public static async Task<string[]> PlacesAsync(string secret, Instance loam)
    {
        var found = new List<string>();
        // By file: on a command line the search would find itself.
        var pattern = Path.Combine("/dev/shm", Path.GetRandomFileName());
        File.WriteAllText(pattern, secret);
        try
        {
            var grep = await Shell.RunAsync("grep", "--recursive", "--files-with-matches", "--text",
                "--fixed-strings", $"--file={pattern}", "--devices=skip", "--exclude-dir=merged",
                loam.Home);
            // Podman and Docker hold running containers' file systems mounted below "merged".
            grep.Exit.ShouldBeOneOf(0, 1, 2);
            found.AddRange(grep.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(l => !l.StartsWith("grep: ")));
        }
        finally
        {
            File.Delete(pattern);
        }
        found.AddRange(GitObjects(loam).Where(o => Holds(o.Bytes, secret)).Select(o => o.Name));
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), out _)
                && Holds(CommandLine(process), secret))
            {
                found.Add(process);
            }
        }
        return [.. found];
    }

    private static IEnumerable<(string Name, byte[] Bytes)> GitObjects(Instance loam)
    {
        var objects = Path.Combine(loam.Paths.GitDir, "objects");
        var files = Directory.GetFiles(objects, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(Path.GetDirectoryName(f))!.Length == 2).ToArray();
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            using var inflate = new ZLibStream(File.OpenRead(file), CompressionMode.Decompress);
            using var text = new MemoryStream();
            inflate.CopyTo(text);
            yield return (file, text.ToArray());
        }
    }

    private static byte[] CommandLine(string process)
    {
        try
        {
            return File.ReadAllBytes($"{process}/cmdline");
        }
        catch (IOException)
        {
            return []; // It ended meanwhile.
        }
    }

    private static bool Holds(byte[] bytes, string secret) =>
        bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0;
}
