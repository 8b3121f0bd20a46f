using System.Runtime.InteropServices;
using Loam.Drivers.Files;
using Loam.Drivers.Sandboxes;

namespace Loam.Drivers.Confinement;

/// <summary>Calls of the kernel that a confined program never needs, refused for good.</summary>
internal static partial class CallRules
{
    private const uint NotPermitted = 1, NoSuchCall = 38, NoSuchFamily = 97;
    private const uint OfThread = 0x10000; // CLONE_THREAD
    private const uint LocalSockets = 1; // AF_UNIX
    private const uint ParentDeath = 1; // PR_SET_PDEATHSIG
    private const uint FastOpen = 0x20000000; // MSG_FASTOPEN

    // Looking into other processes, mounts, namespaces, keys, bpf and other ways into the kernel,
    // modules, the clock, the name. By number, each in the order: ptrace, process_vm_readv,
    // process_vm_writev, kcmp, pidfd_open, pidfd_getfd, pidfd_send_signal; mount, umount2,
    // pivot_root, chroot, unshare, setns; keyctl, add_key, request_key; bpf, perf_event_open,
    // userfaultfd; modules, kexec, reboot, swap; sethostname, setdomainname, acct, clocks,
    // personality, syslog, handles of files. What is the same on both processors comes last: the
    // newer calls of mounts, and io_uring.
    private static readonly uint[] s_intel =
    [
        101, 310, 311, 312, 165, 166, 155, 161, 272, 308, 250, 248, 249, 321, 298, 323, 175, 313,
        176, 246, 320, 169, 167, 168, 170, 171, 163, 164, 227, 159, 305, 135, 103, 303, 304,
    ];

    private static readonly uint[] s_arm =
    [
        117, 270, 271, 272, 40, 39, 41, 51, 97, 268, 219, 217, 218, 280, 241, 282, 105, 273, 106,
        104, 294, 142, 224, 225, 161, 162, 89, 170, 112, 171, 266, 92, 116, 264, 265,
    ];

    private static readonly uint[] s_both =
        [424, 428, 429, 430, 431, 432, 433, 434, 438, 442, 425, 426, 427];

    /// <summary>For a program that is about to begin.</summary>
    public static void Restrict()
    {
        var program = new CallProgram();
        foreach (var call in (CallProgram.IsArm ? s_arm : s_intel).Concat(s_both))
        {
            program.Refuse(call, call is 425 ? NoSuchCall : NotPermitted);
        }
        foreach (var call in CallProgram.IsArm ? (uint[])[198, 199] : [41, 53])
        {
            program.Refuse(call, NoSuchFamily,
                CallTest.Load(0), CallTest.Equal(LocalSockets, 1, 0));
        }
        // A socket that was given may lie in the host's network: as it is sent on, it could be
        // connected, past Landlock, which looks at connect alone.
        // By number, with the place of their flags: sendto, sendmsg, sendmmsg.
        (uint, int)[] sending = CallProgram.IsArm ? [(206, 3), (211, 2), (269, 3)]
            : [(44, 3), (46, 2), (307, 3)];
        foreach (var (call, flags) in sending)
        {
            program.Refuse(call, NotPermitted,
                CallTest.Load(flags), CallTest.AnyBit(FastOpen, 0, 1));
        }
        // To outlive whoever started it.
        program.Refuse(CallProgram.IsArm ? 167u : 157u, NotPermitted,
            CallTest.Load(0), CallTest.Equal(ParentDeath, 0, 1));
        Install(program.Bytes());
    }

    /// <summary>For one that has begun: from now on it starts no other, with any of its threads.
    /// </summary>
    public static void ForbidPrograms()
    {
        var program = new CallProgram();
        foreach (var call in CallProgram.IsArm ? (uint[])[221, 281] : [59, 322, 57, 58])
        {
            program.Refuse(call, NotPermitted);
        }
        // Its flags cannot be seen; the C library then uses the older one.
        program.Refuse(435, NoSuchCall);
        program.Refuse(CallProgram.IsArm ? 220u : 56u, NotPermitted,
            CallTest.Load(0), CallTest.AnyBit(OfThread, 1, 0));
        Install(program.Bytes());
    }

    private static unsafe void Install(byte[] code)
    {
        const nint filter = 1, allThreads = 1;
        var number = CallProgram.IsArm ? 277 : 317;
        fixed (byte* at = code)
        {
            var program = new Program { Count = (ushort)(code.Length / 8), Code = at };
            if (Seccomp(number, filter, allThreads, (nint)(&program)) != 0)
            {
                throw Libc.Failure("Calls of the kernel cannot be ruled out",
                    Marshal.GetLastPInvokeError());
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Program
    {
        public ushort Count;
        public byte* Code;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Seccomp(nint number, nint operation, nint flags, nint program);
}
