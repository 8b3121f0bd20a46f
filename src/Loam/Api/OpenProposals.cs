using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>Proposals that wait for somebody to ask for their plan. Bounded in number, size and
/// age: the oldest makes room.</summary>
internal sealed class OpenProposals(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Proposed> _open = [];

    /// <summary>Keeps one, under a name that nobody can guess.</summary>
    public Proposed Keep(ProposalOrder order)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            _open.RemoveAll(p => p.Until <= now);
            _open.Add(new(NewId(), order, now, now + Limits.PlanLifetime));
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
        ?? throw new HostException(Fault.NotFound,
            "This proposal is no longer open: it is older than an hour, others took its place, or "
            + "the daemon was restarted.", "Ask for it again.");

    private static string NewId() =>
        $"m{Guid.NewGuid():N}"[..13];

    private static long Size(Proposed proposed) => proposed.Order.Words.Length
        + proposed.Order.Texts.Sum(t => (long)t.Value.Length);
}
