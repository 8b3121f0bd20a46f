using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers;

/// <summary>What engines say when they refuse, as faults and sentences.</summary>
internal static partial class EngineErrors
{
    private const int LongestMessage = 600;

    /// <summary>Words in an engine's message that decide the fault when its status does not. The
    /// first match counts; engines answer 500 to nearly everything.</summary>
    private static readonly (string Words, Fault Fault, string Remedy)[] Signs =
    [
        ("no space left on device", Fault.Exhausted,
            "Free some space on the disk, or remove unused images."),
        ("disk quota exceeded", Fault.Exhausted, "Free some space, or raise the quota."),
        ("could not find an available", Fault.Exhausted,
            "Every address range for networks is taken: remove unused networks."),
        ("all predefined address pools", Fault.Exhausted,
            "Every address range for networks is taken: remove unused networks."),
        ("pool overlaps with other one", Fault.Conflict, "Choose another subnet."),
        ("subnet is already used", Fault.Conflict, "Choose another subnet."),
        ("is taken on this host", Fault.Conflict, "Choose another host port."),
        ("has active endpoints", Fault.Conflict, "Stop the containers in it first."),
        // Podman, while a container that ends by itself is being removed: it passes.
        ("as it could not be stopped", Fault.Unavailable, ""),
        ("container state improper", Fault.Conflict, ""),
        ("already exists", Fault.Conflict, ""),
        ("already in use", Fault.Conflict, ""),
        ("toomanyrequests", Fault.Unavailable,
            "The registry limits downloads: wait, or set a username for it in manifest.yaml."),
        ("unauthorized", Fault.Denied,
            "Set username and password_secret of this registry in manifest.yaml."),
        ("access denied", Fault.Denied,
            "Check the name; for a private image set username and password_secret of its "
            + "registry in manifest.yaml."),
        ("access to the resource is denied", Fault.Denied,
            "Check the name; for a private image set username and password_secret of its "
            + "registry in manifest.yaml."),
        ("manifest unknown", Fault.NotFound, "Choose a version that the registry has."),
        ("name unknown", Fault.NotFound, "Check the image's name."),
        ("executable file not found", Fault.Unsupported, "Check the command."),
        ("no such host", Fault.Unavailable, "Check the network and the name servers."),
        ("connection refused", Fault.Unavailable, ""),
        ("connection reset", Fault.Unavailable, ""),
        ("network is unreachable", Fault.Unavailable, "Check the network."),
        ("server misbehaving", Fault.Unavailable, "Check the network and the name servers."),
        ("i/o timeout", Fault.Timeout, "Check the network."),
        ("tls handshake timeout", Fault.Timeout, "Check the network."),
        ("deadline exceeded", Fault.Timeout, ""),
        ("request canceled", Fault.Timeout, ""),
        ("unexpected eof", Fault.Unavailable, ""),
        ("transport is closing", Fault.Unavailable, ""),
        ("error while dialing", Fault.Unavailable, ""),
        ("device or resource busy", Fault.Unavailable, ""),
        ("removal of container", Fault.Unavailable, ""),
    ];

    public static HostException Of(HttpStatusCode status, byte[] body, string what) =>
        Of(status, Message(body), what);

    /// <param name="status">What the engine answered.</param>
    /// <param name="message">Its own words.</param>
    public static HostException Of(HttpStatusCode status, string message, string what)
    {
        var words = Readable(message, status);
        var sign = Signs.FirstOrDefault(
            s => words.Contains(s.Words, StringComparison.OrdinalIgnoreCase));
        var fault = status switch
        {
            HttpStatusCode.NotFound when sign.Fault is not Fault.Denied => Fault.NotFound,
            HttpStatusCode.Conflict => Fault.Conflict,
            HttpStatusCode.Unauthorized => Fault.Denied,
            HttpStatusCode.ServiceUnavailable => Fault.Unavailable,
            HttpStatusCode.NotImplemented => Fault.Unsupported,
            _ when sign.Words is not null => sign.Fault,
            HttpStatusCode.Forbidden => Fault.Denied,
            _ => Fault.Unsupported,
        };
        return new(fault, $"{Capital(what)}: {words}", sign.Remedy ?? "");
    }

    /// <summary>No answer, or not a whole one: whether the call happened is unknown.</summary>
    public static bool IsTransport(Exception error) =>
        error is HttpRequestException or IOException or SocketException
            or OperationCanceledException;

    public static HostException Transport(Exception error, string socket, string what)
    {
        if (error is OperationCanceledException)
        {
            return new(
                Fault.Timeout,
                $"{Capital(what)}: the engine at {socket} did not answer in time.",
                "Check the engine's log.");
        }
        var reason = Inner<SocketException>(error)?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "nobody answers",
            SocketError.AddressNotAvailable or SocketError.HostNotFound => "there is no socket",
            SocketError.AccessDenied => "access is denied",
            SocketError.ConnectionReset or SocketError.Shutdown => "the connection broke",
            _ when !File.Exists(socket) => "there is no socket",
            _ => "the connection broke",
        };
        return new(
            reason == "access is denied" ? Fault.Denied : Fault.Unavailable,
            $"{Capital(what)}: the engine at {socket} cannot be reached ({reason}).",
            "Start the engine, or check that it runs.");
    }

    /// <summary>The same error, should the engine have repeated a value that is nobody's
    /// business.</summary>
    public static HostException Without(HostException error, IEnumerable<string> values)
    {
        // Shorter values would blank out ordinary words.
        const int shortest = 4;
        var message = error.Message;
        foreach (var value in values.Where(v => v.Length >= shortest))
        {
            message = message.Replace(value, "•••", StringComparison.Ordinal);
        }
        return message == error.Message ? error : new(error.Fault, message, error.Remedy);
    }

    private static T? Inner<T>(Exception? error) where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
            {
                return found;
            }
        }
        return null;
    }

    private static string Message(byte[] body)
    {
        try
        {
            var error = JsonSerializer.Deserialize(body, EngineJson.Default.WireError);
            return error?.Message ?? error?.Cause ?? "";
        }
        catch (JsonException)
        {
            return System.Text.Encoding.UTF8.GetString(
                body.AsSpan(0, Math.Min(body.Length, LongestMessage)));
        }
    }

    /// <summary>One line, bounded, without the chain of prefixes that engines put in front.
    /// </summary>
    private static string Readable(string message, HttpStatusCode status)
    {
        var words = string.Join(
            ' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var prefix in (string[])["Error: ", "Conflict. "])
        {
            if (words.StartsWith(prefix, StringComparison.Ordinal))
            {
                words = words[prefix.Length..];
            }
        }
        if (TakenPort().Match(words) is { Success: true } port)
        {
            words = $"port {Everywhere().Replace(port.Groups["at"].Value, "")} is taken on this "
                + "host.";
        }
        if (words.Length == 0)
        {
            words = $"the engine answered {(int)status} without a reason";
        }
        if (words.Length > LongestMessage)
        {
            words = words[..LongestMessage] + "…";
        }
        return words.EndsWith('.') || words.EndsWith('…') ? words : words + ".";
    }

    /// <summary>Docker's and Podman's ways to say that a host port is taken.</summary>
    [GeneratedRegex(
        @"(Bind for (?<at>\S+) failed: port is already allocated"
        + @"|listen \w+ (?<at>\S+): bind: address already in use)")]
    private static partial Regex TakenPort();

    /// <summary>An address that means all of them says nothing.</summary>
    [GeneratedRegex(@"^(0\.0\.0\.0|\[::\]|::)?:")]
    private static partial Regex Everywhere();

    private static string Capital(string what) =>
        what.Length == 0 ? what : char.ToUpperInvariant(what[0]) + what[1..];
}
