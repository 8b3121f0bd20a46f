using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting;
using Loam.Drivers.Booting.Slots;
using Loam.Drivers.Files;
using Loam.Drivers.Network;

namespace Loam.Init;

/// <summary><c>loam init</c>, the first process of a machine: it makes a place in which programs
/// can run, keeps a few running, and puts everything away at the end. It speaks to no network and
/// encrypts nothing.</summary>
/// <param name="socket">Where the daemon answers.</param>
/// <param name="show">Writes to the console.</param>
internal sealed class FirstProcess(string socket, TimeProvider time, Action<string> show)
{
    private const string Log = MachineTable.Logs + "/init.log", Early = "/run/init.log";
    private const string HostName = "/etc/hostname";
    private readonly TaskCompletionSource<PowerAct> _asked = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _quiet;

    /// <summary>Ends with the machine.</summary>
    public async Task RunAsync()
    {
        using var restart = On(PosixSignal.SIGTERM, PowerAct.Restart);
        using var off = On((PosixSignal)Power.OffSignal, PowerAct.Off);
        using var keys = On(PosixSignal.SIGINT, PowerAct.Restart);
        Try("the kernel's file systems", () =>
        {
            BootMounts.Kernel();
            Power.HearKeys();
        });
        Say("the kernel's file systems are mounted");
        var children = new Children(Environment());
        var memory = new BootMemory(BootMounts.Data);
        var words = KernelWords.Read();
        using var watchdog = Watchdog.Open(time);
        await KeepDataAsync(words.ContainsKey(KernelWords.Medium) ? null : new(children, Early));
        Try("the clock and the seed", memory.Recall);
        Try("the machine's name", () => new KernelHostName().Set(
            File.Exists(HostName) ? File.ReadAllText(HostName).Trim() : "loam"));
        Try("the loopback interface", KernelLinks.RaiseLoop);
        Try("the controllers of cgroups", () => File.WriteAllText(
            "/sys/fs/cgroup/cgroup.subtree_control", "+cpu +memory +pids +io +cpuset"));
        Try("the power button", () => PowerButton.Follow(() => _asked.TrySetResult(PowerAct.Off)));
        Try("the log", BeginLog);
        var terminals = Terminals();
        Say($"starting the daemon; speak to it on {string.Join(" and ", terminals)}");
        _quiet = true;
        using var stop = new CancellationTokenSource();
        var tried = words.ContainsKey(KernelWords.Trial)
            ? EndTrialAsync(stop.Token) : Task.CompletedTask;
        var kept = new Keeper(children, MachineTable.Rows(
            words.GetValueOrDefault(KernelWords.Mirror), terminals), time, Say, DaemonAsync)
            .RunAsync(stop.Token);
        Try("what the machine is given", () =>
        {
            if (SeedDisk.Find() is var (device, type))
            {
                children.Start(MachineTable.Seed(device, type));
            }
        });
        var act = await _asked.Task;
        _quiet = false;
        Say("ending what runs");
        await stop.CancelAsync();
        await kept;
        await tried;
        watchdog?.Leave();
        await EndAsync(memory, act);
    }

    /// <summary>A daemon that does not even come to a decision ends a trial too: the machine starts
    /// again, and what is on trial has one start less.</summary>
    private async Task EndTrialAsync(CancellationToken stop)
    {
        try
        {
            var slots = SlotDisk.OfThisMachine();
            var note = slots is null ? null
                : TrialNote.Read(InstancePaths.From(null).SlotTrialFile, slots.Running);
            await Task.Delay(
                (note?.Within ?? Limits.SlotTrial) + Limits.SlotTrialGrace, time, stop);
            if (slots is not null && slots.Choice.Trial == slots.Running)
            {
                Complain($"the system in slot {slots.Running} is on trial and was not confirmed");
                _asked.TrySetResult(PowerAct.Restart);
            }
        }
        catch (OperationCanceledException)
        {
            // The machine ends.
        }
        catch (HostException fault)
        {
            Complain($"the trial of this system: {fault.Message} {fault.Remedy}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Complain($"the trial of this system: {e.Message}");
        }
    }

    /// <summary>A machine whose disk is broken still starts, so that somebody can look at it.
    /// </summary>
    /// <param name="disk">Null: the machine was started from what it is installed from, and the
    /// disks are not its own.</param>
    private async Task KeepDataAsync(DataDisk? disk)
    {
        if (disk is null)
        {
            Say("started from a medium: nothing is kept. `os install DISK` installs Loam.");
            Try("memory for data", () => BootMounts.Kept(null));
            return;
        }
        string? device = null;
        await TryAsync("the disk for data", async () => device = await disk.FindAsync(Say));
        if (device is null)
        {
            Complain("there is no disk for data: nothing is kept when the machine ends. Give it "
                + "an empty disk and start it again.");
        }
        await TryAsync("the disk for data", async () =>
        {
            BootMounts.Kept(device);
            if (device is not null)
            {
                Say($"data is on {device}");
                DataDisk.Fill(device, BootMounts.Data, Say);
            }
        });
    }

    /// <summary>Until the daemon answers, which is what people wait for; a machine whose daemon
    /// does not is reached all the same.</summary>
    private async Task DaemonAsync(CancellationToken stop)
    {
        for (var began = time.GetTimestamp(); !File.Exists(socket)
            && time.GetElapsedTime(began) < Limits.DaemonAlone;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, stop);
        }
    }

    private async Task EndAsync(BootMemory memory, PowerAct act)
    {
        Power.TellAll(insist: false);
        for (var began = time.GetTimestamp();
            Power.AnyLeft() && time.GetElapsedTime(began) < Limits.EndOfOthers;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), time);
        }
        Power.TellAll(insist: true);
        Try("the clock and the seed", memory.Keep);
        Say(act == PowerAct.Off ? "switching off" : "restarting");
        Power.Sync();
        Try("the file systems", BootMounts.Leave);
        Power.Sync();
        Power.Do(act);
        // A machine that cannot switch itself off waits here for a hand.
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    private PosixSignalRegistration On(PosixSignal signal, PowerAct act) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            _asked.TrySetResult(act);
        });

    /// <summary>The kernel gives its first process next to nothing.</summary>
    private static Dictionary<string, string> Environment() => new()
    {
        ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = "/root",
        ["LANG"] = "C.UTF-8",
        ["TERM"] = "linux",
    };

    /// <summary>The kernel's consoles; of the screen, its first page.</summary>
    internal static List<string> Terminals() =>
    [
        .. File.ReadAllText("/sys/class/tty/console/active").Trim().Split(' ')
            .Select(t => t == "tty0" ? "tty1" : t).Select(t => "/dev/" + t).Where(File.Exists)
            .Distinct(),
    ];

    /// <summary>What was said before there was a place for it stands first.</summary>
    private void BeginLog()
    {
        lock (_gate)
        {
            Directory.CreateDirectory(MachineTable.Logs);
            File.Move(Early, Log, overwrite: true);
        }
    }

    private void Try(string what, Action act) => TryAsync(what, () =>
    {
        act();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    private async Task TryAsync(string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (HostException fault)
        {
            Complain($"{what}: {fault.Message} {fault.Remedy}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or System.ComponentModel.Win32Exception)
        {
            Complain($"{what}: {e.Message}");
        }
    }

    private void Complain(string text) => Say("WRONG: " + text);

    /// <summary>To the console until somebody sits at it, and to a file.</summary>
    private void Say(string text)
    {
        // Counted from the kernel's start.
        var line = string.Create(CultureInfo.InvariantCulture,
            $"[{time.GetTimestamp() / (double)time.TimestampFrequency,6:0.00}] {text}");
        lock (_gate)
        {
            if (!_quiet)
            {
                show(line + "\n");
            }
            try
            {
                File.AppendAllText(
                    Directory.Exists(MachineTable.Logs) ? Log : Early, line + "\n");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // No place for it yet, or no more.
            }
        }
    }
}
