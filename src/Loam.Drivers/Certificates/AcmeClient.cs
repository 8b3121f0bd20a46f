using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Certificates;

/// <summary>What an ACME server answered.</summary>
/// <param name="Location">The address of what was made; null: none was given.</param>
internal sealed record AcmeAnswer(JsonObject Body, string? Location, string Text);

/// <summary>Speaks to one ACME directory (RFC 8555): every request but the first two is signed with
/// the account's key (ES256) over a number that is used once.</summary>
internal sealed class AcmeClient(HttpClient http, string directory, ECDsa key)
{
    private const int MostTries = 5;
    private const string BadNonce = "urn:ietf:params:acme:error:badNonce";

    private JsonObject? _directory;
    private string? _nonce;
    private string? _account;

    /// <summary>What proves the account in a challenge: RFC 7638's digest of its key.</summary>
    public string Thumbprint => Base64Url(SHA256.HashData(
        Encoding.ASCII.GetBytes(Key().ToJsonString())));

    /// <summary>Makes the account, or finds it by its key.</summary>
    public async Task OpenAsync(string? email, CancellationToken cancel)
    {
        var body = new JsonObject { ["termsOfServiceAgreed"] = true };
        if (email is not null)
        {
            body["contact"] = new JsonArray(JsonValue.Create($"mailto:{email}"));
        }
        var answer = await PostAsync(await AddressAsync("newAccount", cancel), body, cancel);
        _account = answer.Location ?? throw Odd("gave the account no address");
    }

    /// <param name="what">Its name in the directory.</param>
    public async Task<string> AddressAsync(string what, CancellationToken cancel)
    {
        _directory ??= Parse((await SendAsync(
            new(HttpMethod.Get, directory), cancel)).Text);
        return Text(_directory, what) ?? throw Odd($"has no {what}");
    }

    /// <param name="body">Null: it is only looked at.</param>
    /// <exception cref="HostException">Denied: the server refuses, and why. Unavailable: it cannot
    /// be reached.</exception>
    public async Task<AcmeAnswer> PostAsync(
        string address, JsonObject? body, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            _nonce ??= await NonceAsync(cancel);
            var (status, text, location) = await SendAsync(
                Signed(address, body?.ToJsonString() ?? "", _nonce), cancel);
            var isJson = text.AsSpan().TrimStart() is ['{', ..];
            var answer = isJson ? Parse(text) : [];
            if ((int)status < 300)
            {
                return new(answer, location, text);
            }
            if (Text(answer, "type") != BadNonce || tries == MostTries)
            {
                throw new HostException(
                    (int)status >= 500 ? Fault.Unavailable : Fault.Denied,
                    $"{new Uri(directory).Host} refuses: "
                    + (Text(answer, "detail") ?? $"status {(int)status}").TrimEnd('.') + ".",
                    "Check the domains, and that they point to this machine.");
            }
        }
    }

    public static string? Text(JsonObject where, string name) =>
        where[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static string Base64Url(ReadOnlySpan<byte> bytes) =>
        Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private HttpRequestMessage Signed(string address, string payload, string nonce)
    {
        var head = new JsonObject { ["alg"] = "ES256", ["nonce"] = nonce, ["url"] = address };
        if (_account is null)
        {
            head["jwk"] = Key();
        }
        else
        {
            head["kid"] = _account;
        }
        _nonce = null;
        var (first, second) = (Base64Url(Encoding.UTF8.GetBytes(head.ToJsonString())),
            Base64Url(Encoding.UTF8.GetBytes(payload)));
        var body = new JsonObject
        {
            ["protected"] = first,
            ["payload"] = second,
            ["signature"] = Base64Url(key.SignData(
                Encoding.ASCII.GetBytes($"{first}.{second}"), HashAlgorithmName.SHA256)),
        };
        var content = new StringContent(body.ToJsonString());
        content.Headers.ContentType = new("application/jose+json");
        return new(HttpMethod.Post, address) { Content = content };
    }

    /// <summary>In the order of the names, as the digest wants it.</summary>
    private JsonObject Key()
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            ["crv"] = "P-256", ["kty"] = "EC", ["x"] = Base64Url(point.X!),
            ["y"] = Base64Url(point.Y!),
        };
    }

    private async Task<string> NonceAsync(CancellationToken cancel)
    {
        await SendAsync(
            new(HttpMethod.Head, await AddressAsync("newNonce", cancel)), cancel);
        return _nonce ?? throw Odd("gives no nonce");
    }

    private async Task<(HttpStatusCode Status, string Text, string? Location)> SendAsync(
        HttpRequestMessage request, CancellationToken cancel)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(Limits.RegistryCall);
        try
        {
            using (request)
            using (var answer = await http.SendAsync(request, bounded.Token)
                .ConfigureAwait(false))
            {
                if (answer.Headers.TryGetValues("Replay-Nonce", out var nonces))
                {
                    _nonce = nonces.First();
                }
                return (answer.StatusCode,
                    await answer.Content.ReadAsStringAsync(bounded.Token).ConfigureAwait(false),
                    answer.Headers.Location?.ToString());
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException
            or IOException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new HostException(Fault.Unavailable,
                $"{new Uri(directory).Host} cannot be reached: "
                + $"{e.InnerException?.Message ?? e.Message}",
                "Check the network and the address of the directory.");
        }
    }

    private JsonObject Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw Odd("answers no JSON");
        }
        catch (JsonException)
        {
            throw Odd("answers no JSON");
        }
    }

    private HostException Odd(string what) => new(Fault.Unsupported,
        $"{directory} {what}: it is no ACME directory.", "Check its address.");
}
