using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Cli.Views;

/// <summary>What the events of an apply mean for a person: lines that stay, and lines of what
/// runs now.</summary>
internal sealed class ApplyProgress(Plan plan)
{
    private const int LabelWidth = 28;
    private const int BarWidth = 24;
    private const string Spinner = "◐◓◑◒";

    private sealed class Running
    {
        public required Step Step { get; init; }
        public required DateTimeOffset Since { get; init; }
        public DateTimeOffset? Gate { get; set; }
        public string Doing { get; set; } = "";
        public long Done { get; set; }
        public long? Total { get; set; }
        public string? Note { get; set; }
        public DateTimeOffset Seen { get; set; }
    }

    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Running> _running = [];
    private readonly HashSet<int> _undone = [];
    private string? _waitsFor;
    private TimeSpan? _trial;
    private int? _trialBegan;

    /// <returns>Lines that stay.</returns>
    public IReadOnlyList<Line> Take(MachineEvent happened)
    {
        lock (_gate)
        {
            return [.. Lasting(happened)];
        }
    }

    private IEnumerable<Line> Lasting(MachineEvent happened)
    {
        switch (happened.Type)
        {
            case "reconcile.waiting" when happened.Message != _waitsFor:
                _waitsFor = happened.Message;
                return [new Line("  ◐ ", Ink.Warn)
                    .Add(happened.Message ?? "Waiting for another change.")];
            case "reconcile.trying" when happened.Until is { } until:
                _trial = until - happened.At;
                return [new Line("  ◐ ", Ink.Warn).Add("On trial. ", Ink.Bold).Add(
                    happened.Message ?? "It waits for a confirmation.")];
            case "reconcile.progress" when happened.Step is { } number:
                return Progressed(number, happened);
            case "reconcile.step" when StepOf(happened) is { } step:
                return Stepped(step, happened);
            default:
                return [];
        }
    }

    private Step? StepOf(MachineEvent happened) =>
        happened.Step is { } number && number >= 0 && number < plan.Steps.Length
            ? plan.Steps[number] : null;

    private IEnumerable<Line> Progressed(int number, MachineEvent happened)
    {
        if (!_running.TryGetValue(number, out var running))
        {
            yield break;
        }
        running.Doing = happened.Status ?? "";
        running.Done = happened.Done ?? 0;
        running.Total = happened.Total;
        running.Note = happened.Message;
        running.Seen = happened.At;
        if (running.Gate is null && IsGate(running.Doing) && StartsFresh(running.Step))
        {
            running.Gate = happened.At;
            yield return Finished(running.Step.Id.Name + " started", null,
                happened.At - running.Since);
        }
    }

    private static bool IsGate(string doing) =>
        doing.Equals("gate", StringComparison.OrdinalIgnoreCase);

    private static bool StartsFresh(Step step) => step.Id.Kind == ResourceKind.Service
        && step.Way == Way.Fresh && step.Actions.Any(a => a.Kind == ActionKind.Start);

    private IEnumerable<Line> Stepped(Step step, MachineEvent happened)
    {
        var known = _running.GetValueOrDefault(step.Number);
        switch (happened.Status)
        {
            case "running":
                _running[step.Number] = new()
                {
                    Step = step,
                    Since = happened.At,
                    Seen = happened.At,
                };
                yield break;
            case "done":
                _running.Remove(step.Number);
                var taken = TimeSpan.FromMilliseconds(happened.Duration ?? 0);
                if (known?.Gate is { } gate)
                {
                    taken = happened.At - gate;
                }
                yield return Finished(Done(step), Size(step, known), taken);
                yield break;
            case "failed":
                _running.Remove(step.Number);
                yield return Mark("✗", Ink.Bad, Label(step),
                    happened.Explained(happened.Error ?? happened.Message) ?? "failed");
                yield break;
            case "unhealthy":
                yield return Mark("!", Ink.Warn, Label(step),
                    happened.Explained(happened.Message) ?? "not healthy");
                yield break;
            case "undone":
                _running.Remove(step.Number);
                _trial = null;
                // Told for every action; a step is taken back once.
                if (!_undone.Add(step.Number))
                {
                    yield break;
                }
                yield return Mark("✓", Ink.Warn, Label(step), "taken back");
                yield break;
            default:
                _running.Remove(step.Number);
                yield break;
        }
    }

    private static Line Mark(string mark, Ink ink, string label, string text) =>
        new Line($"  {mark} ", ink).Add($"{label}: {text}");

    private static Line Finished(string label, string? size, TimeSpan taken)
    {
        var line = new Line("  ✓ ", Ink.Good).Add(label);
        var columns = new List<string>();
        if (size is not null)
        {
            columns.Add(size);
        }
        if (taken >= TimeSpan.FromMilliseconds(50))
        {
            columns.Add(Units.Took(taken));
        }
        return columns.Count == 0 ? line
            : line.PadTo(LabelWidth).Add("  " + string.Join("   ", columns), Ink.Dim);
    }

    private static string? Size(Step step, Running? running)
    {
        var pull = step.Actions.FirstOrDefault(a => a.Kind == ActionKind.Pull)?.Image;
        var bytes = pull?.Size ?? (pull is null ? null : running?.Total);
        return bytes is { } size ? Units.Download(size) : null;
    }

    private static string Label(Step step) => step.Id.Kind switch
    {
        ResourceKind.Service => step.Id.Name,
        ResourceKind.Group => $"volume group {step.Id.Name}",
        ResourceKind.Image => "image " + StepRow.ImageText(step.Id.Name),
        _ => $"{step.Id.Kind.ToString().ToLowerInvariant()} {step.Id.Name}",
    };

    private static string Done(Step step)
    {
        if (step.Id.Kind == ResourceKind.User)
        {
            return Label(step) + (step.Verb != Verb.Delete ? ""
                : step.Actions.Any(a => a.User?.After is { ExpiresOn: not null }) ? " locked"
                : " left alone");
        }
        if (step.Id.Kind is ResourceKind.Mount or ResourceKind.Volume or ResourceKind.Group)
        {
            return Label(step) + (step.Verb != Verb.Delete ? ""
                : step.Id.Kind == ResourceKind.Mount ? " unmounted" : " left, its data kept");
        }
        if (step.Id.Kind != ResourceKind.Service)
        {
            return Label(step) + (step.Verb == Verb.Delete ? " removed" : "");
        }
        return step.Id.Name + step switch
        {
            { Verb: Verb.Delete } => " stopped",
            { Actions.IsEmpty: true } => " recorded",
            _ when step.Actions.Any(a => a.Kind == ActionKind.Gate) => " healthy",
            _ when step.Actions.All(a => a.Kind == ActionKind.Stop) => " stopped",
            _ => " changed",
        };
    }

    /// <summary>One line for each step that runs now, within the width.</summary>
    /// <param name="tick">Turns the sign of life.</param>
    public IReadOnlyList<Line> RunningLines(int tick, Look look)
    {
        lock (_gate)
        {
            return [.. _running.Values.Select(r => Now(r, tick, look)), .. Waiting(tick)];
        }
    }

    /// <summary>How long a change on trial still waits, by the frames that were drawn since.
    /// </summary>
    private IEnumerable<Line> Waiting(int tick)
    {
        if (_trial is { } lasts)
        {
            _trialBegan ??= tick;
            var left = lasts - (tick - _trialBegan.Value) * ApplyDisplay.Frame;
            yield return new Line($"  {Spinner[tick % Spinner.Length]} ", Ink.Accent)
                .Add($"goes back in {Math.Max(0, left.TotalSeconds):0} s");
        }
    }

    private static Line Now(Running running, int tick, Look look)
    {
        var line = new Line($"  {Spinner[tick % Spinner.Length]} ", Ink.Accent)
            .Add(Glyphs.Fit(look.Clean(Label(running.Step)), look.Width / 2)).PadTo(LabelWidth);
        var room = look.Width - line.Width - 2;
        if (running is { Total: > 0, Done: >= 0 } && !IsGate(running.Doing) && room > BarWidth + 22)
        {
            var full = (int)Math.Clamp(running.Done * BarWidth / running.Total.Value, 0, BarWidth);
            return line.Add("  ").Add(new string('━', full), Ink.Good)
                .Add(new string('━', BarWidth - full), Ink.Dim)
                .Add($"  {Units.Download(running.Done)} of "
                    + Units.Download(running.Total.Value), Ink.Dim);
        }
        var doing = IsGate(running.Doing) ? "waiting until it is well" : Words(running.Doing);
        var text = string.IsNullOrEmpty(running.Note) ? doing : $"{doing}: {running.Note}";
        return line.Add("  " + Glyphs.Fit(look.Clean(text), Math.Max(1, room)), Ink.Dim);
    }

    private static string Words(string doing) => doing.ToLowerInvariant() switch
    {
        "pull" => "pulling",
        "create" => "creating",
        "start" => "starting",
        "stop" => "stopping",
        "" => "at work",
        var other => other,
    };
}
