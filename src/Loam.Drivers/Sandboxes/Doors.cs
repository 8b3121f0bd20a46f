using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Loam.Core;
using Loam.Core.Resources;
using Loam.Drivers.Confinement;
using Loam.Drivers.Network;

namespace Loam.Drivers.Sandboxes;

/// <summary>The places on the network that a sandbox may reach, and nothing beside them. Its
/// network has no way out; at each place's own address and port somebody listens inside, and what
/// arrives there is carried on from outside. A name leads to an address of the sandbox's own
/// loopback.</summary>
internal sealed class Doors : IDisposable
{
    private readonly List<(Socket Inside, string Host, int Port)> _doors = [];
    private readonly CancellationTokenSource _end = new();
    private static readonly KernelLinks s_links = new();
    private readonly SemaphoreSlim _room = new(Limits.SandboxConnections);
    private readonly StringBuilder _hosts = new("127.0.0.1 localhost\n::1 localhost\n");

    /// <summary>The sandbox's <c>/etc/hosts</c>.</summary>
    public string Hosts => _hosts.ToString();

    /// <summary>Opens them in the network of the calling thread, which is new and empty.</summary>
    public static Doors Open(IEnumerable<SandboxAccess> places)
    {
        var doors = new Doors();
        try
        {
            KernelLinks.RaiseLoop();
            var names = new Dictionary<string, IPAddress>(StringComparer.OrdinalIgnoreCase);
            foreach (var place in places)
            {
                doors.Add(place, names);
            }
            return doors;
        }
        catch
        {
            doors.Dispose();
            throw;
        }
    }

    /// <summary>Carries what comes, until disposed. Outside of the sandbox's network.</summary>
    public void Carry()
    {
        foreach (var (inside, host, port) in _doors)
        {
            _ = AcceptAsync(inside, host, port);
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        foreach (var (inside, _, _) in _doors)
        {
            inside.Dispose();
        }
    }

    private void Add(SandboxAccess place, Dictionary<string, IPAddress> names)
    {
        var host = place.Host.Trim('[', ']');
        if (!IPAddress.TryParse(host == "localhost" ? "127.0.0.1" : host, out var address))
        {
            if (!names.TryGetValue(host, out address))
            {
                address = IPAddress.Parse(string.Create(
                    CultureInfo.InvariantCulture, $"127.77.0.{names.Count + 1}"));
                names.Add(host, address);
                _hosts.Append(address).Append(' ').Append(host).Append('\n');
            }
        }
        else if (!IPAddress.IsLoopback(address) && names.TryAdd(host, address))
        {
            var bits = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
            s_links.AddAddress("lo", string.Create(
                CultureInfo.InvariantCulture, $"{address}/{bits}"));
        }
        var inside = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _doors.Add((inside, host, place.Port));
        inside.Bind(new IPEndPoint(address, place.Port));
        inside.Listen();
    }

    private async Task AcceptAsync(Socket inside, string host, int port)
    {
        try
        {
            while (true)
            {
                var came = await inside.AcceptAsync(_end.Token).ConfigureAwait(false);
                await _room.WaitAsync(_end.Token).ConfigureAwait(false);
                _ = CarryAsync(came, host, port);
            }
        }
        catch (Exception error) when (Carrying.IsEnd(error))
        {
            // The sandbox has ended.
        }
    }

    private async Task CarryAsync(Socket inside, string host, int port)
    {
        try
        {
            await Carrying.RunAsync(inside, new DnsEndPoint(host, port), _end.Token)
                .ConfigureAwait(false);
        }
        finally
        {
            _room.Release();
        }
    }
}
