using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using Loam.Api;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Mind.Files;
using Loam.Mind.Gateway;
using Loam.Mind.Gateway.Asking;
using Loam.Mind.Gateway.Spending;
using Loam.Mind.Thinking;

namespace Loam.MindHost;

/// <summary>The models that can be asked now. Made anew when their settings change; what was spent
/// is remembered.</summary>
/// <param name="home">The mind's own folder.</param>
internal sealed class Models(string home, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly PrivateAsking _asking = new();
    private readonly ResponseCache _cache = new(time, Limits.MindRecall);
    private Budget? _budget;
    private byte[] _known = [];
    private GatewayInUse? _current;

    public PrivateAsking Asking => _asking;

    /// <summary>For what the daemon says now.</summary>
    /// <param name="use">Given back when nothing is asked any more.</param>
    public ModelGateway Of(MindModels given, out IDisposable use)
    {
        var said = JsonSerializer.SerializeToUtf8Bytes(given, ApiJson.Default.MindModels);
        lock (_gate)
        {
            if (_current is null || !said.AsSpan().SequenceEqual(_known))
            {
                var former = _current;
                (_current, _known) = (Make(given, former?.Gateway), said);
                former?.Retire();
            }
            use = _current.Take();
            return _current.Gateway;
        }
    }

    private GatewayInUse Make(MindModels given, ModelGateway? former)
    {
        var held = given.Environment.Over(given.Settings);
        var setup = ModelSetup.Of(held, given.Environment,
            name => given.Keys.GetValueOrDefault(name), model => DoorOf(model, given),
            PriceTable.Own(), time);
        _budget ??= Budget.In(new OwnFolder(home), held.Budget, time);
        _budget.Limits = held.Budget;
        return new(new(setup.Models, new(held.CloudEnabled, _budget, _cache, setup.Incomplete,
            _asking.PrepareAsync, Random.Shared.NextDouble), time, former), setup);
    }

    /// <summary>The way to an endpoint: the one socket that leads there, and no other.</summary>
    private static SocketsHttpHandler DoorOf(LlmModel model, MindModels given)
    {
        var place = model.Endpoint is { } url ? $"{url.Host}:{url.Port}"
            : given.Local;
        return new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            ConnectCallback = async (_, cancel) =>
            {
                if (!given.Doors.TryGetValue(place, out var door))
                {
                    throw new HttpRequestException($"There is no way to {place}.");
                }
                var socket = new Socket(
                    AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(door), cancel)
                        .ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
    }
}
