using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Certificates;

/// <summary>Certificates of an ACME directory such as Let's Encrypt. The account's key is the
/// machine's own and one for all directories.</summary>
/// <param name="folder">Where that key lies; root's own.</param>
/// <param name="answers">By http and by dns.</param>
public sealed class AcmeIssuer(string folder, HttpClient http, IAcmeAnswer byHttp,
    Func<CertificateOrder, IAcmeAnswer> byDns, TimeProvider time) : ICertificateIssuer
{
    private const int MostBytes = 64 * 1024;
    private const uint Secret = 0b110_000_000;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);

    public async Task<IssuedCertificate> IssueAsync(
        CertificateOrder order, Action<string> progress, CancellationToken cancel)
    {
        Invariant.Require(order.Acme is not null, "an order by ACME names no directory");
        // One after the other: there is one port 80.
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            using var key = AccountKey();
            var client = new AcmeClient(http, order.Acme.Directory, key);
            await client.OpenAsync(order.Acme.Email, cancel);
            return await IssueAsync(client, order, progress, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<IssuedCertificate> IssueAsync(AcmeClient client, CertificateOrder order,
        Action<string> progress, CancellationToken cancel)
    {
        var names = order.Domains.Select(d => (JsonNode)new JsonObject
        {
            ["type"] = "dns", ["value"] = d,
        });
        var made = await client.PostAsync(await client.AddressAsync("newOrder", cancel),
            new() { ["identifiers"] = new JsonArray([.. names]) }, cancel);
        var place = made.Location ?? throw Failed("the order has no address");
        foreach (var proof in (made.Body["authorizations"] as JsonArray ?? []).ToArray())
        {
            await ProveAsync(client, order, proof!.GetValue<string>(), progress, cancel);
        }
        progress("the certificate is made");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await client.PostAsync(AcmeClient.Text(made.Body, "finalize")
            ?? throw Failed("the order cannot be finished"), new()
            {
                ["csr"] = AcmeClient.Base64Url(Request(order, key)),
            }, cancel);
        var done = await UntilAsync(client, place, "valid", cancel);
        var chain = await client.PostAsync(AcmeClient.Text(done, "certificate")
            ?? throw Failed("the order names no certificate"), null, cancel);
        return new(chain.Text, key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Shows that one domain is this machine's.</summary>
    private async Task ProveAsync(AcmeClient client, CertificateOrder order, string proof,
        Action<string> progress, CancellationToken cancel)
    {
        var wanted = (await client.PostAsync(proof, null, cancel)).Body;
        if (AcmeClient.Text(wanted, "status") == "valid")
        {
            return;
        }
        var domain = AcmeClient.Text((JsonObject)wanted["identifier"]!, "value")!;
        progress($"{domain} is shown to be this machine's");
        var sort = order.Acme!.ByDns ? "dns-01" : "http-01";
        var challenge = (wanted["challenges"] as JsonArray ?? []).OfType<JsonObject>()
            .FirstOrDefault(c => AcmeClient.Text(c, "type") == sort)
            ?? throw Failed($"{domain} cannot be proved by {sort}");
        var words = $"{AcmeClient.Text(challenge, "token")}.{client.Thumbprint}";
        var answer = order.Acme.ByDns ? byDns(order) : byHttp;
        await using var given = await answer.GiveAsync(domain, order.Acme.ByDns
            ? AcmeClient.Base64Url(SHA256.HashData(Encoding.ASCII.GetBytes(words))) : words,
            cancel);
        await client.PostAsync(AcmeClient.Text(challenge, "url")!, [], cancel);
        await UntilAsync(client, proof, "valid", cancel);
    }

    /// <summary>Looks until it is so.</summary>
    private async Task<JsonObject> UntilAsync(
        AcmeClient client, string address, string status, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var now = (await client.PostAsync(address, null, cancel)).Body;
            var said = AcmeClient.Text(now, "status");
            if (said == status)
            {
                return now;
            }
            if (said is "invalid" or "expired" or "revoked" or "deactivated"
                || time.GetElapsedTime(began) > Limits.AcmeProof)
            {
                throw Failed(Why(now) ?? $"it stays {said}");
            }
            await Task.Delay(s_pause, time, cancel);
        }
    }

    private static string? Why(JsonObject answer) =>
        (answer["challenges"] as JsonArray ?? []).OfType<JsonObject>().Append(answer)
            .Select(c => c["error"] as JsonObject).OfType<JsonObject>()
            .Select(e => AcmeClient.Text(e, "detail")).FirstOrDefault(d => d is not null);

    private static byte[] Request(CertificateOrder order, ECDsa key)
    {
        var request = new CertificateRequest(
            new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var domain in order.Domains)
        {
            names.AddDnsName(domain);
        }
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequest();
    }

    private ECDsa AccountKey()
    {
        var file = Path.Combine(folder, "account-key.pem");
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (AtomicFile.Read(file, MostBytes) is { } bytes)
        {
            key.ImportFromPem(Encoding.ASCII.GetString(bytes));
            return key;
        }
        Directory.CreateDirectory(folder,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AtomicFile.Write(
            file, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), Secret);
        return key;
    }

    private static HostException Failed(string why) => new(Fault.Denied,
        $"The certificate was not issued: {why.TrimEnd('.')}.",
        "Check that the domains point to this machine and that port 80 is open to everyone, or "
        + "write `challenge: dns`.");
}
