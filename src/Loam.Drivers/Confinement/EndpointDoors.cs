using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Loam.Core;
using Loam.Drivers.Files;

namespace Loam.Drivers.Confinement;

/// <summary>The only ways out of a confined program: a socket for each place, and whatever comes
/// through it is carried to that place as bytes. Nothing of it is read here.</summary>
/// <param name="folder">Where the sockets are made, root's own.</param>
/// <param name="group">Who may use them.</param>
public sealed class EndpointDoors(string folder, uint group) : IDisposable
{
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _room = new(Limits.SandboxConnections);
    private readonly CancellationTokenSource _end = new();
    private ImmutableSortedDictionary<string, Door> _open =
        ImmutableSortedDictionary<string, Door>.Empty;
    private int _made;

    /// <summary>Opens doors to these places and closes all others, with what goes through them.
    /// </summary>
    /// <param name="places">Hosts with ports, and sockets of this machine.</param>
    /// <returns>A place, <c>host:port</c> or the path of a socket, to its door's path.</returns>
    public ImmutableSortedDictionary<string, string> Lead(IEnumerable<EndPoint> places)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, this);
            var wanted = places.ToImmutableSortedDictionary(Name, p => p);
            foreach (var (name, door) in _open.Where(d => !wanted.ContainsKey(d.Key)))
            {
                door.Dispose();
                _open = _open.Remove(name);
            }
            foreach (var (name, place) in wanted.Where(w => !_open.ContainsKey(w.Key)))
            {
                _open = _open.Add(name, Open(place));
            }
            return _open.ToImmutableSortedDictionary(d => d.Key, d => d.Value.Path);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _end.Cancel();
            foreach (var door in _open.Values)
            {
                door.Dispose();
            }
            _open = _open.Clear();
        }
    }

    private static string Name(EndPoint place) => place is DnsEndPoint { Host: var host } outside
        ? string.Create(CultureInfo.InvariantCulture, $"{host}:{outside.Port}")
        : place.ToString()!;

    private Door Open(EndPoint place)
    {
        var path = Path.Combine(folder, string.Create(
            CultureInfo.InvariantCulture, $"{++_made}.sock"));
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            SocketOwner.Give(path, group);
            socket.Listen();
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        var door = new Door(path, socket);
        _ = AcceptAsync(door, place);
        return door;
    }

    private async Task AcceptAsync(Door door, EndPoint place)
    {
        while (!door.End.IsCancellationRequested)
        {
            try
            {
                await _room.WaitAsync(door.End).ConfigureAwait(false);
                _ = CarryAsync(await AcceptAsync(door).ConfigureAwait(false), place,
                    door.End);
            }
            catch (Exception error) when (Carrying.IsEnd(error))
            {
                // The door was closed, or who came has gone already. One that cannot be taken,
                // such as where files are short, is no reason to close the door.
                await Task.Delay(s_rest, door.End)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<Socket> AcceptAsync(Door door)
    {
        try
        {
            return await door.Socket.AcceptAsync(door.End).ConfigureAwait(false);
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    private async Task CarryAsync(Socket came, EndPoint place, CancellationToken end)
    {
        try
        {
            await Carrying.RunAsync(came, place, end).ConfigureAwait(false);
        }
        finally
        {
            _room.Release();
        }
    }

    private sealed record Door(string Path, Socket Socket) : IDisposable
    {
        private readonly CancellationTokenSource _end = new();

        public CancellationToken End => _end.Token;

        public void Dispose()
        {
            _end.Cancel();
            Socket.Dispose();
            File.Delete(Path);
        }
    }
}
