using System.Diagnostics;

namespace Loam.Testing;

/// <summary>A process as <c>/proc</c> shows it.</summary>
public sealed record ProcessFacts(int Id, string Name, string[] Arguments)
{
    public bool Has(params string[] words) =>
        Arguments.AsSpan().IndexOf(words) >= 0;

    public bool Mentions(string text) => Arguments.Any(a => a.Contains(text));
}

public static class Processes
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Those that run; a zombie has no arguments.</summary>
    public static IEnumerable<ProcessFacts> All() =>
        Directory.EnumerateDirectories("/proc").Select(Read).OfType<ProcessFacts>();

    /// <summary>Ends them at once and waits until they are gone.</summary>
    public static async Task EndAsync(Func<ProcessFacts, bool> isMeant)
    {
        var meant = All().Where(isMeant).Select(p => p.Id).ToArray();
        foreach (var id in meant)
        {
            await RunAsync("kill", "-9", $"{id}");
        }
        await AreGoneAsync(meant);
    }

    /// <summary>Asks it to end, and ends it if it does not listen.</summary>
    public static async Task StopAsync(int id)
    {
        await RunAsync("kill", $"{id}");
        if (!await AreGoneAsync(id))
        {
            await RunAsync("kill", "-9", $"{id}");
            await AreGoneAsync(id);
        }
    }

    /// <returns>Exit code and output.</returns>
    public static async Task<(int Exit, string Output)> RunAsync(
        string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var texts = await Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(texts));
    }

    private static async Task<bool> AreGoneAsync(params int[] ids)
    {
        var watch = Stopwatch.StartNew();
        while (ids.Any(id => Read($"/proc/{id}") is { Arguments.Length: > 0 }))
        {
            if (watch.Elapsed > s_patience)
            {
                return false;
            }
            await Task.Delay(s_pause);
        }
        return true;
    }

    private static ProcessFacts? Read(string folder)
    {
        try
        {
            return int.TryParse(Path.GetFileName(folder), out var id)
                ? new(id, File.ReadAllText($"{folder}/comm").Trim(),
                    File.ReadAllText($"{folder}/cmdline").Split(
                        '\0', StringSplitOptions.RemoveEmptyEntries))
                : null;
        }
        catch (IOException)
        {
            return null; // It ended meanwhile.
        }
    }
}
