using System.Collections.Immutable;
using Loam.Api;
using Loam.Core;
using Loam.Core.Auditing;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting;
using Loam.Drivers.Booting.Slots;
using Loam.Drivers.Files;
using Loam.Drivers.Network;

namespace Loam.Supervision;

/// <summary>What the slots need of the machine.</summary>
/// <param name="InTurn">Does something while no change does.</param>
/// <param name="Restart">Soon ends what runs, then starts the machine again.</param>
/// <param name="Ways">Interfaces over which the machine has a way out now.</param>
/// <param name="NoteFile">What a system on trial is to know of the one before it.</param>
internal sealed record SlotHost(Func<CancellationToken, Task<MachineStatus>> StatusAsync,
    Func<string, Func<Task>, CancellationToken, Task> InTurn, Action Restart,
    Func<UpdateKey> Key, Func<IReadOnlySet<string>> Ways, string NoteFile);

/// <summary>Updates the operating system, and decides whether a system that was started on trial
/// stays: when the machine is as well as it was before, or else the other comes back.</summary>
internal sealed class SlotWatch(
    SlotDisk disk, SlotHost host, IAudit audit, EventLog events, TimeProvider time) : ISlots
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <returns>Null: this machine was not started from a slot.</returns>
    public static SlotWatch? Open(
        Func<Machine> machine, InstancePaths paths, IAudit audit, EventLog events,
        TimeProvider time) => !Power.IsLoams || SlotDisk.OfThisMachine() is not { } disk ? null
            : new(disk, new(c => machine().StatusAsync(c),
                (what, work, c) => machine().HoldAsync(what, work, c),
                () => _ = RestartSoonAsync(events, time), () => UpdateKey.Read(), WaysOut,
                paths.SlotTrialFile), audit, events, time);

    /// <summary>After whoever asked for it has read that it comes.</summary>
    private static async Task RestartSoonAsync(EventLog events, TimeProvider time)
    {
        await Task.Delay(Limits.RestartNotice, time);
        try
        {
            Power.Ask(PowerAct.Restart);
        }
        catch (HostException fault)
        {
            events.Add(new(0, time.GetUtcNow(), "os.failed")
            {
                Message = $"The machine does not start again: {fault.Message} {fault.Remedy}",
            });
        }
    }

    private static HashSet<string> WaysOut() => [.. new KernelLinks().List()
        .Where(l => !l.Gateways.IsEmpty).Select(l => l.Name)];

    public IEnumerable<Watched> Watches => [new("the slots", RunAsync)];

    public OsStatus Status
    {
        get
        {
            try
            {
                return new(Slots(disk.Choice));
            }
            catch (HostException fault)
            {
                return new([]) { Error = $"{fault.Message} {fault.Remedy}" };
            }
        }
    }

    private ImmutableArray<SlotStatus> Slots(BootChoice choice) =>
        [.. ((string[])[SlotDisk.A, SlotDisk.B]).Select(name =>
        {
            var head = disk.Head(name);
            return new SlotStatus(name, head?.Version, head?.Build)
            {
                IsRunning = disk.Running == name,
                IsConfirmed = choice.Good == name,
                IsOnTrial = choice.Trial == name,
                HasFailed = choice.Failed == name,
            };
        })];

    /// <summary>Ends a trial, one way or the other.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var choice = disk.Choice;
        if (choice.Trial == disk.Running)
        {
            await TryAsync(choice, stop);
        }
        else if (choice.Trial is not null && choice.Tries < BootChoice.FirstTries)
        {
            disk.Choice = choice.GiveUp();
            Tell("os.failed", $"The system in slot {choice.Trial} did not come up.");
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
    }

    private async Task TryAsync(BootChoice choice, CancellationToken stop)
    {
        var note = TrialNote.Read(host.NoteFile, disk.Running);
        var trial = new SlotTrial(note?.Healthy, note?.Ways ?? new HashSet<string>(),
            note?.Within ?? Limits.SlotTrial);
        for (var began = time.GetTimestamp(); ;)
        {
            var (status, ways) = (await LookAsync(stop), host.Ways());
            switch (trial.Judge(status, ways, time.GetElapsedTime(began)))
            {
                case SlotVerdict.Confirm:
                    disk.Choice = BootChoice.Only(disk.Running);
                    Tell("os.confirmed", $"The system in slot {disk.Running} is confirmed.");
                    return;
                case SlotVerdict.GoBack:
                    disk.Choice = choice.GiveUp();
                    Tell("os.failed", $"The system in slot {disk.Running} did not become as well "
                        + "as the one before it, which comes back: " + (status is null
                            ? "the engine does not answer." : note is null
                            ? "what the machine keeps is not there." : "missing: "
                            + string.Join(", ", trial.Missing(status, ways)) + "."));
                    host.Restart();
                    return;
                default:
                    await Task.Delay(s_pause, time, stop);
                    break;
            }
        }
    }

    private async Task<MachineStatus?> LookAsync(CancellationToken stop)
    {
        try
        {
            return await host.StatusAsync(stop);
        }
        catch (HostException)
        {
            return null;
        }
    }

    public Task<OsPlan> PlanAsync(OsOrder order, CancellationToken cancel) =>
        PlanAsync(order, looks: true, cancel);

    /// <param name="looks">Also at all of an update, not only at its signed head.</param>
    private async Task<OsPlan> PlanAsync(OsOrder order, bool looks, CancellationToken cancel)
    {
        var choice = disk.Choice;
        RefuseOnTrial(choice);
        var slots = Slots(choice);
        var (running, other) = (slots.Single(s => s.IsRunning), slots.Single(s => !s.IsRunning));
        var status = await host.StatusAsync(cancel);
        var awaited = status.Services.Where(s => s.Health == ServiceHealth.Healthy)
            .Select(s => s.Name).ToImmutableArray();
        ImmutableArray<string> ways = [.. host.Ways().Order(StringComparer.Ordinal)];
        var within = Math.Clamp(order.Within ?? (int)Limits.SlotTrial.TotalSeconds, 1,
            (int)Limits.LongestSlotTrial.TotalSeconds);
        if (order.File is null)
        {
            return other.Version is null ? throw new HostException(Fault.NotFound,
                $"Nothing that can start is in slot {other.Name}.",
                "There is no way back until an update has been made.")
                : new(running.Words, other.Words, other.Name, null, other.Build!, awaited,
                    ways, within);
        }
        using var update = UpdateFile.Open(order.File, host.Key());
        if (looks)
        {
            update.Check(_ => { }, cancel);
        }
        return new(running.Words,
            SlotStatus.WordsOf(update.Head.Version, update.Head.Build), other.Name,
            update.Head.Bytes, update.Head.Sha256, awaited, ways, within);
    }

    public async Task ApplyAsync(
        OsOrder order, string who, Action<OsLine> tell, CancellationToken stop)
    {
        // Its bytes are looked at before they are written.
        var plan = await PlanAsync(order, looks: false, stop);
        if (plan.Digest != order.Digest)
        {
            throw new HostException(Fault.Conflict,
                "What would start now is not what was shown and approved.", "Ask again.");
        }
        var doing = order.File is null ? "the way back" : "an update of the operating system";
        await host.InTurn(doing, async () =>
        {
            RefuseOnTrial(disk.Choice);
            await audit.WriteAsync(new(AuditEvents.ApprovalGiven, who,
                $"approved {doing}, from {plan.From} to {plan.To}") { Plan = plan.Digest }, stop);
            if (order.File is { } file)
            {
                Write(file, plan, tell, stop);
            }
            new TrialNote(plan.Slot, TimeSpan.FromSeconds(plan.Within),
                plan.Awaited.ToHashSet(StringComparer.Ordinal),
                plan.Ways.ToHashSet(StringComparer.Ordinal)).Write(host.NoteFile);
            disk.Choice = BootChoice.Only(disk.Running).Try(plan.Slot);
            await audit.WriteAsync(new(AuditEvents.StateChanged, who,
                $"Loam {plan.To} starts on trial next") { Plan = plan.Digest }, stop);
        }, stop);
        Tell("os.prepared", $"Loam {plan.To} starts on trial from slot {plan.Slot}.");
        tell(new("") { Restarts = !order.Later });
        if (!order.Later)
        {
            host.Restart();
        }
    }

    private void RefuseOnTrial(BootChoice choice)
    {
        if (choice.Trial == disk.Running)
        {
            throw new HostException(Fault.Conflict,
                "The system that runs is on trial itself.",
                "`loam os status` shows when it is confirmed; then ask again.");
        }
        if (choice.Failed == disk.Running)
        {
            throw new HostException(Fault.Conflict,
                "The system that runs has failed its trial, and the other comes back.",
                "Ask again when the machine has started.");
        }
    }

    private void Write(string file, OsPlan plan, Action<OsLine> tell, CancellationToken stop)
    {
        using var update = UpdateFile.Open(file, host.Key());
        if (update.Head.Sha256 != plan.Digest)
        {
            throw new HostException(
                Fault.Conflict, $"{file} is another file by now.", "Ask again.");
        }
        var total = update.Head.Bytes;
        Action<long> Say(string doing) => done => tell(
            new(doing) { Done = done, Total = total });
        update.Check(Say("checking"), stop);
        // Nothing may start from what is half written; and whatever was good before, the way back
        // is to what runs now.
        disk.Choice = BootChoice.Only(disk.Running);
        update.WriteTo(disk.Slot(plan.Slot), Say("writing"), stop);
    }

    private void Tell(string kind, string words) =>
        events.Add(new(0, time.GetUtcNow(), kind) { Message = words });
}
