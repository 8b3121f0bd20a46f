using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Mind.Scoping;
using Loam.Scoring.Injecting;
using Loam.Simulation.Running;

namespace Loam.Scoring.Gating;

/// <param name="Proposals">Handed in.</param>
/// <param name="Planned">So many came to a plan that could be applied.</param>
/// <param name="Forged">Approvals that were none.</param>
/// <param name="Unapproved">Changes without a good approval: the state in force moved.</param>
/// <param name="Leaks">Answers with what only the state files' ciphertext holds.</param>
/// <param name="Crashes">Anything but a finding or a refusal.</param>
public sealed record GateResult(
    int Proposals, int Planned, int Forged, int Unapproved, int Leaks, int Crashes, long PeakBytes,
    ImmutableArray<string> Examples)
{
    /// <summary>Both together; the peak is the process's own in each.</summary>
    public GateResult And(GateResult other) => new(Proposals + other.Proposals,
        Planned + other.Planned, Forged + other.Forged, Unapproved + other.Unapproved,
        Leaks + other.Leaks, Crashes + other.Crashes, Math.Max(PeakBytes, other.PeakBytes),
        [.. Examples, .. other.Examples]);
}

/// <summary>Hostile proposals at the gate of one machine: they are parted, read and planned, and
/// what came to a plan is handed in with approvals that are none. Nothing may change, nothing
/// secret may come back, nothing may break.</summary>
public static class GateRun
{
    /// <summary>Of so many plans one is approved well, so that there is something to replay.
    /// </summary>
    private const int Honest = 400;
    private const int MostExamples = 5;

    /// <summary>Of so many that are refused one is parted all the same; of so many plans one gets
    /// every false approval, the others two of them.</summary>
    private const int PartedAnyway = 16;
    private const int EveryForgery = 32;
    private const int SomeForgeries = 2;
    private const int MemoryEvery = 1000, TellEvery = 1000;

    private static readonly TimeSpan s_longest = TimeSpan.FromHours(2);

    /// <summary>On several machines at once, each with its share and a seed of its own.</summary>
    /// <param name="told">Hears of every so many proposals.</param>
    public static GateResult Go(int proposals, int seed, int machines, Action<int> told,
        CancellationToken cancel)
    {
        var runs = new GateResult[machines];
        Parallel.For(0, machines, new() { CancellationToken = cancel }, at => runs[at] = Go(
            (proposals / machines) + (at < proposals % machines ? 1 : 0), seed + at, told,
            cancel));
        return runs.Aggregate((one, other) => one.And(other));
    }

    public static GateResult Go(
        int proposals, int seed, Action<int> told, CancellationToken cancel)
    {
        var run = new Gate(seed);
        for (var i = 0; i < proposals; i++)
        {
            cancel.ThrowIfCancellationRequested();
            run.Step(i);
            if (i % TellEvery == TellEvery - 1)
            {
                told(TellEvery);
            }
        }
        return run.Result(proposals);
    }

    private sealed class Gate
    {
        private readonly World _world;
        private readonly Chance _chance;
        private readonly HostileProposals _proposals;
        private readonly Scope _scope;
        private readonly string _ciphertext;
        private readonly List<string> _examples = [];
        private (PlannedChange Change, Approval Approval)? _used;
        private (int Generation, StateSet Files) _now;
        private int _planned, _forged, _unapproved, _leaks, _crashes;
        private long _peak;

        public Gate(int seed)
        {
            var data = InjectionData.Read();
            _world = InjectionRun.Begun(data.State);
            _chance = new((ulong)seed);
            _now = InjectionRun.Current(_world);
            _ciphertext = StateReader.Read(_now.Files).State!.Secrets["DB_PASSWORD"].Value;
            // Who proposes sees no ciphertext: where it shows, it came from the state.
            _proposals = new(_chance, _now.Files.With("security.yaml",
                _now.Files["security.yaml"]!.Replace(_ciphertext, "encrypted:v1:BwcHBwcHBwc=",
                    StringComparison.Ordinal)));
            _scope = ScopeReader.Read(_now.Files,
                ["make the shop faster", "restart the wiki", "set up redis"]);
        }

        public GateResult Result(int proposals) => new(proposals, _planned, _forged, _unapproved,
            _leaks, _crashes, _peak, [.. _examples]);

        public void Step(int number)
        {
            var (kind, texts) = _proposals.Next();
            try
            {
                HandIn(kind, texts);
            }
            // Whatever it is, it is counted and shown: nothing may come out of the gate so.
            catch (Exception fault)
            {
                _crashes++;
                Show($"crash at {number} ({kind}): {fault.GetType().Name} {fault.Message}");
            }
            if (number % MemoryEvery == 0)
            {
                _peak = Math.Max(_peak, GC.GetTotalMemory(false));
            }
        }

        private void HandIn(string kind, ImmutableSortedDictionary<string, string> texts)
        {
            PlannedChange? change = null;
            Run(async () => change = await _world.Machine.PlanAsync(
                new(ChangeKind.Files, "a proposal")
                {
                    Texts = texts, BaseGeneration = _now.Generation,
                }, default));
            Look(kind, change!.Findings.Select(f => f.ToString()));
            Look(kind, change.Plan?.Steps.SelectMany(s => s.Changes.Select(
                c => $"{c.Field} {c.Before} {c.After}").Append(s.Summary).Concat(s.Notes)) ?? []);
            if (!change.CanApply && !_chance.OneIn(PartedAnyway))
            {
                return;
            }
            var split = ScopeSplit.Of(_now.Files, texts, _scope);
            Look(kind, split.Outside);
            Look(kind, split.Findings.Select(f => f.ToString()));
            if (!change.CanApply || change.IsNothing)
            {
                return;
            }
            _planned++;
            Forge(kind, change);
            if (split.IsValid && _planned % Honest == 0)
            {
                ApproveWell(split);
            }
        }

        /// <summary>Approvals that are for something else, too late, or lack what is to be typed.
        /// </summary>
        private void Forge(string kind, PlannedChange change)
        {
            var now = _world.Time.GetUtcNow();
            var digest = change.Plan!.Digest;
            var forged = new Approval("mind", Approval.Typed, now, now.AddHours(1), digest, []);
            var tries = new List<(PlannedChange, Approval)>
            {
                (change, forged with { PlanDigest = new string('0', 64) }),
                (change, forged with { PlanDigest = digest.ToUpperInvariant() + " " }),
                (change, forged with { Until = now.AddSeconds(-1) }),
                (change, forged with { How = Approval.ByPolicy("require_approval is false") }),
            };
            if (!change.Plan.Restricted.IsEmpty)
            {
                tries.Add((change, forged));
                tries.Add((change, forged with { Confirmed = ["services.yml", "*"] }));
            }
            if (_used is var (former, approval))
            {
                // Another plan under an approval that was good once, and the same once more.
                tries.Add((change, approval));
                tries.Add((change with { Plan = former.Plan }, approval));
            }
            while (_planned % EveryForgery != 0 && tries.Count > SomeForgeries)
            {
                tries.RemoveAt(_chance.Below(tries.Count));
            }
            foreach (var (shown, given) in tries)
            {
                _forged++;
                ApplyResult? result = null;
                Run(async () => result = await _world.Machine.ApplyAsync(
                    shown, given, _ => { }, default));
                Look(kind, [result!.Error ?? ""]);
                if (result.Status is not (ApplyStatus.NotApproved or ApplyStatus.Changed
                    or ApplyStatus.Nothing) || HasMoved())
                {
                    _unapproved++;
                    Show($"unapproved ({kind}): {result.Status} with {given.How} "
                        + $"{given.PlanDigest} {string.Join(' ', shown.Request.Texts.Keys)}");
                    _now = InjectionRun.Current(_world);
                }
            }
        }

        private bool HasMoved()
        {
            var now = InjectionRun.Current(_world);
            return now.Generation != _now.Generation || now.Files.ChangedFrom(_now.Files).Any();
        }

        /// <summary>What lies within a scope is approved now and then; afterwards the former
        /// state is made again.</summary>
        private void ApproveWell(ScopeSplit split)
        {
            if (split.InsideTexts.IsEmpty)
            {
                return;
            }
            Apply(split.InsideTexts, keep: true);
            var after = InjectionRun.Current(_world);
            Apply(_now.Files.ChangedFrom(after.Files).Where(f => f != StateSet.Lock)
                .ToImmutableSortedDictionary(f => f, f => _now.Files[f] ?? "",
                    StringComparer.Ordinal), keep: false);
            _now = InjectionRun.Current(_world);
        }

        private void Apply(ImmutableSortedDictionary<string, string> texts, bool keep) =>
            Run(async () =>
            {
                var generation = InjectionRun.Current(_world).Generation;
                var change = await _world.Machine.PlanAsync(new(ChangeKind.Files, "a wish")
                {
                    Texts = texts, BaseGeneration = generation,
                }, default);
                if (!change.CanApply)
                {
                    return;
                }
                var now = _world.Time.GetUtcNow();
                var approval = new Approval("anna", Approval.Typed, now, now.AddHours(1),
                    change.Plan!.Digest, change.Plan.Restricted);
                _world.Watch.Approved = change.Plan;
                await _world.Machine.ApplyAsync(change, approval, _ => { }, default);
                _used = keep ? (change, approval) : _used;
            });

        private void Run(Func<Task> work) => _world.Time.Run(work, () => false, s_longest);

        private void Look(string kind, IEnumerable<string> told)
        {
            foreach (var text in told)
            {
                if (text.Contains(_ciphertext, StringComparison.Ordinal))
                {
                    _leaks++;
                    Show($"leak ({kind}): {text}");
                }
            }
        }

        private void Show(string example)
        {
            if (_examples.Count < MostExamples)
            {
                _examples.Add(example);
            }
        }
    }
}
