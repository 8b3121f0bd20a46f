using System.ComponentModel;
using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Containers.Native;

/// <summary>The containerd of this instance's own: started when it does not run, adopted when it
/// does. It outlives the daemon, and containers outlive it.</summary>
public sealed class PrivateContainerd(ContainerdPlace place, TimeProvider clock)
{
    // containerd appends this for the shims.
    private const string SecondSocket = ".ttrpc";
    private const string HybridGroups = "/sys/fs/cgroup/unified";
    private static readonly string[] Needed = ["containerd", "containerd-shim-runc-v2", "crun"];
    private readonly EngineProcess _process = new("containerd", place.Log, clock);

    /// <summary>Whether this host has the programs.</summary>
    public static bool IsInstalled => Missing is null;

    internal static string? Missing => Needed.FirstOrDefault(p => Command.Find(p) is null);

    /// <exception cref="HostException">Unsupported: a program is missing. Unavailable or Timeout:
    /// it does not come up; the message has its last words.</exception>
    internal async Task StartAsync(ContainerdClient client, CancellationToken cancel)
    {
        EngineProcess.RequireShort(place.Socket + SecondSocket);
        if (Missing is { } missing)
        {
            throw new HostException(
                Fault.Unsupported, $"{missing} is not installed.",
                "Install the engine (on Debian: apt install containerd crun).");
        }
        int pid;
        try
        {
            pid = RunningOrStarted();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(
                Fault.Unsupported, $"containerd cannot be started: {error.Message}",
                "Check its directories.");
        }
        await _process.AnswerAsync(pid, client.VersionAsync, cancel).ConfigureAwait(false);
    }

    /// <summary>Ends it; containers run on. Not running is success.</summary>
    /// <exception cref="HostException">Timeout: it does not end.</exception>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (RunningPid() is { } pid)
        {
            await _process.StopAsync(pid, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Its process, when it runs: the number in its file may be another's by now.
    /// </summary>
    public int? RunningPid()
    {
        try
        {
            if (int.TryParse(
                    File.ReadAllText(place.PidFile), CultureInfo.InvariantCulture, out var pid)
                && IsOurs(pid))
            {
                return pid;
            }
        }
        catch (IOException)
        {
            // Whoever started it may not have come to write it down.
        }
        return Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(
                Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && IsOurs(id)).Select(id => (int?)id).FirstOrDefault();
    }

    /// <summary>What cannot be trimmed now can be later.</summary>
    internal void TrimLog()
    {
        try
        {
            EngineLog.Trim(place.Log);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays.
        }
    }

    private bool IsOurs(int pid)
    {
        try
        {
            var words = File.ReadAllText(string.Create(
                CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")).Split('\0');
            return Path.GetFileName(words[0]) == "containerd" && words.Contains(place.Config)
                && DetachedProcess.IsAlive(pid);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private int RunningOrStarted()
    {
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite
            | UnixFileMode.UserExecute;
        const int exclusive = 2;
        Directory.CreateDirectory(place.RunRoot, own);
        Directory.CreateDirectory(place.DataRoot, own);
        // Whoever finds that it has ended starts it; one is enough.
        using var turn = Libc.Open(
            place.StartLock, Libc.OpenReadWrite | Libc.OpenCreate, 0x180, out var error)
            ?? throw Libc.Failure($"{place.StartLock} cannot be opened", error);
        _ = Libc.Lock(turn, exclusive);
        return RunningPid() ?? Start();
    }

    private int Start()
    {
        EngineLog.Trim(place.Log);
        File.Delete(place.Socket);
        File.Delete(place.Socket + SecondSocket);
        WriteRuntime();
        File.WriteAllText(place.Config, Config());
        try
        {
            var pid = DetachedProcess.Start(Command.Find("containerd")!,
                ["--config", place.Config], new Dictionary<string, string>
                {
                    ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    ["HOME"] = place.RunRoot,
                }, place.Log);
            File.WriteAllText(place.PidFile, pid.ToString(CultureInfo.InvariantCulture));
            return pid;
        }
        catch (Win32Exception error)
        {
            throw new HostException(
                Fault.Unsupported, $"containerd cannot be started: {error.Message}.", "");
        }
    }

    /// <summary>crun itself. Where version 1 of the control groups is in use and an empty version
    /// 2 lies beside it, crun takes them for one and fails: there it sees the first alone.
    /// </summary>
    private void WriteRuntime()
    {
        var crun = Command.Find("crun")!;
        File.Delete(place.Runtime);
        if (!Directory.Exists(HybridGroups))
        {
            File.CreateSymbolicLink(place.Runtime, crun);
            return;
        }
        File.WriteAllText(place.Runtime, $"""
            #!/bin/sh
            exec unshare --mount --propagation slave sh -c \
              'umount {HybridGroups} && exec {crun} "$@"' crun "$@"

            """);
        File.SetUnixFileMode(place.Runtime, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Only what is needed: no CRI, one snapshotter. containerd's own protection from
    /// the kernel's memory killer needs a right that not every host gives.</summary>
    private string Config() => $"""
        version = 2
        root = "{place.Root}"
        state = "{place.State}"
        oom_score = 0
        disabled_plugins = [
          "io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt",
          "io.containerd.internal.v1.restart", "io.containerd.internal.v1.tracing",
          "io.containerd.tracing.processor.v1.otlp", "io.containerd.monitor.v1.cgroups",
          "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
          "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.native",
          "io.containerd.snapshotter.v1.zfs",
        ]

        [grpc]
          address = "{place.Socket}"

        [debug]
          level = "warn"

        """;
}
