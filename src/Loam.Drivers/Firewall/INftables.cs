using Loam.Core.Firewall;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Firewall;

/// <summary>The kernel's packet filter, as far as it is ours. The simulation has its own beneath
/// the same driver.</summary>
public interface INftables
{
    /// <summary>Our table in nftables' own words, without what changes by itself (counters,
    /// timeouts); null: there is none.</summary>
    /// <exception cref="HostException">Unsupported: there is no nftables.</exception>
    Task<string?> ListAsync(CancellationToken cancel);

    /// <summary>Runs a script as one transaction: all of it or nothing.</summary>
    /// <exception cref="HostException">Unsupported: the kernel or nft does not take it.
    /// </exception>
    Task RunAsync(string script, CancellationToken cancel);
}

/// <summary>nftables by the program <c>nft</c>.</summary>
/// <param name="prefix">What is called with nft as its arguments, such as nsenter into another
/// network namespace; empty: nft itself.</param>
public sealed class Nftables(params IReadOnlyList<string> prefix) : INftables
{
    private (uint Generation, string? Words)? _listed;

    public async Task<string?> ListAsync(CancellationToken cancel)
    {
        // Of this process's own namespace, so not of one that is entered by a prefix.
        var now = prefix.Count == 0 ? RulesetGeneration.Now() : null;
        if (_listed is { } listed && listed.Generation == now)
        {
            return listed.Words;
        }
        var words = await AskAsync(cancel);
        _listed = now is { } generation ? (generation, words) : null;
        return words;
    }

    private async Task<string?> AskAsync(CancellationToken cancel)
    {
        var (code, output) = await NftAsync(
            ["-s", "list", "table", .. FirewallTable.Name.Split(' ')], "", cancel);
        if (code == 0)
        {
            return output;
        }
        return output.Contains("No such file", StringComparison.Ordinal) ? null
            : throw Refused(output);
    }

    public async Task RunAsync(string script, CancellationToken cancel)
    {
        var (code, output) = await NftAsync(["-f", "-"], script, cancel);
        if (code != 0)
        {
            throw Refused(output);
        }
    }

    private async Task<(int Code, string Output)> NftAsync(
        IReadOnlyList<string> arguments, string input, CancellationToken cancel)
    {
        IReadOnlyList<string> all = [.. prefix, "nft", .. arguments];
        var result = await Command.RunAsync(all[0], [.. all.Skip(1)], input, cancel);
        return (result.ExitCode, result.Output);
    }

    private static HostException Refused(string output) => new(Fault.Unsupported,
        $"nftables does not take the firewall: {FirstLine(output)}",
        "Check that this kernel has nf_tables; `nft list ruleset` should answer.");

    private static string FirstLine(string output) =>
        output.Split('\n', 2)[0].Trim();
}
