using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Linux;

/// <summary>A program that outlives us: own session, own log file as its output, no pipe to us
/// that could break. <see cref="System.Diagnostics.Process"/> can do none of the three.</summary>
internal static unsafe partial class DetachedProcess
{
    // https://man7.org/linux/man-pages/man3/posix_spawn.3.html; the sizes are upper bounds of
    // glibc's structures, which are opaque.
    private const int OpaqueBytes = 1024;
    private const short SetSignalMask = 0x08;
    private const short SetSignalDefaults = 0x04;
    private const short SetSession = 0x80;
    private const int Append = 0x1 | 0x40 | 0x400; // O_WRONLY | O_CREAT | O_APPEND
    private const int OwnerReadWrite = 0x180; // 0600
    private const int NoHang = 1;
    private const int Terminate = 15;
    private const int KillNow = 9;
    private const int InterruptNow = 2;
    private const int FirstGiven = 3;

    /// <param name="program">Absolute path.</param>
    /// <param name="logFile">Standard output and error are appended to it.</param>
    /// <param name="given">What it has as files from 3 on.</param>
    /// <returns>The process ID.</returns>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static int Start(
        string program, IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment, string logFile,
        params IReadOnlyList<SafeHandle> given) =>
        Start(program, arguments, environment, "/dev/null", 0, logFile, given);

    /// <summary>One that a person at a terminal speaks to: the terminal is its input and output,
    /// and sends it the signals of its keys.</summary>
    /// <param name="program">Absolute path.</param>
    /// <returns>The process ID.</returns>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static int StartOn(string terminal, string program, IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment) =>
        Start(program, arguments, environment, terminal, Files.Libc.OpenReadWrite, null, []);

    private static int Start(
        string program, IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment, string input, int mode, string? logFile,
        IReadOnlyList<SafeHandle> given)
    {
        var actions = stackalloc byte[OpaqueBytes];
        var attributes = stackalloc byte[OpaqueBytes];
        var signals = stackalloc byte[OpaqueBytes];
        Check(posix_spawn_file_actions_init(actions));
        Check(posix_spawnattr_init(attributes));
        // Above all numbers that they get, so that none takes another's place.
        var copies = new List<SafeHandle>();
        using var argv = new StringVector([program, .. arguments]);
        using var envp = new StringVector(
            [.. environment.Select(e => $"{e.Key}={e.Value}")]);
        try
        {
            // The first terminal that the head of a session opens is the session's.
            Check(posix_spawn_file_actions_addopen(actions, 0, input, mode, 0));
            Check(logFile is null ? posix_spawn_file_actions_adddup2(actions, 0, 1)
                : posix_spawn_file_actions_addopen(actions, 1, logFile, Append, OwnerReadWrite));
            Check(posix_spawn_file_actions_adddup2(actions, 1, 2));
            for (var at = 0; at < given.Count; at++)
            {
                copies.Add(Copy(given[at], FirstGiven + given.Count));
                Check(posix_spawn_file_actions_adddup2(
                    actions, (int)copies[at].DangerousGetHandle(), FirstGiven + at));
            }
            // The runtime ignores SIGPIPE and blocks signals; the program must not inherit it.
            sigfillset(signals);
            Check(posix_spawnattr_setsigdefault(attributes, signals));
            sigemptyset(signals);
            Check(posix_spawnattr_setsigmask(attributes, signals));
            Check(posix_spawnattr_setflags(
                attributes, SetSignalMask | SetSignalDefaults | SetSession));
            Check(posix_spawn(out var pid, program, actions, attributes, argv.At, envp.At));
            return pid;
        }
        finally
        {
            posix_spawn_file_actions_destroy(actions);
            posix_spawnattr_destroy(attributes);
            copies.ForEach(c => c.Dispose());
        }
    }

    private static SafeFileHandle Copy(SafeHandle file, int atLeast)
    {
        const int copyAndClose = 1030; // F_DUPFD_CLOEXEC
        var number = fcntl((int)file.DangerousGetHandle(), copyAndClose, atLeast);
        return number >= 0 ? new(number, ownsHandle: true)
            : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Whether the process still runs; reaps it when it was ours and has ended.
    /// </summary>
    public static bool IsAlive(int pid)
    {
        waitpid(pid, out _, NoHang);
        try
        {
            // A zombie of another parent has ended, too.
            var stat = File.ReadAllText(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits for one that we started, and reaps it.</summary>
    /// <returns>Its exit code; of a signal, 128 and its number.</returns>
    public static int Await(int pid)
    {
        int status, ended;
        do
        {
            ended = waitpid(pid, out status, 0);
        }
        while (ended < 0 && Marshal.GetLastPInvokeError() == Files.Libc.ErrorInterrupted);
        return (status & 0x7f) is var signal and not 0 ? 128 + signal : (status >> 8) & 0xff;
    }

    /// <summary>As Ctrl-C would.</summary>
    public static void Interrupt(int pid) => kill(pid, InterruptNow);

    public static void AskToEnd(int pid) => kill(pid, Terminate);

    public static void End(int pid) => kill(pid, KillNow);

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }

    /// <summary>A null-terminated array of C strings.</summary>
    private sealed class StringVector : IDisposable
    {
        private readonly List<IntPtr> _strings;

        public StringVector(string[] values)
        {
            _strings = [.. values.Select(Marshal.StringToCoTaskMemUTF8)];
            At = (byte**)NativeMemory.AllocZeroed((nuint)values.Length + 1, (nuint)sizeof(byte*));
            for (var i = 0; i < values.Length; i++)
            {
                At[i] = (byte*)_strings[i];
            }
        }

        public byte** At { get; }

        public void Dispose()
        {
            _strings.ForEach(Marshal.FreeCoTaskMem);
            NativeMemory.Free(At);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(
        out int pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(
        byte* actions, int fd, string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int fd, int other);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int sigfillset(byte* signals);

    [LibraryImport("libc")]
    private static partial int sigemptyset(byte* signals);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int file, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
