using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Cli.Views;

/// <summary>Every action of a plan in order, in words.</summary>
internal static class ExplainView
{
    public static IEnumerable<Line> Of(PlannedChange change, Look look)
    {
        if (change.Plan is not { IsEmpty: false } plan)
        {
            yield return new Line("Nothing is done on the machine.");
            yield break;
        }
        foreach (var step in plan.Steps)
        {
            var after = step.Requires.Length == 0 ? ""
                : $" (after {string.Join(", ", step.Requires.Select(r => r + 1))})";
            foreach (var line in Paragraph.Of(new Line($"{step.Number + 1,3}. ", Ink.Dim),
                new Line(step.Summary, Ink.Bold).Add(after, Ink.Dim), look))
            {
                yield return line;
            }
            foreach (var action in step.Actions)
            {
                foreach (var line in Paragraph.Of(new Line("       "), Words(action), look))
                {
                    yield return line;
                }
            }
            if (step.Retires.Length > 0)
            {
                foreach (var line in Paragraph.Of(new Line("       "),
                    $"when everything is done: remove {string.Join(", ", step.Retires)}", look))
                {
                    yield return line;
                }
            }
        }
        var closing = "Steps that do not wait for each other run at the same time. If one fails, "
            + "what was done is taken back in reverse order; that needs no network.";
        foreach (var line in Paragraph.Of(closing, look, Ink.Dim))
        {
            yield return line;
        }
    }

    private static string Words(PlannedAction action) => action.Kind switch
    {
        ActionKind.Pull => $"pull {StepRow.ImageText(action.Target)}"
            + (action.Image is { } image ? $" at sha256:{image.ShortDigest}"
                + (image.Size is { } size ? $", {Units.Download(size)}" : "") : ""),
        ActionKind.CreateNetwork => $"create network {action.Target}"
            + (action.Network is { Internal: true } ? " without a way out" : ""),
        ActionKind.RemoveNetwork => $"remove network {action.Target}",
        ActionKind.CreateVolume => $"make the directory {action.Volume?.Path ?? action.Target}",
        ActionKind.RemoveVolume => $"remove the directory of volume {action.Target} if it is empty",
        ActionKind.SetGroup => action.Group!.Before.Length == action.Group.After.Length
            ? $"note which disks {action.Target} is on"
            : "let LVM take "
                + string.Join(" and ", action.Group.After.Except(action.Group.Before))
                + $" into the volume group {action.Target}",
        ActionKind.MakeImage => $"make {action.Volume!.Mount!.Source}, of "
            + $"{SizeType.Words(action.Volume.Mount.Disk!.Size)}, with an empty ext4 in it",
        ActionKind.Attach => $"mount {action.Volume!.Mount!.Source} at {action.Volume.Path}",
        ActionKind.Detach => $"unmount {action.Volume!.Path}, and keep what is on it",
        ActionKind.GrowImage => $"grow the file system at {action.Volume!.Path} to "
            + SizeType.Words(action.Volume.Mount!.Disk!.Size),
        ActionKind.SetAccess => $"give {action.Volume!.Path} {Access(action.Access!.After)}",
        ActionKind.AdoptMount => $"note that {action.Volume!.Path} is Loam's from now on",
        ActionKind.Create => $"create container {action.Target}"
            + (action.Container is { Rehearsal: true } ? ", a copy without ports for a trial" : ""),
        ActionKind.Remove => $"remove container {action.Target}",
        ActionKind.Start => $"start {action.Target}",
        ActionKind.Stop => $"stop {action.Target}, and keep it",
        ActionKind.Update => $"give {action.Target} {Limits(action)}",
        ActionKind.GiveAlias => $"let others reach {action.Target} as {Aliases(action)}",
        ActionKind.TakeAlias => $"take the name {Aliases(action)} from {action.Target}",
        ActionKind.Gate => action.Probe is { } probe
            ? $"wait until {action.Target} is well: {probe}, for at most "
                + Units.Every(probe.GateLimit)
            : $"wait until {action.Target} is well",
        ActionKind.SetFirewall => action.Firewall?.After is null
            ? $"take away the table {action.Target} of nftables"
            : $"put the rules into the table {action.Target} of nftables, all at once",
        ActionKind.DumpData => $"let {action.Target} write all data to {action.Data!.DumpFile}",
        ActionKind.SetDataAside => $"move {action.Target} to {action.Data!.Aside}, and make an "
            + "empty directory in its place",
        ActionKind.LoadData => $"let {action.Target} read the data, and delete "
            + action.Data!.DumpFile,
        _ => $"{action.Kind} {action.Target}",
    };

    private static string Access(VolumeAccess? access) => string.Join(" and ", new[]
    {
        access?.Mode is { } mode ? $"the permissions {Convert.ToString(mode, 8).PadLeft(4, '0')}"
            : null,
        access?.Owner is { } owner ? $"to {owner}" : null,
    }.OfType<string>());

    private static string Limits(PlannedAction action)
    {
        var limits = action.Limits is { } change ? Units.Of(change.After) : "";
        return limits.Length == 0 ? "its new restart policy" : limits;
    }

    private static string Aliases(PlannedAction action) =>
        string.Join(", ", action.Aliases.SelectMany(a => a.Aliases).Distinct());
}
