using System.Collections.Immutable;
using Loam.Api.Tokens;
using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Auditing;

namespace Loam.Api;

/// <summary>What the API needs of the daemon.</summary>
/// <param name="Audit">That many newest lines of the record, newest first.</param>
/// <param name="Recipient">The instance's age public key.</param>
/// <param name="Root">The root of this machine's own authority, as PEM.</param>
/// <param name="Logs">Lines of a service's containers: name, how many, whether to follow.</param>
internal sealed record Surface(
    IMachine Machine, IJobs Jobs, IBackups Backups, IMessages Messages, IBans Bans,
    Func<int, IReadOnlyList<AuditLine>> Audit,
    string Recipient, Func<string?> Root,
    Func<string, int, bool, CancellationToken, IAsyncEnumerable<LogEntry>> Logs)
{
    /// <summary>The side that the mind sees; null: there is no mind.</summary>
    public IMindSide? Mind { get; init; }

    /// <summary>What a person's words cover; where nobody can tell, nothing.</summary>
    public ScopeOf ScopeOf { get; init; } = (_, _) => Task.FromResult(Scope.Nothing);

    /// <summary>Is told what happens.</summary>
    public Action<MachineEvent> Tell { get; init; } = _ => { };

    /// <summary>The side that requests from the network come by; null: none do.</summary>
    public IWebSide? Web { get; init; }

    /// <summary>The slots of the operating system; null: this machine has none.</summary>
    public ISlots? Slots { get; init; }

    /// <summary>The tokens there are; null: none can be made.</summary>
    public TokenBook? Tokens { get; init; }

    /// <summary>Is told of a request that failed by a fault of ours.</summary>
    public Action<string, Exception> Failed { get; init; } = (_, _) => { };

    /// <summary>What registries have that is newer.</summary>
    public Func<CancellationToken, Task<ImmutableArray<UpdateStatus>>> Updates { get; init; } =
        _ => Task.FromResult<ImmutableArray<UpdateStatus>>([]);
}
