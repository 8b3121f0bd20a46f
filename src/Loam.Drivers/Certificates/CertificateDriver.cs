using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Certificates;

/// <summary>Certificates: obtained beside the one in use, and put in its place in one step.
/// </summary>
public sealed class CertificateDriver(
    ICertificateHost host, IReadOnlyDictionary<CertificateProvider, ICertificateIssuer> issuers)
    : IDriver
{
    public IReadOnlySet<ActionKind> Performs { get; } = new HashSet<ActionKind>
    {
        ActionKind.ObtainCertificate, ActionKind.DiscardCertificate, ActionKind.UseCertificate,
    };

    public async Task<ObservedState> ObserveAsync(
        ObservedState soFar, CancellationToken cancel) =>
        soFar with { Certificates = await host.LookAsync(cancel) };

    public async Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        var change = action.Certificate;
        Invariant.Require(change is not null, "an action on a certificate names none");
        switch (action.Kind)
        {
            case ActionKind.ObtainCertificate:
                await ObtainAsync(change.Order, progress, cancel);
                break;
            case ActionKind.DiscardCertificate:
                await host.DiscardAsync(change.Order, cancel);
                break;
            case ActionKind.UseCertificate:
                await host.UseAsync(change.Order, change.After, cancel);
                break;
            default:
                throw new InvariantException($"the certificate driver does not {action.Kind}");
        }
    }

    /// <summary>Asked again, it is not issued again.</summary>
    private async Task ObtainAsync(CertificateOrder order,
        Action<long, long?, string?> progress, CancellationToken cancel)
    {
        if (await host.HasAsync(order, cancel))
        {
            return;
        }
        Invariant.Require(issuers.TryGetValue(order.Provider, out var issuer),
            $"nobody issues certificates of {order.Provider}");
        var issued = await issuer.IssueAsync(order, said => progress(0, null, said), cancel);
        await host.WriteAsync(order, issued, cancel);
    }
}
