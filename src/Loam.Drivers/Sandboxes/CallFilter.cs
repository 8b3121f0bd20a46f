namespace Loam.Drivers.Sandboxes;

/// <summary>A seccomp filter for sandboxes, as the classic BPF that bwrap takes. In a directory
/// that a sandbox may write it acts as the directory's owner, who may be root: a program that it
/// left there with a set-id bit would give its rights to whoever runs it. So no call can set one.
/// https://docs.kernel.org/userspace-api/seccomp_filter.html</summary>
internal static class CallFilter
{
    private const uint NotPermitted = 1, NoSuchCall = 38, NoSuchFamily = 97;
    private const uint SetIds = 0xc00; // S_ISUID | S_ISGID
    private const uint Creates = 0x400040; // O_CREAT | O_TMPFILE

    /// <param name="Mode">Which argument is the mode; null: the call is refused altogether.
    /// </param>
    /// <param name="Flags">Which argument says whether the mode counts; null: it always does.
    /// </param>
    /// <param name="IsSocket">Its first argument is a family, of which some are allowed.</param>
    private sealed record Rule(uint Number, int? Mode = null, int? Flags = null,
        uint Error = NotPermitted, bool IsSocket = false);

    // AF_INET, AF_INET6, AF_NETLINK: those of the sandbox's own network. Others reach beyond it:
    // AF_UNIX what listens in a directory that is given, AF_VSOCK the machine that this one is a
    // guest of. Pairs of connected sockets are another call.
    private static readonly uint[] s_families = [2, 10, 16];

    // chmod, fchmod, fchmodat, fchmodat2, creat, mknod, mknodat, open, openat; calls whose
    // arguments a filter cannot see (openat2, io_uring); keys, which are shared by user; bpf,
    // perf_event_open and userfaultfd, through which kernels were broken; socket.
    private static readonly Rule[] s_intel =
    [
        new(90, 1), new(91, 1), new(268, 2), new(452, 2), new(85, 1), new(133, 1), new(259, 2),
        new(2, 2, 1), new(257, 3, 2), new(437, Error: NoSuchCall), new(425, Error: NoSuchCall),
        new(248), new(249), new(250), new(321), new(298), new(323),
        new(41, Error: NoSuchFamily, IsSocket: true),
    ];

    private static readonly Rule[] s_arm =
    [
        new(52, 1), new(53, 2), new(452, 2), new(33, 2), new(56, 3, 2),
        new(437, Error: NoSuchCall), new(425, Error: NoSuchCall), new(217), new(218), new(219),
        new(280), new(241), new(282), new(198, Error: NoSuchFamily, IsSocket: true),
    ];

    public static byte[] Program { get; } = Build();

    private static byte[] Build()
    {
        var program = new CallProgram();
        foreach (var rule in CallProgram.IsArm ? s_arm : s_intel)
        {
            program.Refuse(rule.Number, rule.Error, [.. Tests(rule)]);
        }
        return program.Bytes();
    }

    /// <summary>What goes on to the refusal, or jumps over it.</summary>
    private static List<CallTest> Tests(Rule rule)
    {
        var tests = new List<CallTest>();
        if (rule.Flags is { } flags)
        {
            tests.Add(CallTest.Load(flags));
            tests.Add(CallTest.AnyBit(Creates, 0, 3));
        }
        if (rule.Mode is { } mode)
        {
            tests.Add(CallTest.Load(mode));
            tests.Add(CallTest.AnyBit(SetIds, 0, 1));
        }
        if (rule.IsSocket)
        {
            tests.Add(CallTest.Load(0));
            tests.AddRange(s_families.Select((family, i) =>
                CallTest.Equal(family, (byte)(s_families.Length - i), 0)));
        }
        return tests;
    }
}
