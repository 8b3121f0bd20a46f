using Loam.Core.Auditing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;

namespace Loam.Simulation.Running;

/// <summary>Looks over the machine's shoulder: at each host call and each record it checks what
/// must hold at that very moment, and keeps the transcript.</summary>
internal sealed class Watch(World world)
{
    private static readonly string[] s_changing =
        ["create ", "start ", "stop ", "remove ", "update ", "create-network ",
         "remove-network ", "connect ", "disconnect ", "make ", "unmake ", "nft set ",
         "account ", "certificate ", "put ", "hostname ", "run ", "link ",
         "storage "];

    private readonly List<string> _violations = [];
    private readonly HashSet<(int, int, bool)> _intended = [];
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);
    private ulong _transcript = 14695981039346656037;
    private Plan? _plan;
    private bool _applied;

    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Digest of everything that happened, in order: equal for equal seeds.</summary>
    public ulong Transcript => _transcript;

    /// <summary>What happened, in order, when somebody wants to read it.</summary>
    public List<string>? Lines { get; set; }

    /// <summary>The plan that was approved for the change in hand.</summary>
    public Plan? Approved { get; set; }

    public int Plans { get; private set; }

    /// <summary>The change in hand is being taken back.</summary>
    public bool IsGoingBack { get; private set; }

    public void Note(string point)
    {
        foreach (var c in point)
        {
            _transcript = (_transcript ^ c) * 1099511628211;
        }
        Lines?.Add($"{world.Time.Elapsed.TotalSeconds,8:0.000} {point}");
    }

    public void Violation(string what) => _violations.Add(what);

    public void AfterRecord(JournalRecord record)
    {
        switch (record.Mark)
        {
            case JournalMark.Begun:
                Begin(record);
                break;
            case JournalMark.Intended:
                Intend(record);
                break;
            case JournalMark.Done when !_intended.Contains((record.Step, record.Action,
                record.Undo)):
                Violation("a record says done for what was never intended");
                break;
            case JournalMark.RollingBack:
                IsGoingBack = true;
                break;
            case JournalMark.Closed:
                _applied = record.Outcome == Outcome.Applied;
                break;
            case JournalMark.Settled:
                _plan = null;
                _intended.Clear();
                _made.Clear();
                break;
        }
    }

    private void Begin(JournalRecord record)
    {
        Plans++;
        if (_plan is not null)
        {
            Violation("a change began while another was open");
        }
        // A plan that generates secrets is made anew with their values; nothing else may differ.
        var same = Approved is { Generates.IsEmpty: true }
            ? record.Plan?.Digest == Approved.Digest
            : record.Plan?.Steps.Select(s => (s.Id, s.Verb, s.Way)).SequenceEqual(
                Approved?.Steps.Select(s => (s.Id, s.Verb, s.Way)) ?? []) == true;
        if (!same || record.Approval?.PlanDigest != Approved?.Digest)
        {
            Violation("a plan began that was not the one approved");
        }
        var recorded = world.Audit.Entries.LastOrDefault(e => e.Event == AuditEvents.ApprovalGiven);
        if (recorded?.Plan != record.Plan?.Digest || recorded?.Who != record.Approval?.Who)
        {
            Violation("a plan began whose approval stands in no record");
        }
        _plan = record.Plan;
        _applied = false;
        IsGoingBack = false;
        _intended.Clear();
        _made.Clear();
    }

    /// <summary>Order: a step after those it requires, an action after the one before it; an undo
    /// only of what was intended, and the later first.</summary>
    private void Intend(JournalRecord record)
    {
        if (_plan is null)
        {
            Violation("an action was intended without a plan");
            return;
        }
        var step = _plan.Steps[record.Step];
        if (!record.Undo)
        {
            foreach (var needed in step.Requires)
            {
                var last = _plan.Steps[needed].Actions.Length - 1;
                if (last >= 0 && !_intended.Contains((needed, last, false)))
                {
                    Violation($"step {record.Step} began before step {needed} was done");
                }
            }
            if (record.Action > 0 && !_intended.Contains((record.Step, record.Action - 1, false)))
            {
                Violation("an action was intended before the one it follows");
            }
        }
        else
        {
            if (!_intended.Contains((record.Step, record.Action, false)))
            {
                Violation("something was undone that was never intended");
            }
            var after = Enumerable.Range(record.Action + 1,
                step.Actions.Length - record.Action - 1);
            if (after.Any(a => _intended.Contains((record.Step, a, false))
                && Inverse.Of(step.Actions[a]) is not null
                && !_intended.Contains((record.Step, a, true))))
            {
                Violation("an action was undone before one that came after it");
            }
        }
        _intended.Add((record.Step, record.Action, record.Undo));
        if (!record.Undo && step.Actions[record.Action].Kind == ActionKind.Create)
        {
            _made.Add(step.Actions[record.Action].Target);
        }
    }

    /// <summary>Write-ahead, and nothing removed before the commit point.</summary>
    public void BeforeCall(string call)
    {
        if (!Array.Exists(s_changing, p => call.StartsWith(p, StringComparison.Ordinal)))
        {
            return;
        }
        var target = call[(call.LastIndexOf(' ') + 1)..];
        if (_plan is null)
        {
            Violation($"the host was changed with no plan open: {call}");
            return;
        }
        if (target is "shop" or "old")
        {
            Violation($"a foreign container was touched: {call}");
        }
        if (_applied)
        {
            return;
        }
        if (call.StartsWith("remove ", StringComparison.Ordinal))
        {
            if (!_made.Contains(target))
            {
                Violation($"something old was removed before the plan was applied: {call}");
            }
        }
        else if (!IsIntended(target))
        {
            Violation($"the host was changed before the journal said so: {call}");
        }
    }

    private bool IsIntended(string target) => _intended.Any(i =>
    {
        var action = _plan!.Steps[i.Item1].Actions[i.Item2];
        return target.Contains(action.Target, StringComparison.Ordinal)
            || action.Target.Contains(target, StringComparison.Ordinal)
            || action.Kind is ActionKind.GiveAlias or ActionKind.CreateNetwork
                or ActionKind.CreateVolume or ActionKind.SetFirewall
                or ActionKind.SetHostname or ActionKind.SetTimezone or ActionKind.SetResolver
                or ActionKind.SetInterface or ActionKind.Attach or ActionKind.Detach
                or ActionKind.SetGroup;
    });
}
