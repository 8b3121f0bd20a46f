using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

public enum NotifierType { Webhook, Email, Ntfy }

/// <summary>Hours of a day, over midnight if they begin later than they end.</summary>
public sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>When quiet that holds now ends; null: it does not hold.</summary>
    public DateTimeOffset? EndAfter(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone);
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        if (From == To || !time.IsBetween(From, To))
        {
            return null;
        }
        var left = To - time;
        return now + (left > TimeSpan.Zero ? left : TimeSpan.FromDays(1) + left);
    }
}

/// <summary>Somebody who is told what happens.</summary>
/// <param name="Url">For webhook and ntfy; may hold <c>${secrets.NAME}</c>.</param>
/// <param name="Smtp">For email: the mail server, with or without port.</param>
/// <param name="Secret">The name of a secret: a token, or <c>user:password</c>.</param>
/// <param name="Events">What is told; empty: what needs somebody.</param>
public sealed record Notifier(
    string Name, NotifierType Type, string? Url, string? Smtp, string? To, string? Secret,
    ImmutableArray<string> Events, QuietHours? Quiet)
{
    private const int SubmissionPort = 587;

    /// <summary>The mail server's name and port.</summary>
    public (string Host, int Port) Server => Formats.SplitHostPort(Smtp ?? "") is { } place
        ? (place.Host.Trim('[', ']'), place.Port ?? SubmissionPort) : ("", SubmissionPort);

    /// <summary>Where it goes, for people: never the path of a hook, which may be its key.
    /// </summary>
    public string Where => Type == NotifierType.Email ? $"{To} through {Smtp}"
        : Uri.TryCreate(Url, UriKind.Absolute, out var url) ? url.Host : "an address in a secret";

    public bool Wants(string type) => Events.IsEmpty ? Messaging.MessageKinds.NeedsSomebody(type)
        : Events.Any(e => e == type || type.StartsWith(e + ".", StringComparison.Ordinal));

    internal static Notifier Of(MapValue spec) => new(
        spec.Text("name")!, Enum.Parse<NotifierType>(spec.Text("type")!, ignoreCase: true),
        spec.Text("url"), spec.Text("smtp"), spec.Text("to"), spec.Text("secret"),
        spec.Texts("events"), spec.Text("quiet_hours") is { } hours
            ? new(Time(hours[..5]), Time(hours[6..])) : null);

    private static TimeOnly Time(string text) =>
        TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);
}
