using Loam.Core.StateFiles.Types;

namespace Loam.Core.Backups;

public enum DestinationKind { Directory, Sftp, S3, Rest }

/// <summary>Where copies go: a directory, <c>sftp://user@host/path</c>, <c>s3://bucket/path</c> or
/// <c>s3:https://host/bucket</c>, <c>rest:https://host/</c>.</summary>
/// <param name="Repository">As restic names it.</param>
/// <param name="Host">Sftp: user and host, as ssh takes them.</param>
/// <param name="Port">Sftp; null: ssh's own.</param>
public sealed record Destination(
    DestinationKind Kind, string Repository, string? Host = null, int? Port = null)
{
    public static readonly FormatType Format = new(
        "a directory or a URL such as sftp://user@host/backups", null,
        text => Parse(text, out var wrong) is not null ? Verdict.Good(text)
            : Verdict.Bad(wrong, "Write a directory, sftp://user@host/path, s3://bucket/path, "
                + "s3:https://host/bucket or rest:https://host/path."))
    {
        Hidden = true,
    };

    /// <returns>Null: it is none, for the reason <paramref name="wrong"/>.</returns>
    public static Destination? Parse(string text, out string wrong)
    {
        wrong = "not a place for backups";
        if (text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            return null;
        }
        if (text.StartsWith('/'))
        {
            return text.Length == 1 ? null : new(DestinationKind.Directory, text.TrimEnd('/'));
        }
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var rest = colon < 0 ? "" : text[(colon + 1)..];
        if (HasPassword(rest))
        {
            wrong = "with a password in it, which belongs into the secret that credentials_secret "
                + "names";
            return null;
        }
        return colon < 0 ? null : text[..colon] switch
        {
            "sftp" => Sftp(rest),
            "s3" => S3(rest),
            "rest" when IsHttp(rest) => new(DestinationKind.Rest, text),
            _ => null,
        };
    }

    private static Destination? Sftp(string rest)
    {
        string host;
        string path;
        int? port = null;
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = rest.IndexOf('/', 2);
            (host, path) = slash < 0 ? (rest[2..], "") : (rest[2..slash], rest[slash..]);
            var colon = host.LastIndexOf(':');
            if (colon > 0)
            {
                if (!int.TryParse(host[(colon + 1)..], out var number)
                    || number is <= 0 or > 65535)
                {
                    return null;
                }
                (host, port) = (host[..colon], number);
            }
        }
        else
        {
            var colon = rest.IndexOf(':', StringComparison.Ordinal);
            (host, path) = colon < 0 ? ("", "") : (rest[..colon], rest[(colon + 1)..]);
        }
        // What begins with a dash would be an option of ssh.
        return !IsHost(host) || path.Trim('/').Length == 0 ? null
            : new(DestinationKind.Sftp, $"sftp:{host}:{path}", host, port);
    }

    private static bool IsHost(string host)
    {
        var at = host.IndexOf('@', StringComparison.Ordinal);
        var (user, name) = at < 0 ? ("", host) : (host[..at], host[(at + 1)..]);
        return at != 0 && name.Length > 0 && name[0] != '-' && !user.StartsWith('-')
            && (user + name).All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
    }

    private static Destination? S3(string rest)
    {
        if (IsHttp(rest))
        {
            return new(DestinationKind.S3, "s3:" + rest);
        }
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            return rest.Length == 2 || rest[2] is '/' or '-' ? null
                : new(DestinationKind.S3, "s3:s3.amazonaws.com/" + rest[2..]);
        }
        return rest.IndexOf('/', StringComparison.Ordinal) > 0 && rest[0] != '-'
            ? new(DestinationKind.S3, "s3:" + rest) : null;
    }

    private static bool IsHttp(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
        && url.Host.Length > 0;

    private static bool HasPassword(string rest)
    {
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var begin = rest.IndexOf("//", StringComparison.Ordinal) is var slashes and >= 0
            ? slashes + 2 : 0;
        return at > begin && rest.StartsWith("//", StringComparison.Ordinal) | begin > 0
            && rest.AsSpan(begin, at - begin).Contains(':');
    }
}
