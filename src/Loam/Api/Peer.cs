using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Loam.Core.Approving;
using Loam.Drivers.Linux;

namespace Loam.Api;

/// <summary>Who holds the other end of a Unix socket, by the kernel's word, fixed when the
/// connection was made.</summary>
/// <param name="Uid">The peer's effective user.</param>
/// <param name="Groups">Its group and supplementary groups.</param>
/// <param name="Name">The person for the history: where sudo hid it, the login's user
/// (decision 17).</param>
/// <param name="Pid">The peer's process.</param>
internal sealed record Peer(uint Uid, ImmutableArray<uint> Groups, string Name, int Pid = 0)
{
    /// <summary>Members of this group may administer the machine.</summary>
    public const string Group = "loam";

    /// <summary>All that a person may.</summary>
    public const Rights All =
        Api.Rights.View | Api.Rights.Plan | Api.Rights.Operate | Api.Rights.Administer;

    /// <summary>A user whom nobody is.</summary>
    public const uint Nobody = uint.MaxValue;

    /// <summary>The token by which it came; null: by itself, through the socket.</summary>
    public string? Token { get; init; }

    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int SoPeerGroups = 59;
    private const uint NoLogin = uint.MaxValue;

    /// <summary>The SSH connection it was started over; null: none. Looked for when asked.
    /// </summary>
    public Access? Access => SshAccess.Of(Pid) is { } access
        ? access with { User = access.User ?? Name } : null;

    /// <summary>Root and members of <see cref="Group"/>; the mind, for proposing and for nothing
    /// else, whatever groups it may have come by; nobody besides.</summary>
    public Rights Rights(uint? group) => ConfinedUser.Mind.Is(Uid) ? Api.Rights.Propose
        : ConfinedUser.Web.Is(Uid) ? Api.Rights.Serve
        : Uid == 0 || (group is { } gid && Groups.Contains(gid))
            ? All : Api.Rights.None;

    /// <summary>Reads the credentials; null when the kernel does not give them.</summary>
    public static Peer? Of(Socket socket)
    {
        try
        {
            Span<byte> credentials = stackalloc byte[12];
            if (socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) != 12)
            {
                return null;
            }
            var pid = BinaryPrimitives.ReadInt32LittleEndian(credentials);
            var uid = BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]);
            var gid = BinaryPrimitives.ReadUInt32LittleEndian(credentials[8..]);
            return new(uid, [gid, .. SupplementaryGroups(socket)], PersonOf(pid, uid), pid);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>A user where names cannot be looked up: the mind reads no file of the machine.
    /// </summary>
    public static string NameOf(uint uid) =>
        string.Create(CultureInfo.InvariantCulture, $"uid {uid}");

    /// <summary>The account's name where such a number is one's.</summary>
    public static string Shown(string person) =>
        person.StartsWith("uid ", StringComparison.Ordinal)
            ? AccountNames.Of(person[4..]) ?? person : person;

    /// <summary>Whom the mind keeps conversations for: the same person through every door.
    /// </summary>
    public static string Known(string name) =>
        AccountNames.User(name) is { } uid ? NameOf(uid) : name;

    /// <summary>The person who runs this process as root: where sudo hid it, the login's user.
    /// </summary>
    public static string OfRoot() => PersonOf(Environment.ProcessId, 0);

    /// <summary>The number of <see cref="Group"/>; null when the machine has no such group.
    /// </summary>
    public static uint? GroupNumber() => AccountNames.Group(Group);

    private static ImmutableArray<uint> SupplementaryGroups(Socket socket)
    {
        // The kernel allows 65536 groups; more than a thousand is no real user.
        var buffer = new byte[4096];
        try
        {
            var length = socket.GetRawSocketOption(SolSocket, SoPeerGroups, buffer);
            var groups = ImmutableArray.CreateBuilder<uint>();
            for (var at = 0; at + 4 <= length; at += 4)
            {
                groups.Add(BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at)));
            }
            return groups.ToImmutable();
        }
        catch (SocketException)
        {
            return [];
        }
    }

    private static string PersonOf(int pid, uint uid)
    {
        var person = uid;
        if (uid == 0 && LoginOf(pid) is { } login)
        {
            person = login;
        }
        return AccountNames.Of(person.ToString(CultureInfo.InvariantCulture)) ?? NameOf(person);
    }

    private static uint? LoginOf(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/loginuid");
            return uint.TryParse(text, CultureInfo.InvariantCulture, out var login)
                && login != NoLogin ? login : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
