using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What is not done, each with what can be done instead.</summary>
internal static class Refusals
{
    public const string NotUnderstood =
        "I can't yet make anything of that. I understand wishes about services, the firewall, "
        + "storage, jobs and users, such as \"set up a web server\", \"only allow SSH from "
        + "10.0.0.0/8\" or \"back up everything at 3\"; `help` shows more.";

    private static readonly Dictionary<string, string> s_foreign = new(StringComparer.Ordinal)
    {
        ["shell"] = "I never run commands on this machine; say what should be different, and I "
            + "propose a change to the state files.",
        ["reveal"] = "I never show a secret's value; `loam secret list` shows the names, and "
            + "`loam secret set NAME` sets a new value.",
        ["chat"] = "That is not my business: I look after this machine's services, and `help` "
            + "shows what can be said.",
        ["unsafe"] = "I don't switch approval or rollback off in passing; "
            + "`safety.auto_approve_categories` in manifest.yaml can free single kinds of change, "
            + "with the file's name typed.",
    };

    private static readonly (string Field, string Sentence)[] s_later =
    [
        ("approval", s_foreign["unsafe"]),
        ("safety", s_foreign["unsafe"]),
        ("firewall", "I can't yet change the firewall by words; its rules can be written into "
            + "network.yaml by hand."),
        ("certificate", "I can't yet get certificates; caddy gets its own, so \"set up caddy\" "
            + "may be what you want."),
        ("job", "I can't yet schedule jobs by words; they can be written into scheduled.yaml by "
            + "hand."),
        ("hostname", "I can't yet change the host's name by words; it stands in network.yaml."),
        ("timezone", "I can't yet change the time zone by words; it stands in manifest.yaml."),
        ("sshkey", "I can't yet change users and keys by words; they stand in security.yaml."),
        ("user", "I can't yet change users by words; they stand in security.yaml."),
        ("login", "I can't yet change users by words; they stand in security.yaml."),
        ("group", "I can't yet change groups by words; they stand in security.yaml."),
        ("device", "I can't yet add devices by words; `devices` of a service takes them."),
        ("hostnetwork", "I can't yet put a service on the machine's own network; its ports can "
            + "be published instead."),
        ("socket", "I don't hand out the engine's socket by words: who has it owns the machine. "
            + "It can be mounted in services.yaml by hand."),
        ("capability", "I can't yet add capabilities by words; `cap_add` of a service takes "
            + "them."),
    ];

    /// <summary>The refusal of a whole turn; null: none. A dangerous or foreign part refuses
    /// everything said with it.</summary>
    public static string? Of(List<Clause> clauses)
    {
        if (clauses.Count > 0 && IsShellLine(clauses[0]))
        {
            return s_foreign["shell"];
        }
        foreach (var clause in clauses)
        {
            if (clause.Foreign is { } foreign)
            {
                return s_foreign[foreign];
            }
            if (clause.Question is not null && clause.Lexemes.Any(l => l.IsField("password")))
            {
                return s_foreign["reveal"];
            }
            if (clause.Subject is not null)
            {
                continue;
            }
            if (clause.Lexemes.Any(l => l.Is(Part.Command)))
            {
                return s_foreign["shell"];
            }
            if (clause.Question is null && Password(clause))
            {
                return "I never take a password from a sentence; `loam secret set NAME` sets one, "
                    + "and `loam secret list` shows the names.";
            }
            if (clause.Question is null && Later(clause) is { } later)
            {
                return later;
            }
        }
        return null;
    }

    /// <summary>"cat /etc/shadow", "mkfs.ext4 /dev/sdb1": a program and what it is given, not a
    /// sentence.</summary>
    private static bool IsShellLine(Clause clause)
    {
        if (clause.Question is not null || clause.Count < 2 || clause.Lexemes[0].IsMention
            || clause.Attributes.OfType<Subjects.Jobs.JobWish>().Any())
        {
            return false;
        }
        var program = clause[0].Text;
        var next = clause[1];
        return CommandFinder.IsProgram(program) && (next.Is(Part.Path) || next.Is(Part.Quoted)
            || next.Text[0] is '-' or '>' or '|' or '~' or '$' or '.');
    }

    /// <summary>A password is to be changed; those of new services are made by Loam.</summary>
    private static bool Password(Clause clause) => clause.Verb is "set" or "replace" or "remove"
        or "upgrade" && clause.Attributes.Count == 0 && clause.Lexemes.Any(
            l => (l.IsField("password") && !l.IsMention)
                || (l.Is(Part.Identifier) && Editing.Secrecy.IsSecretName(l.Original)));

    private static string? Later(Clause clause)
    {
        if (clause.Verb.Length == 0 && !clause.IsInherited)
        {
            return null;
        }
        foreach (var (field, sentence) in s_later)
        {
            for (var at = 0; at < clause.Count; at++)
            {
                if (clause.IsFree(at) && clause[at].IsField(field) && !clause[at].IsMention)
                {
                    return sentence;
                }
            }
        }
        return null;
    }
}
