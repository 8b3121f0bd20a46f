using Loam.Core.Catalog;
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
    internal const string Reach =
        "Say what you want: \"set up a web server\", \"add postgres and redis\", \"put nginx on "
        + "port 8080\", \"give redis 512MB\", \"scale api to 3\", \"upgrade postgres to 17\", "
        + "\"stop everything\". Questions such as \"which ports are open?\" are answered too.";

    public static Reply To(Clause clause, Session session)
    {
        var state = session.Draft.State;
        var targets = new TargetResolver(state, session.Focus);
        var names = clause.Targets.SelectMany(t => targets.Resolve(t, clause).Names)
            .Distinct().ToList();
        if (Field(clause, "password") || clause.Lexemes.Any(l => l.Is(Part.Identifier)
            && Secrecy.IsSecretName(l.Original)) || (Field(clause, "secret")
                && clause.Question == "show"
            && !clause.Targets.TrueForAll(t => t.Named(Known.Secret) is null)))
        {
            return Reply.Refuse("I never show a secret's value; `loam secret list` shows the "
                + "names, and `loam secret set NAME` sets a new value.");
        }
        if (clause.Question == "help")
        {
            return Reply.Answer(Reach);
        }
        if (clause.Question == "whatif" || clause.Lexemes.Any(l => l.Text is "risk" or "risks"))
        {
            return new Consequence(clause, session).Of() is { } follows ? Reply.Answer(follows)
                : Reply.Ask("If what happened to which service?", state.Services.Keys);
        }
        var answer = Unknown(clause, state, names) ?? OfNumber(clause, state)
            ?? Topic(clause, state, names);
        Understood(clause);
        return Reply.Answer(answer);
    }

    /// <summary>What the topic was taken from is understood.</summary>
    private static void Understood(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Is(Part.Field) || clause[at].Is(Part.Identifier)
                || clause[at].IsNumber || clause[at].Is(Part.Verb))
            {
                clause.Use(at);
            }
        }
    }

    /// <summary>"Is redis running?", "do you support mongodb?" of what is not there.</summary>
    private static string? Unknown(Clause clause, DesiredState state, List<string> names)
    {
        if (names.Count > 0 || clause.Targets.Select(t => t.Named(Known.App))
            .OfType<string>().FirstOrDefault() is not { } app)
        {
            return clause.Targets.Count == 0 && clause.Verb is "create" or "have"
                && clause.Lexemes.Any(l => l.Text.StartsWith("what can", StringComparison.Ordinal))
                ? $"I know {Wording.List(AppCatalog.All.Select(a => a.Title))}; any other image "
                    + "can be named "
                    + "as well, such as ghcr.io/owner/name:1.0." : null;
        }
        var title = AppCatalog.Named(app)!.Title;
        return clause.Question == "how" || clause.Lexemes.Any(l => l.Text is "support" or "know")
            ? $"Say \"install {app}\", and I propose {title} with what it needs."
            : $"There is no {title} here; say \"install {app}\" to have it.";
    }

    /// <summary>"What is on 8443?", "is 9090 free?".</summary>
    private static string? OfNumber(Clause clause, DesiredState state)
    {
        var number = clause.Lexemes.FirstOrDefault(l => l.IsNumber && l.Unit.Length == 0
            && l.Value is > 0 and < 65536 && decimal.IsInteger(l.Value)
            && char.IsAsciiDigit(l.Text.TrimStart(':')[0]));
        if (number is null || !(clause.Targets.Count == 0 || Field(clause, "port"))
            || Field(clause, "memory") || Field(clause, "cpu") || Field(clause, "version"))
        {
            return null;
        }
        var port = (int)number.Value;
        var users = state.Services.Values.Where(s => s.Ports.Any(p => p.Host == port))
            .Select(s => s.Name).ToList();
        return users.Count > 0 ? $"Port {port} is published by {Wording.List(users)}."
            : $"No service publishes port {port}; `loam status` shows whether another process "
                + "holds it.";
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
        if (clause.Lexemes.Any(l => l.IsVerb("undo") || l.IsVerb("revert")))
        {
            return "Say \"undo that\" for the last turn here; `loam history` lists what was "
                + "applied, and `loam revert N` plans the way back.";
        }
        if (clause.Lexemes.FirstOrDefault(l => l.Is(Part.Identifier)) is { } variable)
        {
            return Variable(Chosen(state, names), variable.Original);
        }
        if (Field(clause, "login"))
        {
            return Users(state.Files);
        }
        var services = Chosen(state, names);
        if (Field(clause, "data") || clause.Question == "where")
        {
            return Volumes(services, state);
        }
        if (clause.Verb == "depend" && names.Count == 2)
        {
            return state.Services[names[0]].DependsOn.Contains(names[1])
                ? $"Yes, {names[0]} starts after {names[1]}."
                : $"No, {names[0]} does not wait for {names[1]}.";
        }
        if (Field(clause, "disk") && !Field(clause, "volume") || clause.Question == "howmuch"
            && clause.Lexemes.Any(l => l.Text.StartsWith("disk", StringComparison.Ordinal)))
        {
            return "`loam status` shows what the machine uses.";
        }
        if (names.Count == 0 && clause.Lexemes.Any(l => l.IsVerb("stop")))
        {
            var stopped = services.Where(s => s.Replicas == 0).Select(s => s.Name).ToList();
            return (stopped.Count == 0 ? "No service is declared as stopped."
                : $"Stopped on purpose: {Wording.List(stopped)}.")
                + " `loam status` shows what runs.";
        }
        if (clause.Verb == "publish" || clause.Lexemes.Any(l => l.IsVerb("publish")))
        {
            return Ports(services);
        }
        foreach (var (field, answer) in s_topics)
        {
            if (Field(clause, field))
            {
                return answer(services, state);
            }
        }
        return Whole(clause, services, state, names);
    }

    private static string Whole(
        Clause clause, List<Service> services, DesiredState state, List<string> names)
    {
        if (clause.Question is "why" || (clause.Question == "is" && names.Count > 0)
            || Field(clause, "status") && names.Count > 0)
        {
            var declared = services.Count < 3 ? new ThingAnswers(clause, state).Services(services)
                : Declared(services);
            return $"The files say {declared} Whether it is so, `loam status` shows; "
                + $"`loam logs {Named(names, "SERVICE")}` shows what it says.";
        }
        return Overview(clause, services, state, names.Count > 0);
    }

    private static string Variable(List<Service> services, string name)
    {
        var have = services.Where(s => s.Environment.ContainsKey(name)).ToList();
        return have.Count == 0 ? $"{name} is not set."
            : Each(have, s => $"{s.Name} has {Secrecy.Shown(name, s.Environment[name])}");
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
            + Wording.Some(s.Environment.Select(e => Secrecy.Shown(e.Key, e.Value))))),
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
            .Select(p => $"{p.Host}{(p.Protocol == "tcp" ? "" : "/udp")} ({s.Name}"
                + (p.Address is "127.0.0.1" or "::1" ? $", only on {p.Address})" : ")"))).ToList();
        var inside = services.SelectMany(s => s.Ports.Select(p => $"{p.Container} ({s.Name})"))
            .ToList();
        return open.Count == 0 && services.Count == 1 && inside.Count > 0
            ? $"{services[0].Name} publishes no port of this machine; inside it uses "
                + $"{Wording.List(services[0].Ports.Select(p => $"{p.Container}"))}."
            : open.Count == 0 ? "No port of this machine is published."
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

    private static string Overview(
        Clause clause, List<Service> services, DesiredState state, bool chosen)
    {
        if (services.Count == 0)
        {
            return "Nothing is declared yet. " + Reach;
        }
        if (chosen)
        {
            return services.Count < 3 ? new ThingAnswers(clause, state).Services(services)
                + " `loam status` shows how it does." : Each(services,
                s => $"{s.Name} runs {s.Image.Short}, "
                + (s.Replicas == 1 ? "one copy" : $"{s.Replicas} copies")
                + (s.PublishesPorts ? $", on {Wording.List(s.Ports.Select(p => p.ToString()))}"
                    : "") + (s.Limits.Memory is { } memory ? $", {Sizes.Text(memory)}" : ""))
                + " `loam status` shows how it does.";
        }
        return $"Declared are {Wording.Some(state.Services.Values.Select(s => s.Replicas == 0
            ? $"{s.Name} (stopped)" : s.Name))}. `loam status` shows how they do.";
    }
}
