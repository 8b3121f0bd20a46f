using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>Sockets for the process that answers containers' questions for names. Root makes them
/// and reads nothing from them; they outlive the process, so that a question that comes while there
/// is none waits for the next.</summary>
/// <param name="host">Path of the host's network namespace; null: this process's own.</param>
public sealed class NameSockets(string? host) : IDisposable
{
    private const int Port = 53, Waiting = 64;
    private const int OfSocket = 1, BindToDevice = 25, SocketMark = 36;

    /// <summary>As many ports are to be guessed by whoever wants to answer in a server's place.
    /// </summary>
    private const int AskingEach = 4;

    private readonly List<Socket> _asking = [];
    private ImmutableArray<Served> _served = [];

    private sealed record Served(
        string Bridge, int Link, string Gateway, Socket Datagrams, Socket Listener) : IDisposable
    {
        public void Dispose()
        {
            Datagrams.Dispose();
            Listener.Dispose();
        }
    }

    /// <summary>How many may send to name servers; they come first.</summary>
    public int Asking => _asking.Count;

    public int Networks => _served.Length;

    /// <summary>First those that may send to name servers, then of each network one of UDP and one
    /// that listens.</summary>
    public IReadOnlyList<SafeHandle> Handles =>
    [
        .. _asking.Select(s => s.SafeHandle), .. _served.SelectMany(s =>
            (SafeHandle[])[s.Datagrams.SafeHandle, s.Listener.SafeHandle]),
    ];

    /// <summary>Makes those that are missing and closes those of networks that are gone, or whose
    /// bridge is another than before.</summary>
    /// <returns>True: they are others than before.</returns>
    /// <exception cref="HostException">Conflict: somebody else answers there.</exception>
    public bool Follow(ImmutableArray<NetworkNames> networks) => NetworkSpace.In(host, () =>
    {
        if (_asking.Count == 0 && !networks.IsEmpty)
        {
            Ask();
        }
        var wanted = networks.Select(n => (n.Bridge, Link: Netlink.IndexOf(n.Bridge), n.Gateway))
            .Where(n => n.Link != 0).ToList();
        var gone = _served.Where(
            s => !wanted.Contains((s.Bridge, s.Link, s.Gateway))).ToList();
        gone.ForEach(g => g.Dispose());
        var isOther = gone.Count > 0;
        _served = _served.RemoveRange(gone);
        foreach (var (bridge, link, gateway) in wanted.Where(
            w => _served.All(s => s.Bridge != w.Bridge)))
        {
            if (Serve(bridge, link, gateway) is { } served)
            {
                _served = _served.Add(served);
                isOther = true;
            }
        }
        return isOther;
    });

    public void Dispose()
    {
        _asking.ForEach(s => s.Dispose());
        foreach (var served in _served)
        {
            served.Dispose();
        }
    }

    /// <summary>The mark says in nftables where their packets may go; only root could change it.
    /// </summary>
    private void Ask()
    {
        var families = Socket.OSSupportsIPv6
            ? (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6]
            : [AddressFamily.InterNetwork];
        foreach (var family in families.SelectMany(f => Enumerable.Repeat(f, AskingEach)))
        {
            var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            _asking.Add(socket);
            socket.SetRawSocketOption(
                OfSocket, SocketMark, BitConverter.GetBytes(NetworkRules.NamesMark));
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork
                ? IPAddress.Any : IPAddress.IPv6Any, 0));
        }
    }

    /// <summary>Bound to the bridge, they hear nobody from elsewhere and speak to nobody there.
    /// </summary>
    /// <returns>Null: the bridge has gone meanwhile.</returns>
    private static Served? Serve(string bridge, int link, string gateway)
    {
        var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var listener = new Socket(
            AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            foreach (var socket in (Socket[])[datagrams, listener])
            {
                socket.SetRawSocketOption(
                    OfSocket, BindToDevice, Encoding.ASCII.GetBytes(bridge + '\0'));
                socket.SetSocketOption(
                    SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(new IPEndPoint(IPAddress.Parse(gateway), Port));
            }
            listener.Listen(Waiting);
            return new(bridge, link, gateway, datagrams, listener);
        }
        catch (SocketException fault)
        {
            datagrams.Dispose();
            listener.Dispose();
            return Netlink.IndexOf(bridge) != link ? null : throw new HostException(Fault.Conflict,
                $"Containers cannot ask for names at {gateway}, port {Port}: {fault.Message}.",
                "If a name server of the host listens on all addresses, name those it needs.");
        }
    }
}
