using System.Runtime.InteropServices;

namespace Loam.Drivers.Linux;

/// <summary>Questions to the kernel of this thread's network namespace. netlink(7).</summary>
internal static unsafe partial class Netlink
{
    public const int HeadBytes = 16;
    public const ushort Error = 2, Done = 3;
    public const ushort Request = 1, Acknowledge = 4, Dump = 0x300;
    public const ushort Replace = 0x100, Exclusive = 0x200, Create = 0x400;

    private const int Family = 16, RawCloseOnExec = 3 | 0x80000;
    private const int DumpBytes = 64 * 1024;

    /// <summary>One question and its answer.</summary>
    /// <returns>Bytes of the answer; 0: none.</returns>
    public static int Ask(int protocol, ReadOnlySpan<byte> message, Span<byte> reply)
    {
        var socket = Netlink.socket(Family, RawCloseOnExec, protocol);
        if (socket < 0)
        {
            return 0;
        }
        try
        {
            return !Send(socket, message) ? 0 : Receive(socket, reply);
        }
        finally
        {
            close(socket);
        }
    }

    /// <summary>Does something.</summary>
    /// <returns>Zero, or the error's number.</returns>
    public static int Do(int protocol, NetlinkMessage message)
    {
        Span<byte> reply = stackalloc byte[2048];
        var length = Ask(protocol, message.Bytes(), reply);
        return length >= HeadBytes + 4 && TypeOf(reply) == Error
            ? -MemoryMarshal.Read<int>(reply[HeadBytes..]) : Files.Libc.ErrorAgain;
    }

    /// <summary>Everything of a sort: each message without its head.</summary>
    public static List<byte[]> List(int protocol, NetlinkMessage message)
    {
        var found = new List<byte[]>();
        var socket = Netlink.socket(Family, RawCloseOnExec, protocol);
        if (socket < 0)
        {
            return found;
        }
        try
        {
            var buffer = new byte[DumpBytes];
            if (!Send(socket, message.Bytes()))
            {
                return found;
            }
            while (Receive(socket, buffer) is var length and > 0)
            {
                if (!Take(buffer.AsSpan(0, length), found))
                {
                    return found;
                }
            }
            return found;
        }
        finally
        {
            close(socket);
        }
    }

    public static ushort TypeOf(ReadOnlySpan<byte> message) =>
        MemoryMarshal.Read<ushort>(message[4..]);

    /// <summary>The payload of the first attribute of a type; empty: there is none.</summary>
    public static ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> rest, ushort type)
    {
        while (rest.Length >= 4)
        {
            var length = Math.Clamp(MemoryMarshal.Read<ushort>(rest), (ushort)4,
                (ushort)Math.Min(rest.Length, ushort.MaxValue));
            if (MemoryMarshal.Read<ushort>(rest[2..]) == type)
            {
                return rest[4..length];
            }
            rest = rest[Math.Min(rest.Length, (length + 3) & ~3)..];
        }
        return [];
    }

    /// <returns>False: that was all.</returns>
    private static bool Take(Span<byte> rest, List<byte[]> found)
    {
        while (rest.Length >= HeadBytes)
        {
            var length = MemoryMarshal.Read<int>(rest);
            if (length < HeadBytes || length > rest.Length || TypeOf(rest) is Error or Done)
            {
                return false;
            }
            found.Add(rest[HeadBytes..length].ToArray());
            rest = rest[Math.Min(rest.Length, (length + 3) & ~3)..];
        }
        return true;
    }

    private static bool Send(int socket, ReadOnlySpan<byte> message)
    {
        fixed (byte* at = message)
        {
            return send(socket, at, message.Length, 0) == message.Length;
        }
    }

    private static int Receive(int socket, Span<byte> into)
    {
        fixed (byte* at = into)
        {
            return Math.Max(0, (int)recv(socket, at, into.Length, 0));
        }
    }

    /// <summary>Number of an interface; 0: there is none of that name.</summary>
    [LibraryImport("libc", EntryPoint = "if_nametoindex",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int IndexOf(string name);

    [LibraryImport("libc")]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")]
    private static partial nint send(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc")]
    private static partial nint recv(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}

/// <summary>A message being put together: nlmsghdr (length, type, flags, sequence, port), what its
/// type asks for, and attributes.</summary>
internal sealed class NetlinkMessage
{
    private readonly List<byte> _bytes = [];

    public NetlinkMessage(ushort type, int flags, params ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[Netlink.HeadBytes];
        head.Clear();
        MemoryMarshal.Write(head[4..], type);
        MemoryMarshal.Write(head[6..], (ushort)(flags | Netlink.Request));
        _bytes.AddRange(head);
        _bytes.AddRange(payload);
    }

    /// <summary>Attributes within an attribute.</summary>
    public static byte[] Nest(Func<NetlinkMessage, NetlinkMessage> add) =>
        add(new(0, 0)).Bytes()[Netlink.HeadBytes..];

    /// <param name="value">Filled up to four bytes.</param>
    public NetlinkMessage With(ushort type, params ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[4];
        MemoryMarshal.Write(head, (ushort)(4 + value.Length));
        MemoryMarshal.Write(head[2..], type);
        _bytes.AddRange(head);
        _bytes.AddRange(value);
        while (_bytes.Count % 4 != 0)
        {
            _bytes.Add(0);
        }
        return this;
    }

    public byte[] Bytes()
    {
        var all = _bytes.ToArray();
        MemoryMarshal.Write(all, all.Length);
        return all;
    }
}
