using Loam.Core.Reconciling;

namespace Loam.Drivers.Linux;

/// <summary>Programs of the host, run with a list of arguments. The simulation has its own beneath
/// the same drivers.</summary>
public interface IPrograms
{
    bool Has(string name);

    /// <exception cref="HostException">Unsupported: it is not installed. Conflict: it ended with
    /// an error, and what it said. Timeout.</exception>
    Task RunAsync(string name, IReadOnlyList<string> arguments, CancellationToken cancel);
}

/// <summary>Those that are installed.</summary>
public sealed class HostPrograms : IPrograms
{
    public bool Has(string name) => Command.Find(name) is not null;

    public async Task RunAsync(
        string name, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var result = await Command.RunAsync(name, arguments, "", cancel);
        if (result.ExitCode != 0)
        {
            throw new HostException(Fault.Conflict,
                $"{name} {string.Join(' ', arguments)} failed: {result.Output.Trim()}",
                $"See what {name} says, and apply it again.");
        }
    }
}
