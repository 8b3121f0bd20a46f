using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Adds, changes and removes bans.</summary>
internal static class BanEdits
{
    private static readonly EditPath s_bans = EditPath.Parse("spec.bans");

    public static Reply Apply(BanAttribute ban, Session session, string? last)
    {
        var bans = (session.Draft.State.Specs.GetValueOrDefault(NetworkFile.File)?.Maps("bans")
            ?? []).ToList();
        var service = ban.Service ?? (bans.Count == 1 ? bans[0].Text("service") : last) ?? "sshd";
        var present = bans.Find(b => b.Text("service") == service);
        if (ban.Stops && !ban.SaysNumbers)
        {
            return Stop(ban, session, bans, service, present);
        }
        if (service != "sshd" && !session.Draft.State.Services.ContainsKey(service))
        {
            return Reply.Refuse($"There is no service {service} whose failures could count.");
        }
        if (ban.Factor is { } factor)
        {
            if (present is null)
            {
                return Reply.Ask($"Nobody is banned for {service} yet. For how long shall it be?",
                    ["1 hour", "1 day"]);
            }
            var time = present.Number("ban_for") ?? 3_600_000;
            ban = ban with { Time = Duration(time * factor) };
        }
        return present is null ? Add(ban, session, service)
            : Change(ban, session, present, service);
    }

    private static Reply Stop(
        BanAttribute ban, Session session, List<MapValue> bans, string service, MapValue? present)
    {
        var gone = ban.Service is null ? bans : present is null ? [] : [present];
        if (gone.Count == 0)
        {
            return Reply.Same(ban.Service is null ? "Nobody is banned for failing."
                : $"Nobody is banned for failing at {service}.");
        }
        var names = gone.Select(b => b.Text("service")!).ToList();
        foreach (var name in names)
        {
            session.Draft.Remove(NetworkFile.File, s_bans.Item("service", name));
        }
        return Reply.Done($"no longer ban who fails at {Wording.List(names)}").With(Risk.Medium);
    }

    private static Reply Add(BanAttribute ban, Session session, string service)
    {
        var entries = new List<(string, EditValue)>
        {
            ("service", EditValue.Of(service)),
            ("max_failures", EditValue.Of(ban.Failures ?? 5)),
            ("window", EditValue.Of(ban.Window ?? "10m")),
            ("ban_for", EditValue.Of(ban.Time ?? "1h")),
        };
        session.Draft.Append(NetworkFile.File, s_bans, EditValue.Map([.. entries]));
        return Reply.Done($"ban an address for {ban.Time ?? "1h"} after {ban.Failures ?? 5} "
            + $"failures at {service} within {ban.Window ?? "10m"}").With(Risk.Medium);
    }

    private static Reply Change(
        BanAttribute ban, Session session, MapValue present, string service)
    {
        var path = s_bans.Item("service", service);
        var done = new List<string>();
        if (ban.Failures is { } failures && present.Number("max_failures") != failures)
        {
            session.Draft.Set(NetworkFile.File, path.Key("max_failures"), EditValue.Of(failures));
            done.Add($"after {failures} failures");
        }
        if (ban.Window is { } window && present.Number("window") != Milliseconds(window))
        {
            session.Draft.Set(NetworkFile.File, path.Key("window"), EditValue.Of(window));
            done.Add($"counted within {window}");
        }
        if (ban.Time is { } time && present.Number("ban_for") != Milliseconds(time))
        {
            session.Draft.Set(NetworkFile.File, path.Key("ban_for"), EditValue.Of(time));
            done.Add($"for {time}");
        }
        return done.Count == 0 ? Reply.Same($"Bans for {service} are like that already: "
                + $"{Text(present)}.")
            : Reply.Done($"ban who fails at {service} {Wording.List(done)}").With(Risk.Medium);
    }

    public static string Text(MapValue ban) => $"{ban.Number("max_failures") ?? 5:0} failures "
        + $"within {Duration(ban.Number("window") ?? 600_000)} shut an address out for "
        + Duration(ban.Number("ban_for") ?? 3_600_000);

    private static decimal Milliseconds(string duration) => decimal.Parse(duration[..^1],
        System.Globalization.CultureInfo.InvariantCulture) * duration[^1] switch
        {
            'd' => 86_400_000,
            'h' => 3_600_000,
            'm' => 60_000,
            _ => 1000,
        };

    private static string Duration(decimal milliseconds)
    {
        foreach (var (unit, size) in (ReadOnlySpan<(string, decimal)>)
            [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)])
        {
            if (milliseconds >= size && milliseconds % size == 0)
            {
                return $"{milliseconds / size:0}{unit}";
            }
        }
        return $"{Math.Max(1, milliseconds / 1000):0}s";
    }
}
