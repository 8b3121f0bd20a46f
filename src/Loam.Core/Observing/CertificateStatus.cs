using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>How a certificate is.</summary>
public enum CertificateHealth { Good, Due, Ended, Broken, Missing }

/// <summary>A certificate as people ask about one.</summary>
/// <param name="Until">Its end; null: there is none.</param>
/// <param name="Detail">What is wrong, as a sentence; null: nothing.</param>
public sealed record CertificateStatus(
    string Name, ImmutableArray<string> Domains, CertificateHealth Health, string Issuer,
    DateTimeOffset? Until, string Folder, ImmutableArray<string> UsedBy, string? Detail)
{
    internal static ImmutableArray<CertificateStatus> All(
        DesiredState desired, ObservedState seen) =>
        [
            .. desired.Certificates.Values.Select(c => Of(c,
                seen.Certificates.FirstOrDefault(s => s.Order.Name == c.Name), seen.ObservedAt)),
        ];

    private static CertificateStatus Of(
        Certificate wanted, ObservedCertificate? seen, DateTimeOffset now)
    {
        var (health, detail) = seen switch
        {
            null => (CertificateHealth.Missing, "It is not there: `loam heal` issues it."),
            { Fault: { } fault } => (CertificateHealth.Broken, fault),
            _ when seen.Until <= now => (CertificateHealth.Ended, "It has ended."),
            _ when CertificateSteps.IsDue(wanted, seen, now) =>
                (CertificateHealth.Due, "It is time to renew it."),
            _ => (CertificateHealth.Good, (string?)null),
        };
        return new(wanted.Name, wanted.Domains, health, seen?.Issuer ?? "",
            seen is { Fault: null } ? seen.Until : null,
            seen?.Order.Folder ?? wanted.Path ?? "", wanted.UsedBy, detail);
    }
}
