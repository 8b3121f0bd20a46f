using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>What the words of a piece are about, before anything is read: a host name, a person, a
/// job. Only words that hardly mean anything else count; values never do.</summary>
internal static class Topics
{
    private static readonly (Part Part, string Topic, string[] Keys)[] s_words =
    [
        (Part.Field, "service", ["memory", "cpu", "pids", "replicas", "environment", "health",
            "restartpolicy", "entrypoint", "workdir", "privileged", "capability", "onfailure"]),
        (Part.Topic, "name", ["hostname"]),
        (Part.Topic, "clock", ["timezone", "located"]),
        (Part.Topic, "resolving", ["dns", "search"]),
        (Part.Topic, "interface", ["interface", "gateway"]),
        (Part.Topic, "model", ["llm", "budget", "redact"]),
        (Part.Topic, "safety", ["changes", "autoapprove", "rollbacks", "restricted"]),
        (Part.Topic, "observing", ["loglines", "metrics", "anomaly"]),
        (Part.Topic, "people", ["account", "admin", "key", "uid", "shell", "group", "lock",
            "left"]),
        (Part.Topic, "certificate", ["letsencrypt", "selfsigned", "acme", "wildcard",
            "dnschallenge"]),
        (Part.Field, "certificate", ["certificate"]),
        (Part.Field, "people", ["user", "login", "sshkey"]),
        (Part.Field, "name", ["hostname"]),
        (Part.Field, "clock", ["timezone"]),
        (Part.Field, "job", ["job"]),

        (Part.Topic, "audit", ["audit"]),
        (Part.Topic, "job", ["job"]),
        (Part.Field, "backup", ["backup"]),
        (Part.Verb, "backup", ["backup"]),
        (Part.Topic, "backup", ["snapshot"]),
        (Part.Verb, "mounting", ["mount", "unmount"]),
        (Part.Topic, "telling", ["ntfy", "webhook"]),
        (Part.Topic, "firewall", ["firewall", "lockdown", "allow", "block", "ban", "fails"]),
    ];

    private static readonly Dictionary<Reading, string> s_topics = s_words
        .SelectMany(w => w.Keys.Select(k => (Reading: new Reading(w.Part, k), w.Topic)))
        .ToDictionary(w => w.Reading, w => w.Topic);

    public static HashSet<string> Of(IReadOnlyList<Lexeme> lexemes)
    {
        var topics = new HashSet<string>(StringComparer.Ordinal);
        foreach (var lexeme in lexemes)
        {
            // Of "dns" and "https" packets are spoken of too.
            foreach (var reading in lexeme.IsMention || lexeme.Text is "dns" or "https" ? []
                : lexeme.Readings)
            {
                if (s_topics.TryGetValue(reading, out var topic))
                {
                    topics.Add(topic);
                }
                else if (reading.Part == Part.Topic
                    && reading.Key.StartsWith("shell:", StringComparison.Ordinal))
                {
                    topics.Add("people");
                }
            }
            if (IsPort(lexeme) && lexemes.Any(l => l.Is(Part.Cidr) || l.Is(Part.Address)))
            {
                topics.Add("firewall");
            }
            if (lexeme.Text is "dns" && lexemes.Any(l => l.Is(Part.Address))
                && !lexemes.Any(l => l.IsGlue("from") || l.Is(Part.Topic, "allow")))
            {
                topics.Add("resolving");
            }
            if (lexeme.Is(Part.Topic, "zone") && !lexemes.Any(l => l.IsNumber))
            {
                topics.Add("clock");
            }
            if (OfName(lexeme) is { } named)
            {
                topics.Add(named);
            }
        }
        if (NamesMachine(lexemes) || IsRenamed(lexemes))
        {
            topics.Add("name");
        }
        if (topics.Count == 0 && IsNewApp(lexemes))
        {
            topics.Add("service");
        }
        return topics;
    }

    /// <summary>"The box is to be called attic".</summary>
    private static bool NamesMachine(IReadOnlyList<Lexeme> lexemes)
    {
        var at = lexemes.ToList().FindIndex(l => l.Text.Split(' ')[^1] is "box" or "machine"
            or "server" or "host" or "computer");
        return at >= 0 && lexemes.Skip(at + 1).Take(4).Any(l => l.IsField("name"));
    }

    /// <summary>"Rename to hut", "call it attic": of nothing that is named here.</summary>
    private static bool IsRenamed(IReadOnlyList<Lexeme> lexemes) =>
        lexemes.Any(l => l.IsVerb("rename") && lexemes.Any(t => t.IsGlue("to"))
            || l.Text is "call it" or "call the machine"
            || l.IsField("name") && l.Text is "call" or "name")
        && !lexemes.Any(l => l.IsMention || l.Is(Part.Image));

    /// <summary>"A redis": something that is to run.</summary>
    public static bool IsNewApp(IReadOnlyList<Lexeme> lexemes)
    {
        var at = lexemes.ToList().FindIndex(l => l.Named(Known.App) is not null
            && l.Named(Known.Service) is null && !l.Readings.Any(r => r.Part == Part.Topic
                && r.Key.StartsWith("provider:", StringComparison.Ordinal)));
        // "Hostname attic, jellyfin"
        if (at >= 0 && lexemes.All(l => l == lexemes[at] || ClauseSplitter.IsJoint(l)
            || l.Readings[0].Part == Part.Noise))
        {
            return true;
        }
        return at > 0 && lexemes[at - 1].Text.Split(' ')[^1] is "a" or "an" or "another" or "new"
            or "own";
    }

    /// <summary>What people call a port, such as "ssh".</summary>
    public static bool IsPort(Lexeme lexeme) => !lexeme.IsMention && lexeme.Readings.Any(
        r => r.Part == Part.Topic && r.Key.Contains(" tcp:", StringComparison.Ordinal));

    private static string? OfName(Lexeme lexeme) => lexeme.Namings.IsEmpty
        || lexeme.Namings.Any(n => n.Known is Known.Service or Known.App or Known.Role) ? null
        : lexeme.Namings[0].Known switch
        {
            Known.User => "people",
            Known.Job => "job",
            Known.Certificate => "certificate",
            Known.Interface => "interface",
            Known.Rule when lexeme.Namings.Length == 1 && lexeme.Readings.Length == 1 => "firewall",
            _ => null,
        };
}
