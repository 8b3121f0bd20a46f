using Loam.Core.Resources;
using Loam.Mind.Interpreter.Answering;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.Firewall;
using Loam.Mind.Interpreter.Subjects.Jobs;
using Loam.Mind.Interpreter.Subjects.Machine;
using Loam.Mind.Interpreter.Subjects.Notify;
using Loam.Mind.Interpreter.Subjects.People;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What is not done, each with what can be done instead.</summary>
internal static class Refusals
{
    /// <summary>A sign of several words; one word alone may be part of a name.</summary>
    private const double Strong = 1.7;
    private const double Stronger = 2;

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
        ["chat"] = Elsewhere,
        ["foreign"] = Elsewhere,
        ["thing"] = Elsewhere,
        ["host"] = "I can't change the machine's own packages, kernel and drivers yet; what runs "
            + "in containers I can, such as \"install nextcloud\".",
        ["unsafe"] = "I don't switch approval or rollback off in passing; "
            + "`safety.auto_approve_categories` in manifest.yaml can free single kinds of change, "
            + "with the file's name typed.",
    };

    /// <summary>It was refused for being about something else.</summary>
    public static bool IsElsewhere(string message) =>
        message.Contains(Elsewhere, StringComparison.Ordinal);

    /// <summary>It was refused for words that stand in commands too, such as "sudo".</summary>
    public static bool IsOfShell(string message) => message == s_foreign["shell"];

    private const string Elsewhere = "That is not my business: I look after this machine's "
        + "services, and `help` shows what can be said.";

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
        ("hostnetwork", "I can't yet put a service on the machine's own network; its ports can "
            + "be published instead."),
        ("socket", "I don't hand out the engine's socket by words: who has it owns the machine. "
            + "It can be mounted in services.yaml by hand."),
    ];

    /// <summary>The refusal of a whole turn; null: none. A dangerous or foreign part refuses
    /// everything said with it.</summary>
    public static string? Of(List<Clause> clauses, DesiredState state)
    {
        if (clauses.Count > 0 && IsShellLine(clauses[0]))
        {
            return s_foreign["shell"];
        }
        foreach (var clause in clauses)
        {
            if ((Sign(clause, clauses) ?? Spoken(clause)) is { } foreign
                && !(foreign == "chat" && IsStory(clauses, clause)))
            {
                return s_foreign[foreign];
            }
            if (clause.Question is "what" or "show" or "how" && clause.Lexemes.Any(l =>
                l.IsField("password")) && !AskingWords.English.Of(clause).Keys.Any(
                    k => k is "bans" || k.StartsWith("secrets", StringComparison.Ordinal)
                        && !clause.Lexemes.Any(l => l.Text == "password")))
            {
                return s_foreign["reveal"];
            }
            if (clause.Question is not null && IsAboutPassword(clauses, clause))
            {
                return s_foreign["reveal"];
            }
            if (Names(clause))
            {
                return "I never take a password from a sentence; `loam secret set NAME` sets one, "
                    + "and `loam secret list` shows the names.";
            }
            if (clause.Subject is not null)
            {
                continue;
            }
            if (clauses.Count == 1 && IsNoWish(clause))
            {
                return NotUnderstood;
            }
            if (clause.Question is not null && IsUnknown(clause, state))
            {
                return Elsewhere;
            }
            // "Somebody said to run cron.php. A job for that: …"
            if (clause.Lexemes.Any(l => l.Is(Part.Command)) && !clauses.Exists(c =>
                c.Attributes.OfType<JobWish>().Any(w => w.Command is not null)
                || c.Attributes.OfType<ProbeAttribute>().Any(p => p.Test is not null)))
            {
                return s_foreign["shell"];
            }
            if (clause.Question is null && Password(clause))
            {
                return "I never take a password from a sentence; `loam secret set NAME` sets one, "
                    + "and `loam secret list` shows the names.";
            }
            if (clause.Question is null && !Circumstances.TellsOfAccounts(clause, clauses)
                && !clause.Attributes.Exists(a => a is VariableAttribute)
                && Later(clause) is { } later)
            {
                return later;
            }
        }
        return null;
    }

    /// <summary>"She keeps her recipes in files. Could we have mealie?": only why.</summary>
    private static bool IsStory(List<Clause> clauses, Clause clause) =>
        clause is { Verb: "" or "have", Question: null, Foreign: null }
        && clauses.IndexOf(clause) is var at && clauses.Skip(at + 1).Any(c => c.Verb.Length > 0
            && c.Targets.Exists(t => t.Named(Known.App) is not null
                || t.Named(Known.Service) is not null));

    /// <summary>Everyday things, and nothing of this machine beside them.</summary>
    private static bool IsChat(Clause clause, double weight)
    {
        if (clause.Subject is JobSubject or NotifySubject or FirewallSubject or MachineSubject
            || clause.Verb == "restart"
            || clause.Lexemes.Any(l => l.Is(Part.Image)))
        {
            return false;
        }
        return weight >= (clause.Subject is StorageSubject ? Stronger : Strong)
            ? !clause.Lexemes.Any(l => l.IsMention && l.Named(Known.User) is null)
            : clause.Subject is null && clause.Attributes.Count == 0
                && !clause.Lexemes.Any(l => l.IsMention);
    }

    /// <summary>"What is done without asking?" only asks.</summary>
    private static string? Spoken(Clause clause) => clause.Foreign == "unsafe"
        && clause.Question is not (null or "show") ? null : clause.Foreign;

    /// <summary>"I need the wordpress password, what is it".</summary>
    private static bool IsAboutPassword(List<Clause> clauses, Clause clause) =>
        clauses.IndexOf(clause) is var at and > 0 && clause.Question is "what" or "show"
        && clause.Lexemes.Any(l => l.Is(Part.Reference)) && clause.Targets.TrueForAll(
            t => t.Reference is not null) && clauses[at - 1].Lexemes.Any(
                l => l.IsField("password") && !l.IsMention);

    /// <summary>"The password hunter2": letters and figures right behind the word.</summary>
    private static bool SaysPassword(Clause clause) => clause.Question is null
        && Enumerable.Range(0, Math.Max(0, clause.Count - 1)).Any(at =>
            clause[at].IsField("password") && !clause[at].IsMention
            && clause[at + 1].Readings[0].Part is Part.Unknown or Part.Quoted
            && clause[at + 1].Text.Any(char.IsAsciiDigit)
            && clause[at + 1].Text.Any(char.IsAsciiLetter));

    /// <summary>"Set the root password to 1234".</summary>
    private static bool Names(Clause clause) => SaysPassword(clause) || clause.Question is null
        && clause.Verb is "set" or "replace" && Enumerable.Range(0, Math.Max(0, clause.Count - 2))
            .Any(at => clause[at].IsField("password") && !clause[at].IsMention
                && clause[at + 1].IsGlue("to") && (clause[at + 2].Is(Part.Unknown)
                    || clause[at + 2].IsNumber || clause[at + 2].Is(Part.Quoted)));

    /// <summary>"Convert 5 miles to km": no verb that is known, and nothing that is here.
    /// </summary>
    private static bool IsNoWish(Clause clause) => clause is { Question: null, Verb: "",
            IsInherited: false, AsksMark: false } && clause.Targets.Count == 0
        && clause.Lexemes.FirstOrDefault(l => l.Readings[0].Part is not (Part.Noise or Part.Glue))
            is { } first && first.Is(Part.Unknown) && !first.Corrected
        && clause.Lexemes.Count(l => l.Is(Part.Unknown)) > 1
        && !clause.Lexemes.Any(l => l.IsMention || l.Is(Part.Field) || l.Is(Part.Image));

    /// <summary>A question about things nobody here has heard of.</summary>
    private static bool IsUnknown(Clause clause, DesiredState state) =>
        clause.Question is not ("help" or "whatif") && clause.Targets.Count == 0
        && clause.Lexemes.Any(l => l.Is(Part.Unknown))
        && !clause.Lexemes.Any(l => l.IsMention || l.Is(Part.Field)
            || l.Is(Part.Topic) && clause.Lexemes.Count(u => u.Is(Part.Unknown)) < 2
            || l.Is(Part.Identifier) || l.Is(Part.Path) || l.Is(Part.Address) || l.Is(Part.Cidr)
            || l.Is(Part.Domain) || l.Is(Part.Image) || l.Is(Part.Reference)
            || (l.IsNumber && l.Value > 0 && l.Unit.Length > 0)
            || (l.Is(Part.Verb) && !l.Is(Part.Noise) && !l.IsVerb("have") && !l.IsVerb("set")))
        && !clause.Lexemes.Any(l => StateLists.Names(state, l.Text)
            || new PeopleBook(state).Groups.Contains(l.Text))
        && Whereabouts.Of(clause, state, loosely: true) is null
        && AskingWords.English.Of(clause).Values.All(w => w < 1);

    /// <summary>What the words of a clause say, wherever they stand, that must be refused.
    /// </summary>
    private static string? Sign(Clause clause, List<Clause> clauses)
    {
        var asks = clause.Question is not (null or "show");
        var found = AskingWords.Refusing.Of(clause);
        foreach (var (reason, weight) in found.OrderByDescending(
            f => f.Key == "reveal" ? 100 : f.Value))
        {
            var holds = reason switch
            {
                "shell" => !asks && clause.Subject is not (JobSubject or FirewallSubject)
                    && !IsOfPeople(clause, clauses),
                "reveal" => clause.Question is null or "what" or "show" or "how" or "is"
                    && clause.Subject is not NotifySubject && !MakesSecret(clause)
                    && !clause.Lexemes.Any(l => l.Text
                        is "used" or "use" or "uses" or "unused" or "where" or "exist")
                    && !(clause.Question == "what"
                        && clause.Lexemes.LastOrDefault()?.IsGlue("for") == true),
                "unsafe" => !asks && !(clause.Subject is null && clause.Lexemes.Any(
                    l => l.Is(Part.Amount, "unlimited")) && clause.Lexemes.Any(
                    l => l.Named(Known.Service) is not null))
                    && clause.Subject is not (MachineSubject or FirewallSubject or JobSubject),
                "host" => !asks && clause.Subject is not PeopleSubject
                    && !clause.Lexemes.Any(l => l.Named(Known.Service) is not null),
                // "Open valve 3 in the greenhouse" is about no port.
                "thing" => !asks && !clause.Lexemes.Any(l => l.IsField("port")
                    || l.Named(Known.Service) is not null || l.Named(Known.App) is not null
                    || l.Is(Part.Image)),
                "foreign" => clause.Subject is not FirewallSubject && clause.Verb != "rename"
                    && !clause.Lexemes.Any(l => l.Is(Part.Image)),
                _ => IsChat(clause, weight),
            };
            if (holds)
            {
                return reason;
            }
        }
        return null;
    }

    /// <summary>"Let me have a random secret X": made, and not shown.</summary>
    private static bool MakesSecret(Clause clause) => clause.Question is null
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "generate"))
        && clause.Attributes.OfType<Subjects.People.SecretAttribute>().Any(s => s.Wish is
            Subjects.People.SecretWish.Make or Subjects.People.SecretWish.Renew);

    /// <summary>"User kim; shell bash; sudo": words of the shell, said of somebody.</summary>
    private static bool IsOfPeople(Clause clause, List<Clause> clauses)
    {
        static bool Names(Clause of, bool known) => of.Attributes
            .OfType<Subjects.People.UserAttribute>()
            .Any(u => u.Names.Count + (known ? u.Users.Count : 0) > 0);
        return clause.Subject is PeopleSubject && (clause.Lexemes.Any(
                l => l.Named(Known.User) is not null || l.Is(Part.Topic, "account"))
            || Names(clause, known: false)
            || clauses.Exists(c => c != clause && Names(c, known: true)));
    }

    /// <summary>"cat /etc/shadow", "mkfs.ext4 /dev/sdb1": a program and what it is given, not a
    /// sentence.</summary>
    private static bool IsShellLine(Clause clause)
    {
        if (clause.Question is not null || clause.Count < 2 || clause.Lexemes[0].IsMention
            || clause.Attributes.OfType<Subjects.Jobs.JobWish>().Any()
            || clause.Lexemes.Any(l => l.Is(Part.Image)
                && ClauseReader.IsProduct(l, clause[0].Text))
            || clause[0].Text is "make" && clause.Lexemes.Any(
                l => l.Named(Known.Service) is not null))
        {
            return false;
        }
        var at = clause.Lexemes.ToList().FindIndex(l => l.Readings[0].Part != Part.Noise
            && !l.IsGlue("wish") && !(l.IsMention is false && l.Text is "run" or "execute"
                or "type" or "do" or "enter" or "sudo" or "doas"));
        if (at < 0 || at + 1 >= clause.Count || clause[at].IsMention)
        {
            return false;
        }
        var program = clause[at].Text;
        var next = clause[at + 1];
        // "Docker is not for anna", "curl 8.11.0 is out"
        if (next.Is(Part.Version) || next.IsGlue("is") || next.IsGlue("not") || next.IsGlue("wish"))
        {
            return false;
        }
        // "Umount /mnt/nas" is a wish too, where that is mounted.
        var wish = program == "rm" && clause.Lexemes.All(l => l.IsMention || l.Is(Part.Verb)
                || l.Is(Part.Field) || l.Is(Part.Topic) || l.Readings[0].Part is Part.Noise
                    or Part.Glue) && clause.Lexemes.Any(l => l.IsMention && l != clause[at])
            || clause.Subject is Subjects.Storage.StorageSubject && clause.Lexemes.Any(l =>
            (l.Named(Known.Mount) is not null && clause[at].Is(Part.Verb))
            || (l.Named(Known.Volume) is not null && clause[at].Is(Part.Topic)));
        return at > 0 && clause[at - 1].Text is "sudo" or "doas"
            && CommandFinder.IsProgram(program)
            || CommandFinder.IsTyped(program) && clause.Subject is not JobSubject && !wish
            || CommandFinder.IsProgram(program) && (next.Is(Part.Path) || next.Is(Part.Quoted)
            || next.Text[0] is '-' or '>' or '|' or '~' or '$' or '.')
            || next.Text.Length is > 1 and < 20 && next.Text[0] == '-' && !next.IsNumber
                && (clause[at].Is(Part.Unknown) || program == "mount");
    }

    /// <summary>A password is to be changed; those of new services are made by Loam.</summary>
    private static bool Password(Clause clause) => clause.Verb is "have" && clause.Lexemes.Any(
            l => l.IsField("password") && !l.IsMention) && clause.Lexemes.Any(
                l => l.Named(Known.Service) is not null) && clause.Lexemes.Any(l => l.Text == "new")
        || clause.Verb is "set" or "replace" or "remove"
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
