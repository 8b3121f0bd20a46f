using System.Globalization;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Cli.Views;

/// <summary>A plan on one screen, written by code from the typed plan: what is added, changed
/// and taken away, what it costs, what it risks, and the way back.</summary>
internal static class PlanCard
{
    /// <param name="fromWords">The change was made from a request in words, so that probes come
    /// from the catalogue.</param>
    public static IEnumerable<Line> Of(PlannedChange change, bool fromWords, Look look)
    {
        if (change.Plan is not { } plan)
        {
            foreach (var line in FailureView.Of(change.Findings, change.After, look))
            {
                yield return line;
            }
            yield break;
        }
        foreach (var line in Rows(plan, fromWords, look))
        {
            yield return line;
        }
        foreach (var line in Totals(change, plan, look)
            .Concat(OpenProposalView.Unasked(change.Request.Unasked, look)))
        {
            yield return line;
        }
        var findings = change.Findings.Concat(plan.Findings).Distinct().ToList();
        if (findings.Count > 0)
        {
            yield return Line.Empty;
            foreach (var line in FailureView.Of(findings, change.After, look))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<Line> Rows(Plan plan, bool fromWords, Look look)
    {
        var steps = plan.Steps.Where(s => s.Id.Kind != ResourceKind.Image)
            .OrderByDescending(s => s.Id.Kind).ThenBy(s => s.Number).ToList();
        if (steps.Count == 0)
        {
            yield break;
        }
        var symbols = steps.Max(s => Symbol(s.Verb).Text.Length);
        var names = steps.Max(s => Glyphs.Width(look.Clean(NameOf(s))));
        var start = Math.Min(2 + symbols + 1 + names + 3, Math.Max(20, look.Width / 2));
        var columns = StepRow.Columns(steps, look.Width - start, look);
        foreach (var step in steps)
        {
            var (symbol, ink) = Symbol(step.Verb);
            var head = new Line("  ").Add(symbol.PadRight(symbols), ink).Add(" ")
                .Add(look.Clean(NameOf(step)), Ink.Bold);
            var details = StepRow.Of(step, plan, columns, fromWords, look.Width - start, look)
                .SelectMany(d => Paragraph.Fold(d, look.Width - start, look)).ToList();
            var first = 0;
            if (details.Count > 0 && head.Width < start - 1)
            {
                head.PadTo(start).Add(details[0]);
                first = 1;
            }
            yield return head;
            foreach (var detail in details.Skip(first))
            {
                yield return new Line(new string(' ', start)).Add(detail);
            }
        }
    }

    private static string NameOf(Step step) =>
        $"{step.Id.Kind.ToString().ToLowerInvariant()} {step.Id.Name}";

    public static (string Text, Ink Ink) Symbol(Verb verb) => verb switch
    {
        Verb.Create => ("+", Ink.Good),
        Verb.Update => ("~", Ink.Warn),
        Verb.Replace => ("-/+", Ink.Warn),
        _ => ("-", Ink.Bad),
    };

    private static IEnumerable<Line> Totals(PlannedChange change, Plan plan, Look look)
    {
        if (plan.IsEmpty)
        {
            var files = string.Join(", ", change.After.ChangedFrom(change.Before));
            yield return new Line(files.Length == 0 ? "  Nothing to do: everything is as declared."
                : $"  The machine stays as it is; only {files} changes.");
        }
        var adds = Adds(plan.Totals).ToList();
        if (adds.Count > 0)
        {
            foreach (var line in Paragraph.Of(
                new Line("  "), string.Join(" · ", adds), look, Ink.Dim))
            {
                yield return line;
            }
        }
        foreach (var line in Generates(plan, look))
        {
            yield return line;
        }
        if (plan.OnTrial)
        {
            foreach (var line in Paragraph.Of(new Line("  on trial: ", Ink.Warn),
                $"once it is applied, confirm it from a new connection within "
                + $"{Core.Limits.Trial.TotalSeconds:0} s, or everything goes back", look))
            {
                yield return line;
            }
        }
        if (!plan.IsEmpty)
        {
            foreach (var line in Paragraph.Of(new Line("  "), Foot(plan), look))
            {
                yield return line;
            }
        }
        if (plan.Restricted.Length > 0)
        {
            var files = string.Join(", ", plan.Restricted);
            foreach (var line in Paragraph.Of(new Line("  restricted: ", Ink.Warn),
                $"{files} guards people, secrets or Loam itself: its name must be typed", look))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<Line> Generates(Plan plan, Look look)
    {
        var shown = plan.Steps.Where(s => s.Id.Kind == ResourceKind.Secret)
            .Select(s => s.Id.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var generated in plan.Generates)
        {
            var parts = generated.Split(':');
            if (!shown.Contains(parts[0]))
            {
                foreach (var line in Paragraph.Of(
                    new Line("  "), StepRow.Generated(parts[0], parts[^1]), look))
                {
                    yield return line;
                }
            }
        }
    }

    private static IEnumerable<string> Adds(PlanTotals totals)
    {
        if (totals.Memory != 0)
        {
            yield return (totals.Memory > 0 ? "memory +" : "memory -")
                + Units.Memory(Math.Abs(totals.Memory));
        }
        if (totals.Cpu != 0)
        {
            yield return (totals.Cpu > 0 ? "CPU +" : "CPU -") + Units.Cores(Math.Abs(totals.Cpu));
        }
        if (totals.Download is null)
        {
            yield return "download of unknown size";
        }
        else if (totals.Download > 0)
        {
            yield return $"download {Units.Download(totals.Download.Value)}";
        }
        if (totals.PortsOpened.Length > 0)
        {
            yield return Ports("opens", totals.PortsOpened);
        }
        if (totals.PortsClosed.Length > 0)
        {
            yield return Ports("closes", totals.PortsClosed);
        }
    }

    private static string Ports(string verb, IReadOnlyList<int> ports) =>
        $"{verb} {(ports.Count == 1 ? "port" : "ports")} "
        + string.Join(", ", ports.Select(p => p.ToString(CultureInfo.InvariantCulture)));

    private static Line Foot(Plan plan)
    {
        var replaced = Names(plan, Verb.Replace);
        // A user is locked and data is kept, and the step says so.
        var removed = Names(plan with
        {
            Steps = [.. plan.Steps.Where(s => s.Id.Kind is not (ResourceKind.User
                or ResourceKind.Group or ResourceKind.Volume or ResourceKind.Mount))],
        }, Verb.Delete);
        var line = new Line("risk: ").Add(plan.Risk.ToString().ToLowerInvariant(), plan.Risk switch
        {
            Risk.Low => Ink.Good,
            Risk.Medium => Ink.Warn,
            _ => Ink.Bad,
        });
        line.Add(replaced.Length == 0 ? " · nothing is replaced" : $" · replaces {replaced}");
        if (removed.Length > 0)
        {
            line.Add($" · removes {removed}");
        }
        var gap = plan.Steps.Max(s => s.Gap);
        if (gap > TimeSpan.Zero)
        {
            var affected = plan.Steps.Where(s => s.Gap == gap).Select(s => s.Id.Name);
            line.Add($" · gap: about {Units.Every(gap)} for {string.Join(", ", affected)}");
        }
        return line.Add(" · undo: " + plan.Steps.Max(s => s.Undo) switch
        {
            Undo.Exact => "exact",
            Undo.FromSnapshot => "from a snapshot",
            _ => "none",
        });
    }

    private static string Names(Plan plan, Verb verb) => string.Join(", ", plan.Steps
        .Where(s => s.Verb == verb && s.Id.Kind != ResourceKind.Image)
        .OrderByDescending(s => s.Id.Kind)
        .Select(s => s.Id.Kind == ResourceKind.Service ? s.Id.Name : NameOf(s)));
}
