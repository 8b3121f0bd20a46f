using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Loam.Drivers.Firewall;

/// <summary>The kernel counts the transactions of nftables: while the number stays, so do the
/// rules, and nobody need list them.
/// https://docs.kernel.org/networking/netlink_spec/nftables.html</summary>
internal static unsafe partial class RulesetGeneration
{
    private const int Netlink = 16, RawCloseOnExec = 3 | 0x80000, Netfilter = 12;
    private const int HeadBytes = 20;
    private const ushort GetGeneration = (10 << 8) | 16, NewGeneration = (10 << 8) | 15;
    private const ushort Request = 1;
    private const ushort GenerationId = 1;
    private const int ReplyBytes = 512;

    /// <summary>Null: the kernel does not say.</summary>
    public static uint? Now()
    {
        var socket = RulesetGeneration.socket(Netlink, RawCloseOnExec, Netfilter);
        if (socket < 0)
        {
            return null;
        }
        try
        {
            // nlmsghdr: length, type, flags, sequence, port; nfgenmsg: family, version, resource.
            Span<byte> message = stackalloc byte[HeadBytes];
            message.Clear();
            MemoryMarshal.Write(message, HeadBytes);
            MemoryMarshal.Write(message[4..], GetGeneration);
            MemoryMarshal.Write(message[6..], Request);
            var reply = stackalloc byte[ReplyBytes];
            fixed (byte* at = message)
            {
                if (send(socket, at, HeadBytes, 0) != HeadBytes)
                {
                    return null;
                }
            }
            var length = recv(socket, reply, ReplyBytes, 0);
            return length < HeadBytes ? null : Read(new(reply, (int)length));
        }
        finally
        {
            close(socket);
        }
    }

    private static uint? Read(ReadOnlySpan<byte> reply)
    {
        if (MemoryMarshal.Read<ushort>(reply[4..]) != NewGeneration)
        {
            return null;
        }
        for (var rest = reply[HeadBytes..]; rest.Length >= 8;)
        {
            var length = MemoryMarshal.Read<ushort>(rest);
            if (MemoryMarshal.Read<ushort>(rest[2..]) == GenerationId)
            {
                return BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            }
            rest = rest[Math.Min(rest.Length, Math.Max(4, (length + 3) & ~3))..];
        }
        return null;
    }

    [LibraryImport("libc")]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")]
    private static partial nint send(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc")]
    private static partial nint recv(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
