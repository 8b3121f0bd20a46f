using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Sandboxes;

/// <summary>Runs a program of this host with nothing but what is declared: by bubblewrap, as a
/// user that exists nowhere else, with its own processes, mounts, network, names and semaphores.
/// </summary>
/// <param name="loam">Absolute path of our program, which takes the rights away.</param>
/// <param name="isClosed">Whether no sandbox ever sees a path, whatever is declared.</param>
public sealed class Sandbox(string loam, Func<string, bool> isClosed, TimeProvider time)
{
    /// <summary>Above every user that a host gives out, and below what a signed number holds.
    /// </summary>
    private const uint FirstUser = 1_900_000_000;
    private const uint Users = 100_000;

    private const string Package = "bubblewrap";
    private static readonly string[] s_path = ["/usr/local/bin", "/usr/bin", "/usr/sbin"];

    private static readonly Lock s_starting = new();
    private static uint s_used;

    /// <summary>The programs that a sandbox needs are installed.</summary>
    public static bool CanRun => Command.Find("bwrap") is not null;

    /// <summary>Why no sandbox can be made here; null: one can, or only root could say.</summary>
    public static async Task<string?> FaultAsync(string loam, CancellationToken cancel)
    {
        if (Libc.EffectiveUser() != 0)
        {
            return null;
        }
        try
        {
            var tried = await new Sandbox(loam, _ => true, TimeProvider.System).RunAsync(
                ["true"], ImmutableSortedDictionary<string, string>.Empty, [],
                Limits.HostCommand, cancel).ConfigureAwait(false);
            return tried.ExitCode == 0 ? null
                : $"a sandbox cannot be made: {(tried.Broken ?? tried.Output).Trim()}";
        }
        catch (HostException fault)
        {
            return fault.Message;
        }
    }

    /// <param name="environment">Besides PATH, HOME and LANG.</param>
    /// <returns><see cref="ExecResult.Broken"/> when it was ended at its limit.</returns>
    /// <exception cref="HostException">It could not begin.</exception>
    public async Task<ExecResult> RunAsync(ImmutableArray<string> command,
        ImmutableSortedDictionary<string, string> environment,
        ImmutableArray<SandboxAccess> access, TimeSpan limit, CancellationToken cancel)
    {
        if (!CanRun)
        {
            throw new HostException(Fault.Unsupported,
                "The program bwrap is not installed, in which jobs of this machine run.",
                $"`apt-get install {Package}`.");
        }
        if (Libc.EffectiveUser() != 0)
        {
            throw new HostException(Fault.Denied, "Only root can make a sandbox.",
                "Run the daemon as root.");
        }
        var begun = new TaskCompletionSource<(Process, Doors?)>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        // Its namespaces are its thread's, and bwrap ends with the thread that started it.
        using var ended = new ManualResetEventSlim();
        var thread = new Thread(() => Hold(begun, ended, command, environment, access))
        {
            IsBackground = true, Name = "sandbox",
        };
        thread.Start();
        var (process, doors) = await begun.Task.ConfigureAwait(false);
        using (process)
        using (doors)
        {
            try
            {
                doors?.Carry();
                return await BoundedProcess.EndAsync(process, limit, time, cancel)
                    .ConfigureAwait(false);
            }
            finally
            {
                ended.Set();
                thread.Join();
            }
        }
    }

    private void Hold(TaskCompletionSource<(Process, Doors?)> begun, ManualResetEventSlim ended,
        ImmutableArray<string> command, ImmutableSortedDictionary<string, string> environment,
        ImmutableArray<SandboxAccess> access)
    {
        Doors? doors = null;
        try
        {
            var user = FirstUser + Interlocked.Increment(ref s_used) % Users;
            var places = access.Where(a => a.Kind == AccessKind.Network).ToList();
            Kernel.Unshare(Kernel.NewMounts | (places.Count > 0 ? Kernel.NewNetwork : 0));
            doors = places.Count > 0 ? Doors.Open(places) : null;
            var root = SandboxRoot.Prepare(
                access, isClosed, doors?.Hosts ?? "127.0.0.1 localhost\n", user);
            Process process;
            // One at a time: a sandbox would inherit the files of another that begins.
            lock (s_starting)
            {
                using var filter = Kernel.InheritedFile(CallFilter.Program);
                using var variables = Kernel.InheritedFile(Encoding.UTF8.GetBytes(string.Concat(
                    environment.Select(e => $"--setenv\0{e.Key}\0{e.Value}\0"))));
                process = Start(user, doors is null,
                    ["--args", $"{variables.DangerousGetHandle()}", .. root,
                        "--seccomp", $"{filter.DangerousGetHandle()}"], command);
            }
            begun.SetResult((process, doors));
            ended.Wait();
        }
        catch (Exception error) when (
            error is HostException or IOException or Win32Exception or UnauthorizedAccessException
                or System.Net.Sockets.SocketException or FormatException or ArgumentException
                or InvalidOperationException)
        {
            doors?.Dispose();
            begun.TrySetException(error as HostException ?? new HostException(
                Fault.Unavailable, $"The sandbox could not be made: {error.Message}"));
        }
    }

    /// <summary>First the user and every right go, then bwrap makes the namespaces that need no
    /// right: nothing it does wrong could be done as root.</summary>
    private Process Start(uint user, bool ownNetwork, IEnumerable<string> root,
        ImmutableArray<string> command)
    {
        var start = new ProcessStartInfo(loam,
        [
            Lowered.Verb, "--user", user.ToString(CultureInfo.InvariantCulture), "--",
            Command.Find("bwrap")!,
            "--unshare-user", "--disable-userns", "--unshare-ipc", "--unshare-pid",
            "--unshare-uts", "--unshare-cgroup-try",
            .. ownNetwork ? (string[])["--unshare-net"] : [],
            "--die-with-parent", "--new-session", "--hostname", "job", "--chdir", "/tmp",
            .. root, "--", .. command,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // A job's variables begin in the sandbox: LD_PRELOAD and the like would reach our
        // program, which is still root. And not by arguments, which can be seen by everybody.
        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', s_path);
        start.Environment["HOME"] = "/tmp";
        start.Environment["LANG"] = "C.UTF-8";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
