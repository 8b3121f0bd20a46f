using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Certificates;

/// <summary>A certificate with those that lead to a root, and its private key, both as PEM.
/// </summary>
public sealed record IssuedCertificate(string Chain, string Key);

/// <summary>Where certificates lie. The simulation has its own beneath the same driver.</summary>
public interface ICertificateHost
{
    /// <summary>Those that Loam wrote and that are in use.</summary>
    Task<ImmutableArray<ObservedCertificate>> LookAsync(CancellationToken cancel);

    /// <summary>This version is written already, and whole.</summary>
    Task<bool> HasAsync(CertificateOrder order, CancellationToken cancel);

    /// <summary>Writes a version beside those that are there: all of it or nothing.</summary>
    Task WriteAsync(
        CertificateOrder order, IssuedCertificate issued, CancellationToken cancel);

    /// <summary>Takes away a version that is not in use.</summary>
    Task DiscardAsync(CertificateOrder order, CancellationToken cancel);

    /// <summary>Certificate and key become those of a version, in one step.</summary>
    /// <param name="version">0: none is in use; the versions stay.</param>
    Task UseAsync(CertificateOrder order, int version, CancellationToken cancel);
}

/// <summary>Signs certificates.</summary>
public interface ICertificateIssuer
{
    /// <param name="progress">What it is at, for people.</param>
    /// <exception cref="HostException">It refuses, or cannot be reached.</exception>
    Task<IssuedCertificate> IssueAsync(
        CertificateOrder order, Action<string> progress, CancellationToken cancel);
}
