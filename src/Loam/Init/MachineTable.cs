using Loam.Drivers.Booting;

namespace Loam.Init;

/// <summary>What runs on a machine of which Loam is the first process. One more is one more row.
/// </summary>
internal static class MachineTable
{
    public const string Logs = "/var/log/loam";

    private const string Loam = "/usr/bin/loam";

    /// <param name="mirror">Of Docker Hub; null: none.</param>
    /// <param name="terminals">Where a person may sit, as in <c>/dev/tty1</c>.</param>
    public static IReadOnlyList<KeptProcess> Rows(
        string? mirror, IReadOnlyList<string> terminals) =>
    [
        Of("network", Loam, LeaseVerb),
        Of("daemon", Loam, ["daemon", "--engine", "containerd",
            .. mirror is null ? (string[])[] : ["--mirror", mirror]]) with
        {
            Patient = true, First = true,
        },
        // Keys only. It makes its own at the first start.
        Of("ssh", "/usr/sbin/dropbear", "-F", "-E", "-s", "-R"),
        .. terminals.Select(t => new KeptProcess("console on " + t,
            new(Loam, [ConsoleVerb], t, OnTerminal: true))),
    ];

    /// <summary>The verbs that this table calls.</summary>
    public const string LeaseVerb = "lease", ConsoleVerb = "console", SeedVerb = "seed";

    /// <summary>Runs once, beside the others.</summary>
    public static ChildProgram Seed(string device, string type) =>
        new(Loam, [SeedVerb, device, type], $"{Logs}/seed.log");

    private static KeptProcess Of(string name, string program, params string[] arguments) =>
        new(name, new(program, arguments, $"{Logs}/{name}.log"));
}
