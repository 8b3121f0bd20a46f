using Loam.Core.Firewall;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Firewall;

/// <param name="Comment">Of our table; empty where it has none, null where there is no table.
/// </param>
/// <param name="Generation">The kernel's number of the last transaction, taken before the comment:
/// while it stays, so do all rules. Null: not known.</param>
public readonly record struct NftablesHead(string? Comment, uint? Generation);

/// <summary>The kernel's packet filter, as far as it is ours. The simulation has its own beneath
/// the same driver.</summary>
public interface INftables
{
    /// <summary>Whose table there is, without its rules.</summary>
    /// <exception cref="HostException">Unsupported: there is no nftables.</exception>
    Task<NftablesHead> HeadAsync(CancellationToken cancel);

    /// <summary>Our table in nftables' own words, without what changes by itself (counters,
    /// timeouts); null: there is none.</summary>
    /// <param name="terse">Without what sets hold.</param>
    /// <exception cref="HostException">Unsupported: there is no nftables.</exception>
    Task<string?> ListAsync(CancellationToken cancel, bool terse = false);

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
    private const string Mark = "\tcomment \"";

    /// <summary>A table with two full sets has 5 MB, and is listed in 5 s.</summary>
    private const int MostLetters = 64 * 1024 * 1024;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    /// <summary>Family and name of the table that is meant.</summary>
    public string Table { get; init; } = FirewallTable.Name;

    public async Task<NftablesHead> HeadAsync(CancellationToken cancel)
    {
        // The kernel is asked about this process's own namespace, not one entered by a prefix.
        if (prefix.Count == 0 && NftablesKernel.Generation() is { } generation
            && NftablesKernel.TryComment(Table.Split(' ')[1], out var comment))
        {
            return new(comment, generation);
        }
        return new(await ListAsync(cancel) is { } words ? CommentIn(words) : null, null);
    }

    public async Task<string?> ListAsync(CancellationToken cancel, bool terse = false)
    {
        var (code, output) = await NftAsync([terse ? "-st" : "-s", "list", "table",
            .. Table.Split(' ')], "", cancel);
        if (code == 0)
        {
            return output;
        }
        return output.Contains("No such file", StringComparison.Ordinal) ? null
            : throw Refused(output);
    }

    /// <summary>A comment of the table itself stands before all chains and sets.</summary>
    private static string CommentIn(string words)
    {
        var at = words.IndexOf('\n', StringComparison.Ordinal) + 1;
        return words.AsSpan(at).StartsWith(Mark)
            ? words[(at + Mark.Length)..words.IndexOf('"', at + Mark.Length)] : "";
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
        var result = await Command.RunAsync(
            all[0], [.. all.Skip(1)], input, s_longest, cancel, MostLetters);
        return (result.ExitCode, result.Output);
    }

    private static HostException Refused(string output) => new(Fault.Unsupported,
        $"nftables does not take the firewall: {FirstLine(output)}",
        "Check that this kernel has nf_tables; `nft list ruleset` should answer.");

    private static string FirstLine(string output) =>
        output.Split('\n', 2)[0].Trim();
}
