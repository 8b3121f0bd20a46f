using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Loam.Drivers.Sandboxes;

/// <summary>A seccomp filter for sandboxes, as the classic BPF that bwrap takes. In a directory
/// that a sandbox may write it acts as the directory's owner, who may be root: a program that it
/// left there with a set-id bit would give its rights to whoever runs it. So no call can set one.
/// https://docs.kernel.org/userspace-api/seccomp_filter.html</summary>
internal static class CallFilter
{
    private const ushort Load = 0x20, JumpEqual = 0x15, JumpAtLeast = 0x35, JumpAnyBit = 0x45,
        Return = 0x06;
    private const uint Allow = 0x7fff0000, Fail = 0x00050000, Kill = 0x80000000;
    private const uint NotPermitted = 1, NoSuchCall = 38, NoSuchFamily = 97;
    private const uint SetIds = 0xc00; // S_ISUID | S_ISGID
    private const uint Creates = 0x400040; // O_CREAT | O_TMPFILE
    private const uint NumberAt = 0, ProcessorAt = 4, ArgumentsAt = 16;

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
        var isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var code = new List<(ushort Code, byte True, byte False, uint Value)>
        {
            (Load, 0, 0, ProcessorAt),
            (JumpEqual, 1, 0, isArm ? 0xc00000b7 : 0xc000003e),
            (Return, 0, 0, Kill),
            // The other calls of x86-64, x32, would pass by.
            (Load, 0, 0, NumberAt),
            (JumpAtLeast, 0, 1, 0x40000000),
            (Return, 0, 0, Fail | NoSuchCall),
        };
        foreach (var rule in isArm ? s_arm : s_intel)
        {
            var tests = Tests(rule);
            code.Add((Load, 0, 0, NumberAt));
            code.Add((JumpEqual, 0, (byte)(tests.Count + 1), rule.Number));
            code.AddRange(tests);
            code.Add((Return, 0, 0, Fail | rule.Error));
        }
        code.Add((Return, 0, 0, Allow));
        var bytes = new byte[code.Count * 8];
        for (var i = 0; i < code.Count; i++)
        {
            var one = bytes.AsSpan(i * 8);
            BinaryPrimitives.WriteUInt16LittleEndian(one, code[i].Code);
            (one[2], one[3]) = (code[i].True, code[i].False);
            BinaryPrimitives.WriteUInt32LittleEndian(one[4..], code[i].Value);
        }
        return bytes;
    }

    /// <summary>What goes on to the refusal, or jumps over it.</summary>
    private static List<(ushort, byte, byte, uint)> Tests(Rule rule)
    {
        var tests = new List<(ushort, byte, byte, uint)>();
        if (rule.Flags is { } flags)
        {
            tests.Add((Load, 0, 0, ArgumentsAt + 8 * (uint)flags));
            tests.Add((JumpAnyBit, 0, 3, Creates));
        }
        if (rule.Mode is { } mode)
        {
            tests.Add((Load, 0, 0, ArgumentsAt + 8 * (uint)mode));
            tests.Add((JumpAnyBit, 0, 1, SetIds));
        }
        if (rule.IsSocket)
        {
            tests.Add((Load, 0, 0, ArgumentsAt));
            tests.AddRange(s_families.Select((family, i) =>
                (JumpEqual, (byte)(s_families.Length - i), (byte)0, family)));
        }
        return tests;
    }
}
