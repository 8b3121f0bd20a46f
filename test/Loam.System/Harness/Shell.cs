using System.Diagnostics;
using System.Text;

namespace Loam.System.Harness;

/// <summary>What a program printed and how it ended.</summary>
/// <param name="Output">Standard output and standard error, as they came.</param>
public sealed record Ended(int Exit, string Output)
{
    public Ended ShouldEnd(int exit)
    {
        if (Exit != exit)
        {
            throw new StoryException($"exit code {Exit}, expected {exit}:\n{Output}");
        }
        return this;
    }

    public Ended ShouldSay(params string[] words)
    {
        foreach (var word in words)
        {
            // Sentences are broken into lines anywhere.
            if (!Flat(Output).Contains(Flat(word)))
            {
                throw new StoryException($"nothing says “{word}”:\n{Output}");
            }
        }
        return this;
    }

    private static string Flat(string text) =>
        string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>A story did not go as told.</summary>
public sealed class StoryException(string message) : Exception(message);

/// <summary>A program under way whose output can be read meanwhile.</summary>
public sealed class Running : IDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    public Running(string program, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        // One pipe for both: over two, a busy machine loses their order.
        var start = new ProcessStartInfo("sh",
            ["-c", "exec \"$0\" \"$@\" 2>&1", program, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.StandardInput.Close();
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public int Id => _process.Id;
    public bool HasEnded => _process.HasExited;

    /// <param name="within">Null: <see cref="Wait.Limit"/>.</param>
    public async Task<Ended> EndAsync(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? Wait.Limit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            throw new StoryException(
                $"{_process.StartInfo.ArgumentList[2]} did not end. It said:\n{Output}");
        }
        return new(_process.ExitCode, Output);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private void Add(string? line)
    {
        lock (_output)
        {
            _output.Append(line is null ? "" : line + "\n");
        }
    }
}

public static class Shell
{
    public static async Task<Ended> RunAsync(string program, params string[] arguments)
    {
        using var running = new Running(program, arguments);
        return await running.EndAsync();
    }
}

/// <summary>Waiting with a bound, by looking again.</summary>
public static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static Task ForAsync(string what, Func<bool> isSo) =>
        ForAsync(what, () => Task.FromResult(isSo()));

    public static async Task ForAsync(string what, Func<Task<bool>> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (watch.Elapsed > Limit)
            {
                throw new StoryException($"waited in vain for: {what}");
            }
            await Task.Delay(Pause);
        }
    }
}
