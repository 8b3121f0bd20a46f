using System.Text;
using Loam.Core;
using Loam.Core.Firewall;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Drivers.Firewall;

/// <summary>The firewall: one table of nftables, replaced as a whole. Touches no other table, and
/// none of this name that another instance or somebody else made.</summary>
/// <param name="bridges">Names of the bridges of container engines, as they are now.</param>
public sealed class FirewallDriver(INftables nft, string instance, FirewallMemory memory,
    Func<IReadOnlyCollection<string>> bridges, IDeadman deadman) : IDriver
{
    private const string Mark = "\tcomment \"loam ";

    /// <summary>The script that leaves no table, whether there is one or not.</summary>
    private const string Clear =
        $"add table {FirewallTable.Name}\ndelete table {FirewallTable.Name}\n";

    public IReadOnlySet<ActionKind> Performs { get; } =
        new HashSet<ActionKind> { ActionKind.SetFirewall };

    /// <summary>Asks the kernel only when a table was ever written: most machines have none.
    /// </summary>
    public async Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel)
    {
        if (memory.Kept is not { } kept || await nft.ListAsync(cancel) is not { } words
            || OwnerOf(words) is not var (owner, digest) || owner != instance)
        {
            return soFar;
        }
        var intact = kept.Digest != digest || kept.Words is "" || kept.Words == WordsOf(words);
        return soFar with { Firewall = new(digest, intact) };
    }

    public async Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        Invariant.Require(action.Kind == ActionKind.SetFirewall && action.Firewall is not null,
            $"the firewall driver does not {action.Kind}");
        var (before, after) = (action.Firewall.Before, action.Firewall.After);
        if (await nft.ListAsync(cancel) is { } words && OwnerOf(words)?.Instance != instance)
        {
            if (after is null)
            {
                // Where another's table is, there is none of ours to take away.
                memory.Forget();
                return;
            }
            throw new HostException(Fault.Conflict,
                $"The table {FirewallTable.Name} of nftables belongs to "
                + (OwnerOf(words) is { } other ? $"another Loam ({other.Instance})."
                    : "somebody else."),
                $"`nft list table {FirewallTable.Name}` shows it; a machine has one firewall.");
        }
        if (action.Trial is { } trial)
        {
            await deadman.ArmAsync(Script(before), trial, cancel);
        }
        if (after is null)
        {
            await nft.RunAsync(Clear, cancel);
            memory.Forget();
            return;
        }
        memory.Expect(after.Digest);
        await nft.RunAsync(Script(after), cancel);
        if (await nft.ListAsync(cancel) is { } made)
        {
            memory.Written(after.Digest, WordsOf(made));
        }
    }

    /// <summary>Engines make bridges whenever they like: the set that names them follows. Nothing
    /// happens while there is no table.</summary>
    public async Task FollowBridgesAsync(CancellationToken cancel)
    {
        if (memory.Kept is not null && await nft.ListAsync(cancel) is { } words
            && OwnerOf(words)?.Instance == instance)
        {
            await nft.RunAsync(
                $"flush set {FirewallTable.Name} {FirewallTable.Bridges}\n{Elements()}", cancel);
        }
    }

    private string Script(FirewallTable? table) => table is null ? Clear
        : $"{Clear}table {FirewallTable.Name} {{\n"
            + $"{Mark}{instance} {table.Digest}\"\n{table.Body}}}\n{Elements()}";

    private string Elements()
    {
        var names = bridges();
        return names.Count == 0 ? ""
            : $"add element {FirewallTable.Name} {FirewallTable.Bridges} {{ "
                + $"{string.Join(", ", names.Select(n => $"\"{n}\""))} }}\n";
    }

    private static (string Instance, string Digest)? OwnerOf(string words)
    {
        var at = words.IndexOf(Mark, StringComparison.Ordinal);
        var end = at < 0 ? -1 : words.IndexOf('"', at + Mark.Length);
        return end < 0 || words[(at + Mark.Length)..end].Split(' ') is not [var owner, var digest]
            ? null : (owner, digest);
    }

    /// <summary>A digest of the kernel's words, without the set of bridges.</summary>
    private static string WordsOf(string words)
    {
        var kept = new StringBuilder(words.Length);
        var isSet = false;
        foreach (var line in words.AsSpan().EnumerateLines())
        {
            isSet = isSet ? !line.SequenceEqual("\t}") : line.SequenceEqual(
                $"\tset {FirewallTable.Bridges} {{");
            if (!isSet)
            {
                kept.Append(line).Append('\n');
            }
        }
        return Digests.Of(kept.ToString())[..16];
    }
}
