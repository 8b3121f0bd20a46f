using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loam.Core;
using Loam.Core.Messaging;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Messages;

/// <param name="Words">What the other side said, or why it could not be asked. No secret.</param>
public sealed record SendAnswer(bool IsGood, string Words)
{
    /// <summary>The same message will never be taken: another try is in vain.</summary>
    public bool IsFinal { get; init; }
}

/// <summary>Sends one message to one notifier, and says what the other side answered.</summary>
/// <param name="reveal">Plaintext of a secret by its name.</param>
/// <param name="host">This machine's name, for people.</param>
public sealed class MessageSender(Func<string, string> reveal, Func<string> host) : IDisposable
{
    private const int MostOfAnswer = 300;
    private const int TooEarly = 425;

    /// <summary>Discord takes 2000 characters, ntfy 4096 bytes.</summary>
    private const int MostOfText = 1300;

    // A redirect could carry a token to another host.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        Timeout = Limits.MessageTry,
    };

    public void Dispose() => _http.Dispose();

    public async Task<SendAnswer> SendAsync(
        Notifier to, Message message, CancellationToken cancel)
    {
        var used = new List<string>();
        string Reveal(string name)
        {
            var value = reveal(name);
            used.Add(value);
            return value;
        }
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(Limits.MessageTry);
        SendAnswer answer;
        try
        {
            var secret = to.Secret is { } name ? Reveal(name).Trim() : null;
            answer = to.Type == NotifierType.Email
                ? new(true, await MailAsync(to, secret, message, bounded.Token)
                    .ConfigureAwait(false))
                : await PostAsync(to, SecretReferences.Fill(to.Url!, Reveal).Trim(), secret,
                    message, bounded.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            answer = new(false, $"no answer within {Limits.MessageTry.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException
            or SmtpException or AuthenticationException or FormatException
            or System.Net.Sockets.SocketException or Core.Reconciling.HostException
            or InvalidOperationException or NotSupportedException or ArgumentException
            or KeyNotFoundException)
        {
            // Formats and schemes: a secret may hold any text, also one that is no address.
            // The library's own words about a certificate are keys of texts that are not shipped.
            answer = new(false, (error as AuthenticationException
                ?? error.InnerException as AuthenticationException) is { } distrust
                ? "its certificate is not for this name, or not one that this machine trusts "
                    + $"({distrust.Message.Split(", ")[^1].TrimEnd('.')})" : error.Message)
            {
                IsFinal = error is SmtpException { IsFinal: true } or FormatException
                    or NotSupportedException,
            };
        }
        var words = used.Where(u => u.Length > 0).OrderByDescending(u => u.Length)
            .Aggregate(answer.Words, (w, u) => w.Replace(u.Trim(), "***"));
        return answer with { Words = OneLine(words) };
    }

    private async Task<string> MailAsync(
        Notifier to, string? secret, Message message, CancellationToken cancel)
    {
        var recipients = to.To!.Split(',', StringSplitOptions.TrimEntries);
        var colon = secret?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        (string User, string Password)? login = secret is null ? null
            : colon > 0 ? (secret[..colon], secret[(colon + 1)..]) : (recipients[0], secret);
        var from = login?.User.Contains('@') == true ? login.Value.User : recipients[0];
        var (server, port) = to.Server;
        var text = Mail.Text(from, recipients, host(), Title(message), Body(message), message.At);
        return await SmtpSession.SendAsync(server, port, login, from, recipients, text, cancel)
            .ConfigureAwait(false);
    }

    private async Task<SendAnswer> PostAsync(Notifier to, string url, string? secret,
        Message message, CancellationToken cancel)
    {
        var place = new Uri(url);
        var topic = place.AbsolutePath.TrimEnd('/');
        var cut = topic.LastIndexOf('/');
        var isNtfy = to.Type == NotifierType.Ntfy;
        using var request = new HttpRequestMessage(HttpMethod.Post,
            isNtfy ? new Uri(place, topic[..(cut + 1)]) : place);
        request.Content = new ByteArrayContent(isNtfy
            ? JsonSerializer.SerializeToUtf8Bytes(new NtfyMessage(topic[(cut + 1)..],
                Title(message), Bounded(Body(message)), message.IsAlert ? 4 : 3),
                MessageJson.Default.NtfyMessage)
            : JsonSerializer.SerializeToUtf8Bytes(new HookMessage(
                host(), message.Type, message.Name, message.IsAlert ? "alert" : "notice",
                message.At, Title(message), Short(message), Short(message)),
                MessageJson.Default.HookMessage))
        {
            Headers = { ContentType = new("application/json") { CharSet = "utf-8" } },
        };
        if (secret is not null)
        {
            request.Headers.Authorization = secret.Contains(':')
                ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)))
                : new AuthenticationHeaderValue("Bearer", secret);
        }
        request.Headers.UserAgent.Add(new("loam", null));
        using var response = await _http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        var said = await BeginningAsync(response.Content, cancel).ConfigureAwait(false);
        var status = string.Create(CultureInfo.InvariantCulture,
            $"HTTP {(int)response.StatusCode} {response.ReasonPhrase}").Trim();
        return new(response.IsSuccessStatusCode,
            said.Trim().Length == 0 ? status : $"{status}: {said}")
        {
            // Redirects, which are not followed, and what the other side holds against the message.
            IsFinal = (int)response.StatusCode is >= 300 and < 500
                and not ((int)HttpStatusCode.RequestTimeout or TooEarly
                    or (int)HttpStatusCode.TooManyRequests),
        };
    }

    /// <summary>However long the words are: a message that was taken is not sent again.</summary>
    private static async Task<string> BeginningAsync(HttpContent content, CancellationToken cancel)
    {
        var buffer = new byte[8 * 1024];
        using var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var read = await stream.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }

    private string Title(Message message) => $"{host()}: {message.Text}";

    private static string Body(Message message) => message.Detail ?? "";

    private string Short(Message message) =>
        Bounded($"{Title(message)}\n{Body(message)}".Trim());

    /// <summary>What is longer is refused, each time anew, and holds up all that comes after it.
    /// </summary>
    private static string Bounded(string text) =>
        text.Length <= MostOfText ? text : text[..(MostOfText - 1)] + "…";

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null,
            StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MostOfAnswer ? line : line[..MostOfAnswer] + "…";
    }
}

/// <summary>What a webhook gets. <paramref name="Text"/> and <paramref name="Content"/> are what
/// Slack, Mattermost and Discord show.</summary>
internal sealed record HookMessage(string Host, string Type, string? Name, string Level,
    DateTimeOffset At, string Title, string Text, string Content);

/// <summary>https://docs.ntfy.sh/publish/#publish-as-json</summary>
internal sealed record NtfyMessage(string Topic, string Title, string Message, int Priority);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HookMessage))]
[JsonSerializable(typeof(NtfyMessage))]
internal sealed partial class MessageJson : JsonSerializerContext;
