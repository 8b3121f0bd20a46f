using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Supervision;

/// <summary>Renews certificates in time. <c>auto_renew</c> is the approval; the change is a healing
/// of that one certificate and goes back like any other when a service does not come up with it.
/// </summary>
internal sealed class CertificateWatch(Machine machine, EventLog events, TimeProvider time)
{
    private const string How = "auto_renew";

    private readonly Dictionary<string, DateTimeOffset> _notBefore = [];
    private readonly Dictionary<string, DateTimeOffset> _ending = [];

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(Limits.CertificatePause, time, stop);
            try
            {
                await RenewAsync(stop);
            }
            catch (HostException fault)
            {
                events.Add(new(0, time.GetUtcNow(), "certificate.unseen")
                {
                    Error = fault.Message,
                });
            }
        }
    }

    private async Task RenewAsync(CancellationToken stop)
    {
        if (machine.Desired.Certificates.IsEmpty || machine.IsBusy)
        {
            return;
        }
        var now = time.GetUtcNow();
        var all = (await machine.InventoryAsync(stop)).Certificates;
        TellOfEnds(all, now);
        foreach (var one in all.Where(c =>
            c.Health is CertificateHealth.Due or CertificateHealth.Ended
            && machine.Desired.Certificates.GetValueOrDefault(c.Name)?.RenewBefore is not null
            && _notBefore.GetValueOrDefault(c.Name) <= now))
        {
            var error = await RenewAsync(one.Name, now, stop);
            if (error is null)
            {
                _notBefore.Remove(one.Name);
            }
            else
            {
                _notBefore[one.Name] = now + Limits.CertificateRetry;
            }
            events.Add(new(0, time.GetUtcNow(),
                error is null ? "certificate.renewed" : "certificate.failed")
            {
                Name = one.Name,
                Error = error,
                Message = error is null ? $"Certificate {one.Name} was renewed."
                    : $"Certificate {one.Name} could not be renewed; it is tried again in "
                        + $"{Limits.CertificateRetry.TotalMinutes:0} minutes.",
            });
        }
    }

    /// <summary>Each end once: nobody renews it, or renewing it has not worked for long.</summary>
    private void TellOfEnds(IEnumerable<CertificateStatus> all, DateTimeOffset now)
    {
        foreach (var one in all)
        {
            var days = (one.Until - now)?.TotalDays ?? double.MaxValue;
            var renewal = machine.Desired.Certificates.GetValueOrDefault(one.Name)?.RenewBefore;
            var limit = renewal is { } before && before / 2 < Limits.CertificateTold
                ? before / 2 : Limits.CertificateTold;
            if (days > limit.TotalDays || _ending.GetValueOrDefault(one.Name) == one.Until)
            {
                continue;
            }
            _ending[one.Name] = one.Until!.Value;
            events.Add(new(0, now, "certificate.expiring")
            {
                Name = one.Name,
                Message = days <= 0 ? $"Certificate {one.Name} has ended."
                    : $"Certificate {one.Name} ends on {one.Until:yyyy-MM-dd}.",
                Error = renewal is null
                    ? "It is not renewed by itself (auto_renew: false); `loam heal` renews it."
                    : "Renewing it has not worked; `loam check certs` says why.",
            });
        }
    }

    /// <returns>Why not; null: it was.</returns>
    private async Task<string?> RenewAsync(
        string name, DateTimeOffset now, CancellationToken stop)
    {
        var id = new ResourceId(ResourceKind.Certificate, name);
        var change = await machine.PlanAsync(
            new(ChangeKind.Heal, $"renewal of certificate {name}") { Names = [id.ToString()] },
            stop);
        if (!change.CanApply || change.IsNothing)
        {
            return change.Findings.FirstOrDefault(f => f.IsError)?.Message;
        }
        var result = await machine.ApplyAsync(change, new("loam", How, now,
            now + Limits.PlanLifetime, change.Plan!.Digest, []), _ => { }, stop);
        return result.Status is ApplyStatus.Applied or ApplyStatus.Nothing ? null
            : result.Error ?? "It did not come about.";
    }
}
