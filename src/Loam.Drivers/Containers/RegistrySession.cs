using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Questions about one repository at one registry, signed in as the registry asks for
/// it: not at all, with the password, or with a token.
/// https://distribution.github.io/distribution/spec/auth/token/</summary>
internal sealed partial class RegistrySession(
    HttpClient http, RegistryEndpoint endpoint, ImageReference image, RegistryLogin? login)
{
    private AuthenticationHeaderValue? _authorization;

    public string Name => endpoint.IsMirror ? $"mirror {endpoint.Name}" : image.Registry;

    public bool HasLogin => login is not null;

    /// <param name="path">Below the repository: <c>manifests/1.27</c>.</param>
    /// <exception cref="HostException">Unavailable, Timeout or Denied: no answer.</exception>
    public async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(
        string path, string[] accept, CancellationToken cancel)
    {
        var address = new Uri(endpoint.Address, $"v2/{image.Repository}/{path}");
        using var first = await SendAsync(address, _authorization, accept, cancel)
            .ConfigureAwait(false);
        if (first.StatusCode == HttpStatusCode.Unauthorized && _authorization is null
            && await SignInAsync(first.Headers.WwwAuthenticate, cancel).ConfigureAwait(false))
        {
            using var second = await SendAsync(address, _authorization, accept, cancel)
                .ConfigureAwait(false);
            return (second.StatusCode, await BodyAsync(second, cancel).ConfigureAwait(false));
        }
        return (first.StatusCode, await BodyAsync(first, cancel).ConfigureAwait(false));
    }

    /// <summary>The bytes of a blob, from one of them on.</summary>
    /// <param name="path">Below the repository.</param>
    /// <exception cref="HostException">It does not give them.</exception>
    public async Task<Stream> OpenAsync(string path, long from, CancellationToken cancel)
    {
        var address = new Uri(endpoint.Address, $"v2/{image.Repository}/{path}");
        var response = await BeginAsync(address, _authorization, [], from, cancel)
            .ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized
            && await SignInAsync(response.Headers.WwwAuthenticate, cancel).ConfigureAwait(false))
        {
            response.Dispose();
            response = await BeginAsync(address, _authorization, [], from, cancel)
                .ConfigureAwait(false);
        }
        try
        {
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
            {
                throw response.StatusCode == HttpStatusCode.NotFound
                    ? new HostException(Fault.NotFound,
                        $"The registry {Name} lacks a part of {image.Short}.", "")
                    : RegistryClient.Refusal(response.StatusCode, this, image);
            }
            var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                // It gives all or nothing.
                await SkipAsync(stream, from, cancel).ConfigureAwait(false);
            }
            return stream;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task SkipAsync(Stream stream, long bytes, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        while (bytes > 0)
        {
            var read = await stream.ReadAsync(
                buffer.AsMemory(0, (int)Math.Min(bytes, buffer.Length)), cancel)
                .ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }
            bytes -= read;
        }
    }

    private async Task<bool> SignInAsync(
        HttpHeaderValueCollection<AuthenticationHeaderValue> challenges, CancellationToken cancel)
    {
        foreach (var challenge in challenges)
        {
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                var token = await TokenAsync(challenge.Parameter ?? "", cancel)
                    .ConfigureAwait(false);
                _authorization = token is null ? null : new("Bearer", token);
                return token is not null;
            }
            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
                && login is not null)
            {
                _authorization = Basic(login);
                return true;
            }
        }
        return false;
    }

    private async Task<string?> TokenAsync(string challenge, CancellationToken cancel)
    {
        var fields = Fields().Matches(challenge)
            .GroupBy(m => m.Groups["key"].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(
                g => g.Key, g => g.First().Groups["value"].Value,
                StringComparer.OrdinalIgnoreCase);
        // A password goes over plain HTTP only to this machine.
        if (!Uri.TryCreate(fields.GetValueOrDefault("realm"), UriKind.Absolute, out var realm)
            || (realm.Scheme != "https"
                && (login is not null || endpoint.Address.Scheme != "http")
                && !(realm.Scheme == "http" && RegistryEndpoint.IsLoopback(realm))))
        {
            return null;
        }
        var scope = fields.GetValueOrDefault("scope", $"repository:{image.Repository}:pull");
        var query = $"scope={Uri.EscapeDataString(scope)}";
        if (fields.TryGetValue("service", out var service))
        {
            query += $"&service={Uri.EscapeDataString(service)}";
        }
        var address = new UriBuilder(realm)
        {
            Query = realm.Query.Length > 1 ? $"{realm.Query[1..]}&{query}" : query,
        }.Uri;
        using var response = await SendAsync(
            address, login is null ? null : Basic(login), [], cancel).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return null;
        }
        try
        {
            var body = await BodyAsync(response, cancel).ConfigureAwait(false);
            var answer = JsonSerializer.Deserialize(body, RegistryJson.Default.WireToken);
            var token = answer?.Token ?? answer?.AccessToken;
            return token?.All(c => c is > ' ' and < '\x7f') == true ? token : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task<HttpResponseMessage> SendAsync(
        Uri address, AuthenticationHeaderValue? authorization, string[] accept,
        CancellationToken cancel) =>
        BeginAsync(address, authorization, accept, from: null, cancel);

    /// <param name="from">Only the head is awaited, of bytes from this on; null: the whole.
    /// </param>
    private async Task<HttpResponseMessage> BeginAsync(
        Uri address, AuthenticationHeaderValue? authorization, string[] accept, long? from,
        CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = authorization;
        request.Headers.UserAgent.Add(new("loam", null));
        foreach (var type in accept)
        {
            request.Headers.Accept.Add(new(type));
        }
        try
        {
            if (from > 0)
            {
                request.Headers.Range = new(from, null);
            }
            return await http.SendAsync(request, from is null
                ? HttpCompletionOption.ResponseContentRead
                : HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new HostException(
                Fault.Timeout,
                $"The registry {Name} did not answer within "
                + $"{Limits.RegistryCall.TotalSeconds:0} s.", "Check the network.");
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(error);
        }
    }

    private HostException Unreachable(HttpRequestException error) => error.InnerException switch
    {
        AuthenticationException => new(
            Fault.Denied, $"The certificate of the registry {Name} is not trusted.",
            "Check the address and this machine's clock, or install the certificate's issuer."),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Silent("refused"),
        SocketException
        {
            SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain
                or SocketError.NoData or SocketError.NoRecovery,
        } => Silent("its name is not known"),
        _ when error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded => new(
            Fault.Unsupported, $"The registry {Name} answered more than it should.",
            "Check that the address is a registry's."),
        _ => Silent("no connection"),
    };

    private HostException Silent(string reason) => new(
        Fault.Unavailable, $"The registry {Name} cannot be reached ({reason}).",
        "Check the network. An image that the engine already has can be used without it.");

    private static async Task<byte[]> BodyAsync(
        HttpResponseMessage response, CancellationToken cancel) =>
        await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);

    private static AuthenticationHeaderValue Basic(RegistryLogin login) => new(
        "Basic",
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.Username}:{login.Password}")));

    [GeneratedRegex("""(?<key>[A-Za-z_]+)\s*=\s*("(?<value>[^"]*)"|(?<value>[^\s,"]+))""")]
    private static partial Regex Fields();
}
