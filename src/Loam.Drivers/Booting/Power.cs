using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Booting;

/// <summary>How a machine ends.</summary>
public enum PowerAct { Restart, Off }

/// <summary>Switching a machine off and on, of which Loam is the first process.</summary>
public static partial class Power
{
    /// <summary>Signals that the first process hears, as the usual small tools send them: SIGTERM
    /// and SIGUSR2 of x86-64 and arm64.</summary>
    public const int RestartSignal = 15, OffSignal = 12;

    private const int CtrlAltDelTells = 0, Restart = 0x01234567, Off = 0x4321FEDC;

    /// <summary>Asks the first process, where that is Loam.</summary>
    /// <exception cref="HostException">Unsupported: it is another program. Denied.</exception>
    public static void Ask(PowerAct act)
    {
        if (!IsLoams)
        {
            throw new HostException(Fault.Unsupported,
                "This machine was not started by Loam, so Loam does not switch it off.",
                "Use what its own system has, such as `systemctl reboot` or `systemctl poweroff`.");
        }
        if (kill(1, act == PowerAct.Restart ? RestartSignal : OffSignal) != 0)
        {
            throw Libc.Failure(
                "The machine cannot be switched off", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Whether the first process of this machine is Loam.</summary>
    public static bool IsLoams
    {
        get
        {
            try
            {
                return File.ReadAllText("/proc/1/cmdline").Split('\0') is [_, "init", ..];
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Ctrl-Alt-Del tells the first process (SIGINT) instead of restarting at once.
    /// </summary>
    public static void HearKeys() => _ = reboot(CtrlAltDelTells);

    /// <summary>At once: whatever is not written is lost. Returns only where the kernel
    /// refuses.</summary>
    public static void Do(PowerAct act) => _ = reboot(act == PowerAct.Off ? Off : Restart);

    /// <summary>All processes but this one and the kernel's own.</summary>
    public static void TellAll(bool insist) => _ = kill(-1, insist ? 9 : 15);

    /// <summary>Whether any are left, but for the kernel's own and those that only wait to be
    /// reaped.</summary>
    public static bool AnyLeft() => Directory.EnumerateDirectories("/proc")
        .Select(f => Path.GetFileName(f)).Where(n => char.IsAsciiDigit(n[0]) && n != "1")
        .Any(IsProgram);

    private static bool IsProgram(string pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var parent = int.Parse(fields[1], CultureInfo.InvariantCulture);
            return fields[0] != "Z" && parent != 2 && pid != "2";
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static void Sync() => sync();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int reboot(int act);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial void sync();
}
