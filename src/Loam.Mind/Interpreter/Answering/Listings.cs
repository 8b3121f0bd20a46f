using System.Collections.Immutable;
using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.Firewall;
using Loam.Mind.Interpreter.Subjects.Jobs;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>Rows for questions about several things: "which ports are open?", "who can log in?".
/// </summary>
internal sealed class Listings(Clause clause, DesiredState state)
{
    private readonly HashSet<string> _named = [.. clause.Lexemes.SelectMany(l => l.Namings)
        .Where(n => n.Known != Known.App && n.Known != Known.Role).Select(n => n.Name)];

    /// <summary>Null: a sentence says all of it.</summary>
    public static Listing? Of(Clause clause, DesiredState state) =>
        clause.Question is "which" or "what" or "who" or "show" or "howmuch" or "where"
            && !clause.Lexemes.Any(l => l.Is(Part.Address) || l.Is(Part.Cidr) || l.IsNumber
                || l.IsGlue("not"))
            && new Listings(clause, state).Rows() is { Rows.Length: > 1 } rows ? rows : null;

    private bool Field(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (clause.Lexemes.Any(l => l.IsField(field) && !l.IsMention))
            {
                return true;
            }
        }
        return false;
    }

    private bool Topic(string topic) => clause.Lexemes.Any(l => l.Is(Part.Topic, topic));

    private Listing? Rows() =>
        Field("secret", "password", "log", "history", "event", "status", "depends", "health",
            "environment") || clause.Lexemes.Any(l => l.Is(Part.Identifier)) ? null
        : clause.Subject is FirewallSubject && Topic("rule") ? Rules()
        : Field("port", "containerport") || clause.Subject is FirewallSubject && Topic("open")
            ? Ports()
        : Field("login") || Field("user") && _named.Count == 0 ? Users()
        : clause.Subject is JobSubject || Topic("job") ? Jobs()
        : Field("memory", "cpu", "replicas") ? Limits()
        : Field("version", "image") ? Versions()
        : Field("volume", "backup", "data") ? Volumes()
        : Field("certificate") ? Certificates()
        : Field("service") && _named.Count == 0 && clause.Subject is null ? Versions() : null;

    private IEnumerable<Service> Services() => state.Services.Values.Where(s =>
        !state.Services.Keys.Any(_named.Contains) || _named.Contains(s.Name));

    private static Listing Of(string title, string[] columns, IEnumerable<string[]> rows) =>
        new(title, [.. columns], [.. rows.Select(ImmutableArray.Create)]);

    private Listing Ports()
    {
        var behind = Services().Where(s => s.Replicas > 0).SelectMany(s => s.Ports
                .Where(p => p.Host is not null).Select(p => (s.Name, Port: p)))
            .ToLookup(p => Passage.Of(p.Port.Host!.Value, p.Port.Protocol));
        var doors = new Doors(state.Firewall);
        var own = _named.Overlaps(state.Services.Keys);
        var rows = Doors.Passages(behind.Select(b => b.Key), own ? FirewallRules.Of(null)
            : state.Firewall).Where(p => p.Ports is not null).Select(p => (string[])
            [
                $"{p}",
                behind[p].Any() && behind[p].All(b => b.Port.Address is "127.0.0.1" or "::1")
                    ? "this machine" : $"{doors.To(p)}",
                string.Join(", ", behind[p].Select(b => b.Name).Distinct()),
            ]);
        return Of(state.Firewall is { IsDeclared: true, IsEnabled: true }
            ? "Ports that rules name or services publish, and who reaches them:"
            : "No firewall is in force; these ports are published:",
            ["port", "who", "service"], rows);
    }

    private Listing Rules() => Of("Rules of the firewall, in their order:",
        ["rule", "does"], state.Firewall.Rules.Where(r => !r.IsPlumbing()).Select(
            r => (string[])[r.Name, FirewallAnswers.Describe(r)[(r.Name.Length + 1)..]]));

    private static string Schedule(string? cron) => cron is null ? "" : ScheduleWords.Of(cron);

    private IEnumerable<MapValue> Items(string list) => StateLists.Of(list)!.Items(state);

    private Listing Users() => Of("Declared users:", ["user", "groups", "shell", "logs in"],
        Items("users").Select(u => (string[])
        [
            u.Text("name") ?? "", string.Join(", ", u.Texts("groups")), u.Text("shell") ?? "",
            u.Text("shell")?.EndsWith("nologin", StringComparison.Ordinal) == true ? "no: locked"
                : u.Texts("ssh_keys").Length is > 0 and var keys
                    ? keys == 1 ? "by a key" : $"by {keys} keys" : "no: without a key",
        ]));

    private Listing Jobs() => Of("Declared jobs:", ["job", "schedule", "where", "command"],
        Items("jobs").Select(j => (string[])
        [
            j.Text("name") ?? "", Schedule(j.Text("schedule")),
            j.Text("container") ?? j.Text("image") ?? "", j.Text("command")
                ?? string.Join(' ', j.Texts("command")),
        ]));

    private Listing Limits()
    {
        var cpu = Field("cpu");
        return Of("What services may use; `loam status` shows what they do use:",
            ["service", "memory", "cores", "copies"], Services()
                .OrderByDescending(s => (cpu ? s.Limits.Cpu : s.Limits.Memory) ?? long.MaxValue)
                .Select(s => (string[])
                [
                    s.Name, s.Limits.Memory is { } memory ? Sizes.Text(memory) : "no limit",
                    s.Limits.Cpu is { } cores ? Sizes.Cores(cores) : "no limit", $"{s.Replicas}",
                ]));
    }

    private Listing Versions() => Of("Declared services:",
        ["service", "image", "copies", "ports"], Services().Select(s => (string[])
        [
            s.Name, s.Image.Short, s.Replicas == 0 ? "stopped" : $"{s.Replicas}",
            string.Join(", ", s.Ports.Where(p => p.Host is not null).Select(p => $"{p.Host}")),
        ]));

    private Listing Volumes() => Of("Declared volumes:", ["volume", "used by", "size", "backup"],
        Items("volumes").Where(v => !_named.Overlaps(state.Services.Keys)
                || UsedBy(v).Any(_named.Contains))
            .Select(v => (string[])
            [
                v.Text("name") ?? "", string.Join(", ", UsedBy(v)), v.Text("size") ?? "",
                v.Map("backup") is { } backup && backup.Flag("enabled") != false
                    ? Schedule(backup.Text("schedule")) : "no",
            ]));

    private IEnumerable<string> UsedBy(MapValue volume) => state.Services.Values
        .Where(s => s.Volumes.Any(v => v.Source == volume.Text("name"))).Select(s => s.Name);

    private Listing Certificates() => Of("Declared certificates:",
        ["certificate", "names", "used by"], Items("certificates").Select(c => (string[])
        [
            c.Text("name") ?? "", string.Join(", ", c.Texts("domains")),
            string.Join(", ", c.Texts("used_by")),
        ]));
}
