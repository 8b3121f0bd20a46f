using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>Questions, answered from the state; where only the machine knows, the verb to run is
/// named.</summary>
internal static class Answers
{
    private const string Reach =
        "Say what you want: \"set up a web server\", \"add postgres and redis\", \"put nginx on "
        + "port 8080\", \"give redis 512MB\", \"scale api to 3\", \"upgrade postgres to 17\", "
        + "\"stop everything\". Questions such as \"which ports are open?\" are answered too.";

    public static Reply To(Clause clause, Session session)
    {
        var state = session.Draft.State;
        var targets = new TargetResolver(state, session.Focus);
        var names = clause.Targets.SelectMany(t => targets.Resolve(t, clause).Names)
            .Distinct().ToList();
        if (Field(clause, "password") || (Field(clause, "secret") && clause.Question == "show"
            && !clause.Targets.TrueForAll(t => t.Named(Known.Secret) is null)))
        {
            return Reply.Refuse("I never show a secret's value; `loam secret list` shows the "
                + "names, and `loam secret set NAME` sets a new value.");
        }
        if (clause.Question == "help")
        {
            return Reply.Answer(Reach);
        }
        if (clause.Question == "whatif")
        {
            return WhatIf(state, names);
        }
        return Reply.Answer(Topic(clause, state, names));
    }

    private static bool Field(Clause clause, string field) =>
        clause.Lexemes.Any(l => l.IsField(field));

    private static string Topic(Clause clause, DesiredState state, List<string> names)
    {
        if (Field(clause, "log"))
        {
            return $"`loam logs {Named(names, "SERVICE")}` shows them; -f follows.";
        }
        if (Field(clause, "history") || clause.Question == "when")
        {
            return "`loam history` shows what was changed, when and by whom; `loam diff N` shows "
                + "one change.";
        }
        if (Field(clause, "event"))
        {
            return "`loam events -f` shows what happens.";
        }
        if (Field(clause, "login"))
        {
            return Users(state.Files);
        }
        var services = Chosen(state, names);
        foreach (var (field, answer) in s_topics)
        {
            if (Field(clause, field))
            {
                return answer(services, state);
            }
        }
        if (clause.Question is "why" || (clause.Question == "is" && names.Count > 0)
            || Field(clause, "status") && names.Count > 0)
        {
            return $"The files say {Declared(services)} Whether it is so, `loam status` shows; "
                + $"`loam logs {Named(names, "SERVICE")}` shows what it says.";
        }
        return Overview(services, state, names.Count > 0);
    }

    private static readonly (string Field, Func<List<Service>, DesiredState, string> Answer)[]
        s_topics =
    [
        ("port", (services, _) => Ports(services)),
        ("containerport", (services, _) => Ports(services)),
        ("memory", (services, _) => Limit(services, "memory", s => s.Limits.Memory,
            v => Sizes.Text(v))),
        ("cpu", (services, _) => Limit(services, "CPU", s => s.Limits.Cpu,
            v => $"{Sizes.Cores(v)} cores")),
        ("pids", (services, _) => Limit(services, "processes", s => s.Limits.Pids,
            v => $"{v}")),
        ("version", (services, _) => Versions(services)),
        ("image", (services, _) => Versions(services)),
        ("replicas", (services, _) => Each(services, s => $"{s.Name} runs {s.Replicas}×")),
        ("volume", (services, state) => Volumes(services, state)),
        ("network", (services, state) => Networks(services, state)),
        ("environment", (services, _) => Each(services, s => $"{s.Name} has "
            + Wording.Some(s.Environment.Select(e => $"{e.Key}={e.Value}")))),
        ("secret", (_, state) => state.Secrets.IsEmpty ? "There are no secrets."
            : $"There are these secrets: {Wording.Some(state.Secrets.Keys)}. Their values are "
                + "never shown."),
        ("health", (services, _) => Each(services, s => $"{s.Name} is checked by {s.Probe}")),
        ("depends", (services, _) => Each(services, s => $"{s.Name} waits for "
            + Wording.List(s.DependsOn))),
        ("restartpolicy", (services, _) => Each(services, s =>
            $"{s.Name} restarts {s.Restart.ToString().ToLowerInvariant()}")),
        ("disk", (_, _) => "`loam status` shows what the machine uses."),
        ("drift", (_, _) => "`loam status` shows what differs from what was approved."),
    ];

    private static string Named(List<string> names, string otherwise) =>
        names.Count > 0 ? names[0] : otherwise;

    private static List<Service> Chosen(DesiredState state, List<string> names) => names.Count > 0
        ? [.. names.Select(n => state.Services[n])] : [.. state.Services.Values];

    private static string Each(List<Service> services, Func<Service, string> say) =>
        services.Count == 0 ? "There are no services."
            : string.Join("; ", services.Take(12).Select(say)) + ".";

    private static string Ports(List<Service> services)
    {
        var open = services.Where(s => s.Replicas > 0).SelectMany(s => s.Ports
            .Where(p => p.Host is not null)
            .Select(p => $"{p.Host}{(p.Protocol == "tcp" ? "" : "/udp")} ({s.Name})")).ToList();
        return open.Count == 0 ? "No port of this machine is published."
            : $"Published {(open.Count == 1 ? "is port" : "are ports")} {Wording.List(open)}.";
    }

    private static string Limit(
        List<Service> services, string what, Func<Service, long?> limit, Func<long, string> show)
    {
        var said = services.OrderByDescending(s => limit(s) ?? long.MaxValue)
            .Select(s => limit(s) is { } value ? $"{s.Name} may use {show(value)}"
                : $"{s.Name} has no limit");
        return services.Count == 0 ? "There are no services."
            : $"Of {what}: {string.Join("; ", said.Take(12))}. `loam status` shows what is used.";
    }

    private static string Versions(List<Service> services) =>
        Each(services, s => $"{s.Name} runs {s.Image.Short}");

    private static string Volumes(List<Service> services, DesiredState state)
    {
        var used = services.SelectMany(s => s.Volumes.Select(
            v => $"{v.Source} at {v.Target} of {s.Name}")).ToList();
        return used.Count > 0 ? $"Mounted: {Wording.Some(used)}."
            : state.Volumes.IsEmpty ? "There are no volumes."
            : $"Declared: {Wording.Some(state.Volumes.Keys)}.";
    }

    private static string Networks(List<Service> services, DesiredState state) =>
        state.Networks.IsEmpty ? "No network is declared; all services are on the machine's own."
            : Each(services, s => $"{s.Name} is on "
                + (s.Networks.IsEmpty ? "the default network" : Wording.List(s.Networks)));

    private static string Users(StateSet files)
    {
        var found = new Core.Diagnostics.DiagnosticBag();
        var root = files["security.yaml"] is { } text
            ? YamlReader.Read("security.yaml", text, found) : null;
        var users = (((root?["spec"] as MappingNode)?["users"] as SequenceNode)?.Items ?? [])
            .OfType<MappingNode>().Select(u => (u["name"] as ScalarNode)?.Text)
            .OfType<string>().ToList();
        return users.Count == 0
            ? "No users are declared, so Loam leaves the machine's accounts as they are."
            : $"Declared {(users.Count == 1 ? "is" : "are")} {Wording.Some(users)}; the machine "
                + "may have other accounts that Loam does not manage.";
    }

    private static string Declared(List<Service> services) => Each(services, s =>
        s.Replicas == 0 ? $"{s.Name} is stopped" : $"{s.Name} runs {s.Image.Short}");

    private static string Overview(List<Service> services, DesiredState state, bool chosen)
    {
        if (services.Count == 0)
        {
            return "Nothing is declared yet. " + Reach;
        }
        if (chosen)
        {
            return Each(services, s => $"{s.Name} runs {s.Image.Short}, "
                + (s.Replicas == 1 ? "one copy" : $"{s.Replicas} copies")
                + (s.PublishesPorts ? $", on {Wording.List(s.Ports.Select(p => p.ToString()))}"
                    : "") + (s.Limits.Memory is { } memory ? $", {Sizes.Text(memory)}" : ""))
                + " `loam status` shows how it does.";
        }
        return $"Declared are {Wording.Some(state.Services.Values.Select(s => s.Replicas == 0
            ? $"{s.Name} (stopped)" : s.Name))}. `loam status` shows how they do.";
    }

    private static Reply WhatIf(DesiredState state, List<string> names)
    {
        if (names.Count == 0)
        {
            return Reply.Ask("If what happened to which service?", state.Services.Keys);
        }
        var users = state.Services.Values.Where(s => s.DependsOn.Intersect(names).Any()
            || s.Environment.Values.Any(v => names.Any(n => Mentions(v, n))))
            .Select(s => s.Name).Except(names).ToList();
        var volumes = names.SelectMany(n => state.Services[n].Volumes).Select(v => v.Source)
            .Distinct().ToList();
        var dependents = users.Count == 0 ? $"Nothing depends on {Wording.List(names)}."
            : $"{Wording.List(users)} {(users.Count == 1 ? "uses" : "use")} "
                + $"{Wording.List(names)} and may fail without it.";
        return Reply.Answer(dependents + (volumes.Count == 0 ? ""
            : $" The data in {Wording.List(volumes)} would be kept."));
    }

    private static bool Mentions(string value, string name)
    {
        var at = value.IndexOf(name, StringComparison.Ordinal);
        while (at >= 0)
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(value[at - 1]))
                && (end == value.Length || !char.IsLetterOrDigit(value[end])))
            {
                return true;
            }
            at = value.IndexOf(name, end, StringComparison.Ordinal);
        }
        return false;
    }
}
