using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Certificates;

namespace Loam.Simulation.Host;

/// <summary>Certificates in memory: versions by directory, and which of them is in use.</summary>
public sealed class SimulatedCertificates(TimeProvider time) : ICertificateHost, ICertificateIssuer
{
    private static readonly TimeSpan s_lasts = TimeSpan.FromDays(90);

    private readonly SortedDictionary<string, (CertificateOrder Order, DateTimeOffset From)>
        _versions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CertificateOrder> _inUse =
        new(StringComparer.Ordinal);
    private int _issued;

    /// <summary>Hooks before and after each call, given its name.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>Everything in use, as one text.</summary>
    public string Snapshot() => string.Join('\n', _inUse.Values.Select(o =>
        $"{o.Wish()} v{o.Version} {_versions.ContainsKey(Key(o, o.Version))}"));

    /// <summary>How many versions lie there.</summary>
    public int Count => _versions.Count;

    public async Task<ImmutableArray<ObservedCertificate>> LookAsync(CancellationToken cancel)
    {
        await Before("look at certificates");
        return [.. _inUse.Values.Select(Look)];
    }

    public Task<bool> HasAsync(CertificateOrder order, CancellationToken cancel) =>
        Task.FromResult(_versions.TryGetValue(Key(order, order.Version), out var there)
            && there.Order.Wish() == order.Wish()
            && time.GetUtcNow() - there.From < TimeSpan.FromHours(1));

    public async Task<IssuedCertificate> IssueAsync(
        CertificateOrder order, Action<string> progress, CancellationToken cancel)
    {
        await Before($"certificate order {order.Name}");
        return new($"{++_issued}", "key");
    }

    public Task WriteAsync(
        CertificateOrder order, IssuedCertificate issued, CancellationToken cancel) =>
        DoAsync($"certificate write {order.Name}",
            () => _versions[Key(order, order.Version)] = (order, time.GetUtcNow()));

    public Task DiscardAsync(CertificateOrder order, CancellationToken cancel) =>
        DoAsync($"certificate discard {order.Name}", () =>
        {
            if (!_inUse.TryGetValue(order.Name, out var used) || used.Version != order.Version
                || used.Folder != order.Folder)
            {
                _versions.Remove(Key(order, order.Version));
            }
        });

    public Task UseAsync(CertificateOrder order, int version, CancellationToken cancel) =>
        DoAsync($"certificate use {order.Name}", () =>
        {
            if (version == 0)
            {
                _inUse.Remove(order.Name);
                return;
            }
            if (!_versions.TryGetValue(Key(order, version), out var there))
            {
                throw new HostException(Fault.NotFound, $"{Key(order, version)} is gone.");
            }
            _inUse[order.Name] = there.Order;
        });

    private ObservedCertificate Look(CertificateOrder order)
    {
        var from = _versions[Key(order, order.Version)].From;
        return new(order, from, from + s_lasts, "1", "simulated", null);
    }

    private static string Key(CertificateOrder order, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{order.Folder}/v{version}");

    private async Task DoAsync(string call, Action act)
    {
        await Before(call);
        act();
        await After(call);
    }
}
