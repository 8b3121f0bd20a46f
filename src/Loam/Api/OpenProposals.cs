using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>Proposals that wait for somebody to ask for their plan, and what became of those that
/// did. Bounded in number, size and age: the oldest makes room, of whoever proposes much his own.
/// </summary>
/// <param name="tell">Is told of each that is kept.</param>
internal sealed class OpenProposals(TimeProvider time, Action<MachineEvent> tell)
{
    public const string Filed = "proposal.filed";

    private readonly Lock _gate = new();
    private readonly List<Proposed> _open = [];
    private TaskCompletionSource _moved = New();

    /// <summary>Keeps one, under a name that nobody can guess.</summary>
    public Proposed Keep(ProposalOrder order)
    {
        var kept = Add(order);
        // Its own words are somebody else's, and stand with it.
        tell(new(0, kept.At, Filed)
        {
            Name = kept.Id,
            Message = $"{order.By} proposes a change of {string.Join(", ", order.Texts.Keys)}"
                + (order.For is { } person ? $" for {person}." : "."),
        });
        return kept;
    }

    /// <summary>How many wait for somebody to decide.</summary>
    public int Waiting => All().Count(p => p.Fate.Stage == ProposalStage.Open);

    /// <summary>Takes a proposal apart: what was asked for keeps its name.</summary>
    /// <returns>The rest, if it is kept by itself; null: there is none, or it is all of it.
    /// </returns>
    public Proposed? Part(string id, Parted parted)
    {
        lock (_gate)
        {
            if (_open.FindIndex(p => p.Id == id) is not (>= 0 and var at))
            {
                return null;
            }
            _open[at] = _open[at] with { Order = parted.First };
        }
        return parted is { Asked: not null, Rest: { } rest } ? Keep(rest) : null;
    }

    private Proposed Add(ProposalOrder order)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            _open.RemoveAll(p => p.Until <= now);
            var own = _open.Where(p => Author(p.Order) == Author(order)).ToList();
            // What is over makes room first.
            foreach (var one in own.OrderBy(p => p.Fate.IsOver ? 0 : 1)
                .Take(own.Count + 1 - Limits.ProposalsOfOne))
            {
                _open.Remove(one);
            }
            _open.Add(new(NewId(), order, now, now + Limits.ProposalLifetime));
            while (_open.Count > Limits.OpenPlans || _open.Sum(Size) > Limits.ProposalBytes)
            {
                _open.RemoveAt(0);
            }
            return _open[^1];
        }
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Proposed> All()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            return [.. _open.Where(p => p.Until > now).Reverse()];
        }
    }

    /// <exception cref="HostException">NotFound: there is none of that name, or no longer.
    /// </exception>
    public Proposed Of(string id) => All().FirstOrDefault(p => p.Id == id)
        ?? throw None();

    /// <summary>What whoever names one hears that is not there.</summary>
    public static HostException None() => new(Fault.NotFound,
        "This proposal is no longer open: it is older than a day, others took its place, or "
        + "the daemon was restarted.", "Ask for it again.");

    /// <summary>As if it had never been.</summary>
    public void Forget(string id)
    {
        lock (_gate)
        {
            _open.RemoveAll(p => p.Id == id);
        }
    }

    /// <summary>The request with a proposal's texts in the place of its name. What a program brings
    /// does not approve itself, nor does what nobody's words cover.</summary>
    /// <exception cref="HostException">NotFound: it is no longer open. Conflict: it was declined.
    /// </exception>
    public ChangeRequest Resolve(ChangeRequest request, Peer peer)
    {
        request = request with { Access = peer.Access };
        if (request.Proposal is not { } id)
        {
            return request with { ProposedBy = null, Unasked = [] };
        }
        var (order, fate) = (Of(id).Order, Of(id).Fate);
        if (fate.Stage == ProposalStage.Declined)
        {
            throw new HostException(Fault.Conflict, $"{fate.Who} declined this proposal.",
                "Ask for another one.");
        }
        var isPart = !request.Texts.IsEmpty;
        return request with
        {
            Kind = ChangeKind.Files,
            Texts = isPart ? request.Texts : order.Texts,
            BaseGeneration = isPart ? request.BaseGeneration : order.BaseGeneration,
            ProposedBy = order.By,
            IsUnasked = request.IsUnasked || peer.Token is not null
                || (!isPart && !order.Unasked.IsEmpty),
            Unasked = isPart ? [] : order.Unasked,
        };
    }

    /// <exception cref="HostException">NotFound: it is not there. Conflict: it is decided already.
    /// </exception>
    public Proposed Decline(string id, string who, string? why)
    {
        if (Of(id).Fate is { Stage: not ProposalStage.Open } fate)
        {
            throw new HostException(Fault.Conflict, $"{fate.Who} decided on this proposal already.",
                "`loam proposals` says what became of it.");
        }
        Move(id, new(ProposalStage.Declined, who, time.GetUtcNow()) { Why = why });
        return Of(id);
    }

    /// <summary>Runs an approved change, and remembers what became of the proposal it is of.
    /// </summary>
    /// <param name="id">Null: it is of none.</param>
    public async Task<ApplyResult?> FollowAsync(
        string? id, string who, string how, Func<Task<ApplyResult?>> change)
    {
        if (id is null)
        {
            return await change().ConfigureAwait(false);
        }
        var approved = new ProposalFate(ProposalStage.Approved, who, time.GetUtcNow())
        {
            How = how,
        };
        Move(id, approved);
        var fate = approved with
        {
            Stage = ProposalStage.RolledBack, Why = "It was not begun.",
        };
        try
        {
            var result = await change().ConfigureAwait(false);
            fate = After(approved, result);
            return result;
        }
        catch (HostException fault)
        {
            fate = fate with { Why = fault.Message, Remedy = fault.Remedy };
            throw;
        }
        finally
        {
            Move(id, fate with { At = time.GetUtcNow() });
        }
    }

    private static ProposalFate After(ProposalFate approved, ApplyResult? result) =>
        result?.Status switch
        {
            ApplyStatus.Applied or ApplyStatus.Nothing => approved with
            {
                Stage = ProposalStage.Applied, Generation = result.Generation, Why = result.Error,
            },
            ApplyStatus.RolledBack or ApplyStatus.Incomplete => approved with
            {
                Stage = result.Status == ApplyStatus.RolledBack ? ProposalStage.RolledBack
                    : ProposalStage.Incomplete,
                Generation = result.Generation, Why = result.Error, Remedy = result.Remedy,
            },
            // The plan is another one by now, or the approval did not cover it: it still waits.
            _ => ProposalFate.Waiting with { Why = result?.Error, Remedy = result?.Remedy },
        };

    /// <summary>Returns when it is over, or after a while.</summary>
    /// <exception cref="HostException">NotFound: it is not there, or no longer.</exception>
    public async Task<Proposed> WaitAsync(string id, TimeSpan patience, CancellationToken cancel)
    {
        var until = time.GetUtcNow() + patience;
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                moved = _moved.Task;
            }
            var present = Of(id);
            var left = until - time.GetUtcNow();
            if (present.Fate.IsOver || left <= TimeSpan.Zero)
            {
                return present;
            }
            await Task.WhenAny(moved, Task.Delay(left, time, cancel)).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private void Move(string id, ProposalFate fate)
    {
        lock (_gate)
        {
            var at = _open.FindIndex(p => p.Id == id);
            if (at >= 0)
            {
                _open[at] = _open[at] with { Fate = fate };
            }
            _moved.SetResult();
            _moved = New();
        }
    }

    private static TaskCompletionSource New() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string NewId() =>
        $"m{Guid.NewGuid():N}"[..13];

    /// <summary>Whoever proposes, as far as it can be told: the sort of program, and for whom.
    /// </summary>
    private static (string, string?) Author(ProposalOrder order) =>
        (order.By.Split(' ')[0], order.For);

    private static long Size(Proposed proposed) => proposed.Order.Words.Length
        + proposed.Order.Said.Sum(s => (long)s.Length)
        + proposed.Order.Texts.Concat(proposed.Order.Shown).Sum(t => (long)t.Value.Length);
}
