using Loam.Core;
using Loam.Core.Firewall;
using Loam.Drivers.Firewall;

namespace Loam.Simulation.Host;

/// <summary>The kernel's packet filter with one table: a script replaces it or takes it away.
/// </summary>
public sealed class SimulatedNftables : INftables
{
    private const string Begin = $"table {FirewallTable.Name} {{\n";

    /// <summary>Hooks before and after each call, given its name.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>What stands in the kernel; null: no table.</summary>
    public string? Table { get; private set; }

    private uint _generation;

    public async Task<NftablesHead> HeadAsync(CancellationToken cancel)
    {
        await Before("nft head");
        const string Mark = "\tcomment \"";
        if (Table is not { } words)
        {
            return new(null, _generation);
        }
        var at = words.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length;
        return new(words[at..words.IndexOf('"', at)], _generation);
    }

    public async Task<string?> ListAsync(CancellationToken cancel, bool terse = false)
    {
        await Before("nft list");
        return Table;
    }

    public async Task RunAsync(string script, CancellationToken cancel)
    {
        await Before($"nft set {FirewallTable.Name}");
        Run(script);
        await After($"nft set {FirewallTable.Name}");
    }

    public void Run(string script)
    {
        var at = script.IndexOf(Begin, StringComparison.Ordinal);
        Invariant.Require(script.StartsWith($"add table {FirewallTable.Name}\ndelete table ",
            StringComparison.Ordinal), "a script must replace the table as a whole");
        _generation++;
        Table = at < 0 ? null : script[at..];
    }
}
