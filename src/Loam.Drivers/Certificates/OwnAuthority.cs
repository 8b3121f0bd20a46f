using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Certificates;

/// <summary>This machine's own authority: its root is made when it is first needed, and trusted by
/// whoever installs it. Signs without a network.</summary>
/// <param name="folder">Where root and key lie; root's own.</param>
/// <param name="host">The machine's name, which the root bears.</param>
public sealed class OwnAuthority(string folder, string host, TimeProvider time)
    : ICertificateIssuer
{
    private const int MostBytes = 64 * 1024;
    private const uint Public = 0b110_100_100, Secret = 0b110_000_000;

    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();

    private string RootFile => Path.Combine(folder, "root.pem");
    private string KeyFile => Path.Combine(folder, "root-key.pem");

    /// <summary>The root as PEM; null: it was never needed.</summary>
    public string? Root => AtomicFile.Read(RootFile, MostBytes) is { } bytes
        ? Encoding.ASCII.GetString(bytes) : null;

    public Task<IssuedCertificate> IssueAsync(
        CertificateOrder order, Action<string> progress, CancellationToken cancel)
    {
        lock (_gate)
        {
            using var root = Open();
            return Task.FromResult(Issue(order, root));
        }
    }

    private IssuedCertificate Issue(CertificateOrder order, X509Certificate2 root)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            Named(order.Domains[0]), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], critical: false));
        request.CertificateExtensions.Add(
            new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var domain in order.Domains)
        {
            if (IPAddress.TryParse(domain, out var address))
            {
                names.AddIpAddress(address);
                continue;
            }
            names.AddDnsName(domain);
        }
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        var end = now + Limits.OwnCertificate;
        using var signed = request.Create(root, now - s_skew,
            end < root.NotAfter ? end : root.NotAfter, Serial());
        return new(signed.ExportCertificatePem() + "\n" + root.ExportCertificatePem() + "\n",
            key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private X509Certificate2 Open()
    {
        if (Root is { } pem && AtomicFile.Read(KeyFile, MostBytes) is { } bytes)
        {
            try
            {
                var root = X509Certificate2.CreateFromPem(pem, Encoding.ASCII.GetString(bytes));
                if (root.NotAfter > (time.GetUtcNow() + Limits.OwnCertificate).LocalDateTime)
                {
                    return root;
                }
                root.Dispose();
            }
            catch (CryptographicException)
            {
                throw new HostException(Fault.Conflict,
                    $"{RootFile} and {KeyFile} are not a certificate and its key.",
                    "Restore them from a backup; or remove both, and a new root is made, which "
                    + "must be trusted anew.");
            }
        }
        return Make();
    }

    private X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            Named($"Loam on {host}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(
            new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        var root = request.CreateSelfSigned(now - s_skew, now + Limits.OwnRoot);
        Directory.CreateDirectory(folder,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // The key first: a root without its key would be thrown away at the next look.
        AtomicFile.Write(
            KeyFile, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), Secret);
        AtomicFile.Write(
            RootFile, Encoding.ASCII.GetBytes(root.ExportCertificatePem() + "\n"), Public);
        return root;
    }

    private static X500DistinguishedName Named(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        // The field has room for 64 characters; programs look at the alternative names.
        builder.AddCommonName(name.Length > 64 ? name[..64] : name);
        return builder.Build();
    }

    /// <summary>Positive, and not to be guessed.</summary>
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40);
        return serial;
    }
}
