using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Firewall;

/// <summary>What the kernel tells about nftables in a fraction of a millisecond, of this process's
/// own network namespace. https://docs.kernel.org/networking/netlink_spec/nftables.html</summary>
internal static class NftablesKernel
{
    private const int Netfilter = 12;
    private const int HeadBytes = 20, ReplyBytes = 2048;
    private const ushort Subsystem = 10 << 8;
    private const ushort NewTable = Subsystem, GetTable = Subsystem | 1;
    private const ushort NewGeneration = Subsystem | 15, GetGeneration = Subsystem | 16;
    private const ushort GenerationId = 1, TableName = 1, TableUserData = 6;
    private const byte Inet = 1, Comment = 0;
    private const int NotFound = -2;

    /// <summary>The number of the last transaction: while it stays, so do all rules. Null: the
    /// kernel does not say.</summary>
    public static uint? Generation()
    {
        Span<byte> reply = stackalloc byte[ReplyBytes];
        return Ask(GetGeneration, [], reply) is var length and > 0
            && Netlink.TypeOf(reply) == NewGeneration
            && Netlink.Attribute(reply[HeadBytes..length], GenerationId) is [_, _, _, _] number
                ? BinaryPrimitives.ReadUInt32BigEndian(number) : null;
    }

    /// <summary>The comment of a table of the family inet, empty where it has none.</summary>
    /// <param name="name">At most 60 characters of ASCII.</param>
    /// <returns>False: the kernel does not say. A null comment: there is no such table.</returns>
    public static bool TryComment(string name, out string? comment)
    {
        comment = null;
        // nlattr: length, type, the name and its zero, filled up to four bytes.
        Span<byte> attribute = stackalloc byte[(4 + name.Length + 1 + 3) & ~3];
        attribute.Clear();
        MemoryMarshal.Write(attribute, (ushort)(4 + name.Length + 1));
        MemoryMarshal.Write(attribute[2..], TableName);
        Encoding.ASCII.GetBytes(name, attribute[4..]);
        Span<byte> reply = stackalloc byte[ReplyBytes];
        var length = Ask(GetTable, attribute, reply);
        if (length <= 0 || Netlink.TypeOf(reply) != NewTable)
        {
            return length > 0 && Netlink.TypeOf(reply) == Netlink.Error
                && MemoryMarshal.Read<int>(reply[16..]) == NotFound;
        }
        comment = CommentIn(Netlink.Attribute(reply[HeadBytes..length], TableUserData));
        return true;
    }

    /// <returns>Bytes of the reply; 0: none.</returns>
    private static int Ask(ushort type, ReadOnlySpan<byte> attributes, Span<byte> reply)
    {
        // nlmsghdr: length, type, flags, sequence, port; nfgenmsg: family, version, resource.
        var size = HeadBytes + attributes.Length;
        Span<byte> message = stackalloc byte[size];
        message.Clear();
        MemoryMarshal.Write(message, size);
        MemoryMarshal.Write(message[4..], type);
        MemoryMarshal.Write(message[6..], Netlink.Request);
        message[16] = Inet;
        attributes.CopyTo(message[HeadBytes..]);
        var length = Netlink.Ask(Netfilter, message, reply);
        return length < HeadBytes ? 0 : length;
    }

    /// <summary>User data are entries of a byte for the type, one for the length, and so many
    /// bytes; a comment ends with a zero.</summary>
    private static string CommentIn(ReadOnlySpan<byte> data)
    {
        while (data.Length >= 2 && data.Length >= 2 + data[1])
        {
            if (data[0] == Comment)
            {
                return Encoding.ASCII.GetString(data.Slice(2, data[1])).TrimEnd('\0');
            }
            data = data[(2 + data[1])..];
        }
        return "";
    }
}
