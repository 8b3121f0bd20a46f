using System.Globalization;

namespace Loam.Drivers.Containers.Native;

/// <summary>Signals by their names, on x86-64 and arm64.</summary>
internal static class Signals
{
    public const int Kill = 9, Terminate = 15;
    private const int RealTime = 34, Last = 64;

    private static readonly string[] s_names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
        "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <param name="text"><c>SIGQUIT</c>, <c>QUIT</c>, <c>3</c>, <c>SIGRTMIN+3</c>.</param>
    /// <returns>Of what is none, TERM.</returns>
    public static int Of(string? text)
    {
        var name = text?.Trim().ToUpperInvariant() ?? "";
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and <= Last)
        {
            return number;
        }
        if (name.StartsWith("RTMIN", StringComparison.Ordinal))
        {
            return int.TryParse(name[5..], CultureInfo.InvariantCulture, out var above)
                && above is >= 0 and <= Last - RealTime ? RealTime + above
                : name.Length == 5 ? RealTime : Terminate;
        }
        return Array.IndexOf(s_names, name) is var at and >= 0 ? at + 1 : Terminate;
    }
}
