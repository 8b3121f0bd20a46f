using Loam.Drivers.Linux;
using Loam.Drivers.Network;

namespace Loam.Simulation.Host;

/// <summary>Programs that are told that a file is another one.</summary>
public sealed class SimulatedPrograms : IPrograms
{
    /// <summary>Hooks before and after each call.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>What was run last, with its arguments; empty: nothing.</summary>
    public string Last { get; private set; } = "";

    /// <summary>What a program does, given its name and arguments.</summary>
    public Action<string, IReadOnlyList<string>> Does { get; set; } = (_, _) => { };

    public bool Has(string name) => true;

    public async Task RunAsync(
        string name, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        Last = $"{name} {string.Join(' ', arguments)}";
        await Before($"run {Last}");
        Does(name, arguments);
        await After($"run {Last}");
    }
}

/// <summary>Name servers, of which some are there.</summary>
public sealed class SimulatedDns : IDnsProbe
{
    /// <summary>A network in which nobody answers.</summary>
    public const string Nowhere = "203.0.113.";

    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public async Task<bool> AnswersAsync(string server, string name, CancellationToken cancel)
    {
        await Before($"ask {server}");
        return !server.StartsWith(Nowhere, StringComparison.Ordinal);
    }
}
