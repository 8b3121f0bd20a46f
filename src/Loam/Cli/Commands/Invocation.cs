using Loam.Cli.Shell;
using Loam.Drivers.Files;

namespace Loam.Cli.Commands;

/// <summary>A parsed command line with the terminal it came from.</summary>
/// <param name="Words">Arguments that are not options.</param>
/// <param name="Values">Values of options by name; a switch has an empty text.</param>
internal sealed record Invocation(
    Command Command, IReadOnlyList<string> Words,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Values, Terminal Terminal)
{
    private DaemonClient? _client;

    public bool Has(string option) => Values.ContainsKey(option);

    public string? Value(string option) => Values.TryGetValue(option, out var v) ? v[^1] : null;

    public IReadOnlyList<string> All(string option) => Values.GetValueOrDefault(option) ?? [];

    /// <summary>The answer is for a program.</summary>
    public bool Json => Value("output") == "json";

    public bool Yes => Has("yes");

    /// <summary>Files whose names were given with <c>--confirm</c>.</summary>
    public IReadOnlyList<string> Confirmed => All("confirm");

    public required InstancePaths Paths { get; init; }

    public DaemonClient Client => _client ??= new(Paths.Socket);

    /// <summary>What this person said before.</summary>
    public SaidWords Said => new(Terminal.OwnFolder is { } folder
        ? Path.Combine(folder, "said") : null);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Says the answer: to a program as JSON, to a person in lines.</summary>
    public void Answer(Func<string> json, IEnumerable<Line> lines)
    {
        if (Json)
        {
            Terminal.Raw(json() + "\n");
            return;
        }
        Terminal.Write(lines);
    }

    /// <summary>Where the instance lives: <c>--home</c>, else <c>$LOAM_HOME</c>, else
    /// <c>.loam</c> where there is one, else the machine's own (decision 19).</summary>
    public static InstancePaths PathsFor(string? given)
    {
        var home = given ?? Environment.GetEnvironmentVariable("LOAM_HOME");
        if (string.IsNullOrEmpty(home))
        {
            home = Directory.Exists(Path.Combine(".loam", "data")) ? ".loam" : null;
        }
        return InstancePaths.From(home);
    }

    /// <summary>A whole number in a range.</summary>
    public int Number(string option, int without, int most)
    {
        if (Value(option) is not { } text)
        {
            return without;
        }
        return int.TryParse(text, out var number) && number >= 0 && number <= most ? number
            : throw new CommandFailure(ExitCode.Invalid,
                $"--{option} takes a number from 0 to {most}, not '{text}'.");
    }
}
