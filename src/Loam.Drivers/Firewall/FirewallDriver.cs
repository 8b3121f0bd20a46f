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
    private const string Mark = "loam ";

    /// <summary>The script that leaves no table, whether there is one or not.</summary>
    private const string Clear =
        $"add table {FirewallTable.Name}\ndelete table {FirewallTable.Name}\n";

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>What was last put into the set of bridges; null: not known.</summary>
    private string? _bridges;

    /// <summary>The kernel's generation since which only we changed anything, and the one in which
    /// our table is as it was written; null: not known.</summary>
    private uint? _own;
    private uint? _intact;

    public IReadOnlySet<ActionKind> Performs { get; } =
        new HashSet<ActionKind> { ActionKind.SetFirewall };

    /// <summary>Asks the kernel only when a table was ever written: most machines have none.
    /// </summary>
    public Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel) =>
        memory.Kept is null ? Task.FromResult(soFar) : InTurnAsync(async () =>
        {
            var head = await nft.HeadAsync(cancel);
            return OwnerOf(head) is var (owner, digest) && owner == instance
                ? soFar with { Firewall = new(digest, await IsIntactAsync(head, digest, cancel)) }
                : soFar;
        }, cancel);

    public Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        Invariant.Require(action.Kind == ActionKind.SetFirewall && action.Firewall is not null,
            $"the firewall driver does not {action.Kind}");
        return InTurnAsync(async () =>
        {
            await SetAsync(action.Firewall, action.Trial, cancel);
            return true;
        }, cancel);
    }

    private async Task SetAsync(FirewallChange change, TimeSpan? trial, CancellationToken cancel)
    {
        var head = await nft.HeadAsync(cancel);
        if (head.Comment is not null && OwnerOf(head)?.Instance != instance)
        {
            if (change.After is null)
            {
                // Where another's table is, there is none of ours to take away.
                memory.Forget();
                return;
            }
            throw new HostException(Fault.Conflict,
                $"The table {FirewallTable.Name} of nftables belongs to "
                + (OwnerOf(head) is { } other ? $"another Loam ({other.Instance})."
                    : "somebody else."),
                $"`nft list table {FirewallTable.Name}` shows it; a machine has one firewall.");
        }
        if (trial is { } time)
        {
            await deadman.ArmAsync(new(Script(change.Before), null), time, cancel);
        }
        if (change.After is not { } after)
        {
            await nft.RunAsync(Clear, cancel);
            memory.Forget();
            return;
        }
        memory.Expect(after.Digest);
        var elements = Elements();
        await RunAsync(Script(after, elements), head.Generation, wasIntact: true, cancel);
        _bridges = elements;
        if (head.Generation is null && await nft.ListAsync(cancel) is { } made)
        {
            memory.Written(after.Digest, WordsOf(made));
        }
    }

    /// <summary>Keeps up with the machine while no change is made: what was written a moment ago
    /// is read back in the kernel's words, and the set of bridges follows them, also when somebody
    /// else put a name into it. Nothing happens while there is no table.</summary>
    public Task FollowAsync(CancellationToken cancel) => memory.Kept is null ? Task.CompletedTask
        : InTurnAsync(async () =>
        {
            var head = await nft.HeadAsync(cancel);
            if (OwnerOf(head) is not var (owner, digest) || owner != instance)
            {
                return false;
            }
            if (head.Generation is { } now && now == _intact && memory.Kept?.Words is ""
                && await nft.ListAsync(cancel) is { } said
                && (await nft.HeadAsync(cancel)).Generation == now)
            {
                memory.Written(digest, WordsOf(said));
            }
            var elements = Elements();
            if (head.Generation is null || head.Generation != _own || elements != _bridges)
            {
                var wasIntact = await IsIntactAsync(head, digest, cancel);
                await RunAsync(
                    $"flush set {FirewallTable.Name} {FirewallTable.Bridges}\n{elements}",
                    head.Generation, wasIntact, cancel);
                _bridges = elements;
            }
            return true;
        }, cancel);

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether our table is as it was written.</summary>
    private async Task<bool> IsIntactAsync(
        NftablesHead head, string digest, CancellationToken cancel)
    {
        if (memory.Kept is not { } kept || kept.Digest != digest
            || (head.Generation is { } now && now == _intact))
        {
            return true;
        }
        if (await nft.ListAsync(cancel) is not { } said)
        {
            return false;
        }
        var words = WordsOf(said);
        if (kept.Words is "")
        {
            // Nothing earlier is known: what stands there counts.
            memory.Written(digest, words);
        }
        else if (kept.Words != words)
        {
            return false;
        }
        _intact = head.Generation;
        return true;
    }

    /// <summary>One transaction of ours.</summary>
    /// <param name="before">The generation before it.</param>
    private async Task RunAsync(
        string script, uint? before, bool wasIntact, CancellationToken cancel)
    {
        (_own, _intact) = (null, null);
        await nft.RunAsync(script, cancel);
        // One more: nobody changed anything between the two.
        if (before is { } former && (await nft.HeadAsync(cancel)).Generation == former + 1)
        {
            _own = former + 1;
            _intact = wasIntact ? _own : null;
        }
    }

    private string Script(FirewallTable? table) => Script(table, Elements());

    private string Script(FirewallTable? table, string elements) => table is null ? Clear
        : $"{Clear}table {FirewallTable.Name} {{\n"
            + $"\tcomment \"{Mark}{instance} {table.Digest}\"\n{table.Body}}}\n{elements}";

    private string Elements()
    {
        var names = bridges();
        return names.Count == 0 ? ""
            : $"add element {FirewallTable.Name} {FirewallTable.Bridges} {{ "
                + $"{string.Join(", ", names.Select(n => $"\"{n}\""))} }}\n";
    }

    private static (string Instance, string Digest)? OwnerOf(NftablesHead head) =>
        head.Comment is { } comment && comment.StartsWith(Mark, StringComparison.Ordinal)
        && comment[Mark.Length..].Split(' ') is [var owner, var digest] ? (owner, digest) : null;

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
