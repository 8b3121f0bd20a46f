using System.ComponentModel;
using System.Runtime.InteropServices;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Booting;

/// <param name="Program">Absolute path.</param>
/// <param name="Output">The terminal whose input and output it has, or else the file to which its
/// output is appended.</param>
public sealed record ChildProgram(
    string Program, IReadOnlyList<string> Arguments, string Output, bool OnTerminal = false);

/// <summary>The processes below the machine's first one: it starts them, and it reaps whatever
/// ends, also what others left behind. Nothing else in this process may wait for children, and so
/// <see cref="System.Diagnostics.Process"/> must not be used in it.</summary>
public sealed partial class Children
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TaskCompletionSource<int>> _running = [];
    private readonly AutoResetEvent _some = new(false);
    private readonly IReadOnlyDictionary<string, string> _environment;
    private PosixSignalRegistration? _taken;

    /// <param name="environment">Of all that are started.</param>
    public Children(IReadOnlyDictionary<string, string> environment)
    {
        _environment = environment;
        ReapAlone();
        new Thread(Reap) { IsBackground = true, Name = "reaper" }.Start();
    }

    /// <summary>As process 1 the runtime reaps whatever ends as soon as it hears of it, and what it
    /// reaps before us would never end here. It takes a signal once and never again, so it takes
    /// this one now, and afterwards nobody does.</summary>
    /// <remarks>System.Native's pal_signal.c: <c>SignalHandlerLoop</c> and
    /// <c>InstallSignalHandler</c>.</remarks>
    private void ReapAlone()
    {
        _taken = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => { });
        Libc.ResetSignal(ChildEnded);
    }

    /// <returns>The process ID, and its exit code when it has ended; of a signal, 128 and its
    /// number.</returns>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public (int Pid, Task<int> Ended) Start(ChildProgram child)
    {
        var ended = new TaskCompletionSource<int>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        // One that ends at once is reaped only after it is known.
        lock (_gate)
        {
            var pid = child.OnTerminal
                ? DetachedProcess.StartOn(
                    child.Output, child.Program, child.Arguments, _environment)
                : DetachedProcess.Start(
                    child.Program, child.Arguments, _environment, child.Output);
            _running[pid] = ended;
            _some.Set();
            return (pid, ended.Task);
        }
    }

    /// <summary>Asks one to end. Only while it has not been reaped: the number may be another's
    /// afterwards.</summary>
    public void AskToEnd(int pid) => Tell(pid, DetachedProcess.AskToEnd);

    public void End(int pid) => Tell(pid, DetachedProcess.End);

    private void Tell(int pid, Action<int> tell)
    {
        lock (_gate)
        {
            if (_running.ContainsKey(pid))
            {
                tell(pid);
            }
        }
    }

    private void Reap()
    {
        while (true)
        {
            // Looked at first and reaped under the lock, so that no number is told twice.
            if (waitid(All, 0, out var ended, Exited | Leave) != 0)
            {
                if (Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
                {
                    // There is none. Others may leave theirs to us at any time.
                    _some.WaitOne(s_pause);
                }
                continue;
            }
            lock (_gate)
            {
                if (waitpid(ended.Pid, out var status, 0) == ended.Pid
                    && _running.Remove(ended.Pid, out var known))
                {
                    known.SetResult((status & 0x7f) is var signal and not 0
                        ? 128 + signal : (status >> 8) & 0xff);
                }
            }
        }
    }

    private const int All = 0;
    private const int Exited = 4;
    private const int Leave = 0x01000000;
    private const int ChildEnded = 17;

    /// <summary>siginfo_t of 64-bit Linux, as far as it is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private readonly struct ChildNews
    {
        [FieldOffset(16)] public readonly int Pid;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitid(int which, int id, out ChildNews news, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);
}
