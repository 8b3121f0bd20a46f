using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>Who signs a certificate.</summary>
public enum CertificateProvider
{
    /// <summary>This machine's own authority.</summary>
    Own,
    /// <summary>An ACME directory.</summary>
    Acme,
}

/// <summary>What is agreed with an ACME directory.</summary>
/// <param name="Directory">Its address.</param>
/// <param name="Email">Where it sends warnings; null: nowhere.</param>
/// <param name="ByDns">A record proves the domain, otherwise an answer on port 80.</param>
/// <param name="Hook">The program that sets the record, and its first arguments.</param>
public sealed record AcmeTerms(
    string Directory, string? Email, bool ByDns, ImmutableArray<string> Hook)
{
    private const string LetsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

    internal static AcmeTerms Of(MapValue spec) => new(
        spec.Text("provider") == "acme" ? spec.Text("directory")! : LetsEncrypt,
        spec.Text("email"), spec.Text("challenge") == "dns", spec.Texts("dns_hook"));
}

/// <summary>A declared certificate, normalised.</summary>
/// <param name="Path">Directory it is written to; null: one of Loam's own.</param>
/// <param name="RenewBefore">How long before its end it is renewed; null: never.</param>
/// <param name="UsedBy">Services that are restarted when it is there or renewed.</param>
public sealed record Certificate(
    string Name, ImmutableArray<string> Domains, CertificateProvider Provider, string? Path,
    TimeSpan? RenewBefore, ImmutableArray<string> UsedBy)
{
    /// <summary>Null: the machine's own authority signs.</summary>
    public AcmeTerms? Acme { get; init; }

    /// <param name="spec">A certificate of a security.yaml without errors.</param>
    internal static Certificate Of(string name, MapValue spec) => new(name, spec.Texts("domains"),
        spec.Text("provider") == "self-signed" ? CertificateProvider.Own
            : CertificateProvider.Acme, spec.Text("path"),
        spec.Flag("auto_renew") == false ? null
            : TimeSpan.FromDays((double)(spec.Number("renew_before_days") ?? 30)),
        spec.Texts("used_by"))
        {
            Acme = spec.Text("provider") == "self-signed" ? null : AcmeTerms.Of(spec),
        };
}

/// <summary>What is to be issued: all that goes into the certificate itself.</summary>
/// <param name="Folder">Where it is written.</param>
/// <param name="Version">Counts up with each that is issued; it names the files of this one.
/// </param>
public sealed record CertificateOrder(
    string Name, ImmutableArray<string> Domains, CertificateProvider Provider, string Folder,
    int Version)
{
    public AcmeTerms? Acme { get; init; }

    /// <summary>What is wanted, whatever its version: equal for a renewal.</summary>
    public string Wish() =>
        $"{Name} {string.Join(',', Domains)} {Provider} {Folder} {Acme?.Directory}";
}

/// <param name="Before">The version in use; 0: none.</param>
/// <param name="After">The version to be used; 0: none, the files are left alone.</param>
public sealed record CertificateChange(CertificateOrder Order, int Before, int After)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Order.Wish()} {Order.Version} {Before}>{After} "
        + $"{Order.Acme?.Email} {Order.Acme?.ByDns} {string.Join('|', Order.Acme?.Hook ?? [])}");
}

/// <summary>A certificate that Loam wrote, as it lies on the disk.</summary>
/// <param name="Order">What was ordered.</param>
/// <param name="Fault">What is wrong with the files, as a sentence; null: nothing.</param>
public sealed record ObservedCertificate(
    CertificateOrder Order, DateTimeOffset From, DateTimeOffset Until, string Serial,
    string Issuer, string? Fault);
