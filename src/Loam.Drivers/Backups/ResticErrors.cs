using System.Text.Json;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Backups;

/// <summary>What restic's words mean: it has one exit code for almost everything.</summary>
internal static class ResticErrors
{
    private static readonly string[] s_away =
    [
        "dial tcp", "connection refused", "Connection refused", "no such host", "i/o timeout",
        "network is unreachable", "Network is unreachable", "no route to host", "No route to host",
        "Client.Timeout", "Could not resolve hostname", "Connection timed out", "connection reset",
        "Connection closed", "timed out", "unexpected EOF", "server misbehaving",
    ];

    /// <summary>Those that say most come first.</summary>
    private static readonly string[] s_damaged =
    [
        "ciphertext verification failed", "does not match", "not found in index",
        "invalid data returned", "is not contained in index", "load <", "wrong data returned",
        "repository contains errors", "unable to load index", "truncated", "invalid header",
        "There were", "LoadBlob", "ignoring error for", "does not exist",
    ];

    /// <summary>Refusals of a server and of a directory. Numbers of HTTP stand with their words or
    /// in brackets: three digits alone occur in the names of packs and blobs.</summary>
    private static readonly string[] s_denied =
    [
        "Permission denied", "permission denied", "Access Denied", "AccessDenied",
        "InvalidAccessKeyId", "SignatureDoesNotMatch", "Host key verification failed",
        "403 Forbidden", "401 Unauthorized", "(403)", "(401)",
    ];

    /// <summary>There is no repository at the place, and the place can be reached.</summary>
    public static bool SaysNone(string said) =>
        said.Contains("Is there a repository at the following location?",
            StringComparison.Ordinal) && !Any(said, s_away) && !said.Contains(
                "Access Denied", StringComparison.Ordinal);

    public static bool SaysLocked(string said) =>
        said.Contains("repository is already locked", StringComparison.Ordinal);

    /// <param name="what">What was being done: <c>The backup of volume data</c>.</param>
    public static HostException Of(string what, ResticPlace place, string said)
    {
        string Has(string text) => said.Contains(text, StringComparison.Ordinal) ? text : "";
        if (Has("wrong password or no key found").Length > 0)
        {
            return new(Fault.Denied, $"The repository {place.Words} was made with another "
                + "password.", "Choose another destination, or put the password it was made with "
                + "as RESTIC_PASSWORD=… into the secret that backup.credentials_secret names.");
        }
        if (Has("no space left on device").Length > 0)
        {
            return new(Fault.Exhausted, $"{what} failed: there is no room left at "
                + $"{place.Words}, or on this machine's own disk.", "Make room there, or keep "
                + "fewer copies.");
        }
        if (SaysLocked(said))
        {
            return new(Fault.Conflict, $"{what} failed: the repository {place.Words} is in use by "
                + "another program.", "Wait until it has ended, then try again.");
        }
        if (Any(said, s_away))
        {
            return new(Fault.Unavailable, $"{what} failed: {place.Words} cannot be reached. "
                + Reason(said), "Check the network and that the other side runs.");
        }
        if (Any(said, s_denied))
        {
            return new(Fault.Denied, $"{what} failed: {place.Words} does not let this machine in. "
                + Reason(said), "Check the secret that backup.credentials_secret names, and for "
                + "sftp the key and the rights of the user there.");
        }
        if (SaysNone(said))
        {
            return new(Fault.NotFound, $"There is no repository at {place.Words}.",
                "Check the destination; a disk that holds it may not be mounted.");
        }
        return Any(said, s_damaged)
            ? new(Fault.Conflict, $"{what} failed: the repository {place.Words} is damaged. "
                + Reason(said, s_damaged), "Begin a new one: give backup.destination another "
                + "place. Copies made into this one would share what is damaged; what is "
                + "undamaged can still be restored.")
            : new(Fault.Unavailable, $"{what} failed. {Reason(said)}", "Try again; `restic` run "
                + "by hand may say more.");
    }

    /// <summary>Files that could not be read, as far as they are said; those that were deleted
    /// while it looked are no loss.</summary>
    public static IReadOnlyList<string> Unread(string errors)
    {
        var found = new List<string>();
        foreach (var line in errors.Split('\n'))
        {
            if (!line.StartsWith('{'))
            {
                continue;
            }
            try
            {
                using var json = JsonDocument.Parse(line);
                var root = json.RootElement;
                if (root.TryGetProperty("message_type", out var type)
                    && type.ValueEquals("error") && !IsGone(root))
                {
                    found.Add(root.TryGetProperty("item", out var item)
                        ? item.GetString() ?? "?" : "?");
                }
            }
            catch (JsonException)
            {
                // A line cut at the beginning of what was kept.
            }
        }
        return found;
    }

    private static bool IsGone(JsonElement message)
    {
        const int noEntry = 2;
        return message.TryGetProperty("error", out var error)
            && error.ValueKind == JsonValueKind.Object
            && error.TryGetProperty("Err", out var number)
            && number.ValueKind == JsonValueKind.Number && number.GetInt32() == noEntry;
    }

    /// <summary>Its own last word that is not a hint.</summary>
    /// <param name="about">Words of the line that says most, if there is one; the first of them
    /// say more than the last.</param>
    private static string Reason(string said, params string[] about)
    {
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries
            | StringSplitOptions.TrimEntries);
        const string ssh = "subprocess ssh: ";
        var line = lines.LastOrDefault(l => l.StartsWith(ssh, StringComparison.Ordinal))
                ?[ssh.Length..]
            ?? about.Select(w => lines.LastOrDefault(
                l => !l.StartsWith("Fatal:", StringComparison.Ordinal)
                    && l.Contains(w, StringComparison.Ordinal))).FirstOrDefault(l => l is not null)
            ?? lines.LastOrDefault(l => l.StartsWith("Fatal:", StringComparison.Ordinal))
            ?? lines.LastOrDefault(l => !l.StartsWith('{') && !l.StartsWith("Is there",
                StringComparison.Ordinal)) ?? "It did not say why.";
        line = line.Length > 300 ? line[..300] + "…" : line;
        return $"It said: {line.TrimEnd('.')}.";
    }

    private static bool Any(string said, IEnumerable<string> words) =>
        words.Any(w => said.Contains(w, StringComparison.Ordinal));
}
