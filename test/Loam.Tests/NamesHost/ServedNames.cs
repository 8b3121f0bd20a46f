using System.Net.Sockets;
using System.Runtime.InteropServices;
using Loam.Drivers.Containers.Native.Networking;
using Loam.NamesHost;

namespace Loam.Tests.NamesHost;

/// <summary>Names of containers, answered by this process as <c>loam names</c> does, with the
/// sockets that the daemon would give it.</summary>
public sealed class ServedNames : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly HashSet<SafeHandle> _served = [];
    private readonly ContainerNetworks _networks;
    private readonly Func<IReadOnlyList<Upstream>> _upstreams;
    private readonly NameSockets _given;
    private NameServer? _server;

    /// <param name="host">Path of the host's network namespace; null: this process's own.</param>
    /// <param name="upstreams">The host's name servers.</param>
    public ServedNames(
        ContainerNetworks networks, string? host, Func<IReadOnlyList<Upstream>> upstreams)
    {
        (_networks, _upstreams, _given) = (networks, upstreams, new(host));
        _ = FollowAsync();
    }

    public void Dispose()
    {
        _end.Cancel();
        _given.Dispose();
    }

    private async Task FollowAsync()
    {
        while (true)
        {
            var table = _networks.Names.Current;
            var changed = _networks.Names.ChangedAsync(table);
            if (_given.Follow(table.Networks))
            {
                Serve();
            }
            await changed.WaitAsync(_end.Token);
        }
    }

    /// <summary>A socket that is served goes on being served: closing what was made of it would end
    /// it for whoever has it as well.</summary>
    private void Serve()
    {
        var handles = _given.Handles;
        if (_server is null)
        {
            var forwarding = new Forwarding(
                [.. handles.Take(_given.Asking).Select(Borrowed)]);
            _ = forwarding.ListenAsync(_end.Token);
            _server = new(() => new(_networks.Names.Current with
            {
                Upstreams = [.. _upstreams()],
            }), forwarding);
        }
        for (var at = _given.Asking; at < handles.Count; at += 2)
        {
            if (_served.Add(handles[at]))
            {
                _ = _server.AnswerAsync(Borrowed(handles[at]), _end.Token);
                _ = _server.AcceptAsync(Borrowed(handles[at + 1]), _end.Token);
            }
        }
    }

    private static Socket Borrowed(SafeHandle handle) =>
        new(new SafeSocketHandle(handle.DangerousGetHandle(), ownsHandle: false));
}
