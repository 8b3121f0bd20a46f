using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>Third stage: a clause gets its attributes and targets. The order matters: what has
/// an unmistakable form is taken first, bare numbers last.</summary>
internal static class ClauseReader
{
    public static void Read(Clause clause, Discourse said)
    {
        said.Session.Effort.Spend(Effort.Word * clause.Count);
        DenialReader.Read(clause);
        EndingReader.Read(clause);
        if (LevelReader.Find(clause, said) is { } level)
        {
            LevelReader.Read(clause, level);
            return;
        }
        ReadMood(clause);
        BindIt(clause, said);
        BindPerson(clause, said);
        BindCopies(clause, said);
        var whose = clause.Owners ??= Owners(clause, said);
        clause.Subject = whose[Math.Min(clause.Choice, whose.Count - 1)];
        ReadForeign(clause);
        if (clause.Subject is { } subject)
        {
            subject.Read(clause, said);
            return;
        }
        if (clause.Question is not null)
        {
            TargetReader.Read(clause);
            return;
        }
        if (BackupReader.Speaks(clause))
        {
            BackupReader.Read(clause);
        }
        ScheduleReader.Read(clause);
        NewVolumeReader.Read(clause);
        StoreReader.Read(clause);
        NameReader.Read(clause);
        GivenNameReader.Read(clause);
        CommandReader.Read(clause);
        DeviceReader.Read(clause);
        GoneSecretsReader.Read(clause);
        SharedVariables.Read(clause, said);
        EnvironmentReader.Read(clause);
        WordedVariableReader.Read(clause, said);
        FormerReader.Read(clause);
        LabelReader.Read(clause);
        ProbeReader.Read(clause, said);
        if (!IsNew(clause) || clause.Lexemes.Any(l => l.Named(Known.App) is not null
            && new TargetResolver(said.Session.Draft.State, []).Candidates(
                new(l.Text, l.Namings, null, false, null)).Count > 0))
        {
            MountModeReader.Read(clause, said);
        }
        MountReader.Read(clause);
        MountReader.Bind(clause, said);
        ImageReader.Read(clause, said);
        SettingReader.Read(clause);
        FlagReader.Read(clause);
        NetworkReader.Read(clause, said);
        DependsReader.Read(clause);
        LimitReader.Read(clause);
        CountReader.Read(clause, said);
        VersionReader.Read(clause);
        PortReader.Read(clause);
        TargetReader.Read(clause);
        BareReader.Read(clause);
        Likewise.Follow(clause, said);
    }

    private static List<ISubject?> Owners(Clause clause, Discourse said)
    {
        var whose = SubjectTable.Of(clause, said);
        if (clause.Question is null && WordedVariableReader.Speaks(clause, said)
            || EnvironmentReader.Speaks(clause, said) || PortReader.Swaps(clause, said))
        {
            whose.Remove(null);
            whose.Insert(0, null);
        }
        // "Lift the cpu limit of imaging" opens nothing.
        else if (whose[0] is Subjects.Firewall.FirewallSubject && clause.Question is null
            && clause.Lexemes.Any(l => !l.IsMention && (l.IsField("memory") || l.IsField("cpu")))
            && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
            && !clause.Lexemes.Any(l => l.Is(Part.Cidr) || l.Is(Part.Address)
                || l.Is(Part.Topic, "firewall")))
        {
            whose.Remove(null);
            whose.Insert(0, null);
        }
        else if (whose[0] is Subjects.Firewall.FirewallSubject && clause.Question is null
            && (Reach.OfNew(clause) || IsOfMade(clause, said)))
        {
            whose.Remove(null);
            whose.Insert(0, null);
        }
        return whose;
    }

    /// <summary>"… and let it answer on port 8090", of what was just made.</summary>
    private static bool IsOfMade(Clause clause, Discourse said) =>
        clause.Lexemes.Any(l => l.Is(Part.Reference, "it"))
        && clause.Lexemes.Any(l => l.Text is "answer" or "answers" or "listen" or "listens"
            or "run on" or "be on" or "live on" or "serve")
        && clause.Lexemes.Any(l => l.IsNumber) && !clause.Lexemes.Any(
            l => l.Named(Known.Service) is not null || l.Is(Part.Cidr) || l.Is(Part.Address)
                || l.Is(Part.Topic, "firewall"))
        && said.Before.Any(c => c.Subject is null && c.Question is null
            && (c.Verb is "create" or "have" || c.Attributes.Exists(a => a is ImageAttribute)));

    /// <summary>What it is about is to be made: its mounts too.</summary>
    private static bool IsNew(Clause clause) => clause.Verb is "" or "create" or "have" or "mount"
        && clause.Lexemes.Any(l => l.Named(Known.App) is not null || l.Is(Part.Image))
        && !clause.Lexemes.Any(l => l.Named(Known.Service) is not null);

    /// <summary>"Can she use sudo?", "good. What about docker?": asked of whom the turn before
    /// was about.</summary>
    private static void BindPerson(Clause clause, Discourse said)
    {
        if (said.Session is not { About: { Subject: Subjects.People.PeopleSubject,
                Names: [var who] } }
            || clause.Lexemes.Any(l => l.IsMention))
        {
            return;
        }
        if (clause.AsksMark && clause.Question is null or "what"
            && clause.Lexemes.Any(l => l.Text is "what about" or "how about")
            && said.Session.LastSaid is [.., { Question: "is",
                Subject: Subjects.People.PeopleSubject }])
        {
            clause.Question = "is";
        }
        var at = clause.Lexemes.ToList().FindIndex(l => l.Text is "he" or "she");
        if (clause.Question == "is" && at >= 0)
        {
            clause.Put(at, clause[at] with
            {
                Text = who,
                Readings = [new(Part.Mention, who)],
                Namings = [new(Known.User, who)],
            });
        }
    }

    /// <summary>"Which ports does it use?", after a service was spoken of.</summary>
    private static void BindIt(Clause clause, Discourse said)
    {
        var it = clause.Find(Part.Reference, "it");
        if (clause.Question is null || it < 0 || !clause.Lexemes.Any(l => l.IsField("port"))
            || clause.Lexemes.Any(l => l.IsMention) || said is not
                { Before.Count: 0, Session: { About: null, Focus: [var name] } }
            || !said.Session.Draft.State.Services.ContainsKey(name))
        {
            return;
        }
        clause.Put(it, clause[it] with
        {
            Text = name,
            Readings = [new(Part.Mention, name)],
            Namings = [new(Known.Service, name)],
            Possessive = clause[it].Text == "its",
        });
    }

    /// <summary>"Fourteen copies of the blog database are too many", where so many backups of it
    /// are kept, and no other number of it runs.</summary>
    private static void BindCopies(Clause clause, Discourse said)
    {
        var state = said.Session.Draft.State;
        var at = clause.Lexemes.ToList().FindIndex(l => l.IsField("replicas")
            && l.Text.Split(' ')[0] is "copies" or "versions" or "generations");
        if (at < 0 || at == 0 || !clause[at - 1].IsNumber || clause[at - 1].Unit.Length > 0
            || TargetResolver.Named(state, clause.Lexemes).ToList() is not [var name])
        {
            return;
        }
        var (service, kept) = (state.Services[name], clause[at - 1].Value);
        var volumes = state.Specs.GetValueOrDefault(StorageFile.File)?.Maps("volumes") ?? [];
        if (service.Replicas != kept && volumes.Any(v => v.Map("backup")?.Number("retain") == kept
            && service.Volumes.Any(used => used.Source == v.Text("name"))))
        {
            clause.Put(at, clause[at] with
            {
                Text = "backups",
                Readings = [new(Part.Field, "backup")],
            });
        }
    }

    private static void ReadMood(Clause clause)
    {
        var wished = false;
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            wished |= lexeme.IsGlue("wish") && lexeme.Text is not ("be" or "being" or "been");
            if (lexeme.IsGlue("instead") && clause.IsFree(at) && !IsWithout(clause, at))
            {
                clause.Corrects = true;
                clause.Use(at);
            }
        }
        var first = clause.IsFree(0) || clause.Count > 0 ? FirstMeant(clause) : -1;
        // "I'd like to see three api instances instead of two"
        if (first >= 0 && clause[first].Text.EndsWith("to see", StringComparison.Ordinal)
            && clause.Lexemes.Any(l => l.IsGlue("insteadof")))
        {
            clause.Verb = clause.Verb.Length == 0 ? "set" : clause.Verb;
            clause.Use(first);
        }
        else if (first >= 0 && clause[first].Key(Part.Question) is { } question
            && !(wished && question is "is" or "help")
            && !(clause[first].IsVerb("backup") && Times.TimeReader.Peek(clause) is not null)
            && !(question == "is" && !clause.AsksMark && first > 0
                && (clause.Verb.Length > 0 || IsTelling(clause[first - 1]))))
        {
            clause.Question = Inner(clause, first)
                ?? (IsOfUse(clause, question) ? "what" : question);
            clause.Use(first);
        }
        else if (clause.Verb.Length == 0 && (LooksOnly(clause) || NamesOnly(clause))
            || clause.AsksMark && !wished && Topical(clause))
        {
            clause.Question = "show";
        }
        else if (!wished && InPlace(clause) is { } asked)
        {
            clause.Question = asked;
        }
        else if (!wished && Inverted(clause))
        {
            clause.Question = "is";
        }
    }

    /// <summary>"We are going away", "this is for my bot".</summary>
    private static bool IsTelling(Lexeme who) => who.Text is "we" or "i" or "they" or "it"
        or "this" or "he" or "she" or "you" or "there";

    /// <summary>"… and no persistence" corrects nothing.</summary>
    private static bool IsWithout(Clause clause, int at) => clause[at].Text is "no" && at > 0
        && at + 1 < clause.Count && (clause[at - 1].IsGlue("and") || clause[at - 1].IsGlue("with")
            || clause[at - 1].IsGlue("but")) && !ClauseSplitter.IsJoint(clause[at + 1]);

    /// <summary>"What uses the most memory?" is no question about what needs what.</summary>
    private static bool IsOfUse(Clause clause, string question) => question == "whatif"
        && clause.Lexemes.Any(l => l.IsField("memory") || l.IsField("cpu"))
        && !clause.Lexemes.Any(l => l.IsMention);

    /// <summary>"Node-red is on what port again": asked where the answer would stand; null: it is
    /// not.</summary>
    private static string? InPlace(Clause clause) => clause.Verb is "" or "have" or "publish"
        && (clause.AsksMark || clause.Count > 0 && clause[clause.Count - 1].Text is "again")
        && !clause.Lexemes.Any(l => l.IsNumber || l.Is(Part.Amount))
        ? clause.Lexemes.Skip(1).Where(l => l.Readings[0].Part == Part.Question
            // "Pg-legacy and pg-results, which versions?"
            || l.Is(Part.Question) && clause.Lexemes.SkipWhile(w => w != l).Skip(1)
                .FirstOrDefault()?.Is(Part.Field) == true)
            .Select(l => l.Key(Part.Question)).FirstOrDefault(
                k => k is "what" or "which" or "when" or "where" or "who" or "howmuch") : null;

    /// <summary>"Next run of the report?": it is clear what is asked.</summary>
    private static bool Topical(Clause clause) => clause.Count > 1
        && clause.Lexemes.FirstOrDefault(l => l.Readings[0].Part != Part.Noise)
            ?.Is(Part.Verb) == false
        && !clause.Lexemes.Any(l => l.IsNumber || l.Is(Part.Amount) || l.IsGlue("with"))
        && Answering.AskingWords.English.Of(clause).Values.Any(w => w >= 1.3);

    /// <summary>"Do backups exist?", "can karl log in": the verb stands in front.</summary>
    private static bool Inverted(Clause clause)
    {
        var at = clause.Lexemes.ToList().FindIndex(l => l.Readings[0].Part != Part.Noise);
        return at >= 0 && at + 1 < clause.Count && (clause.AsksMark && clause[at].Text.Split(' ')[0]
                is "is"
                or "are" or "does" or "do" or "did" or "has" or "was" or "were" or "have"
            || clause[at].Text is "can" && clause[at + 1].Is(Part.Topic, "anywhere")
            // "Can she use sudo then?": what somebody may do, where "can he get …" is a wish.
            || clause.AsksMark && clause[at].Text is "can" or "may"
                && clause[at + 1].Text is "he" or "she" or "they" && at + 2 < clause.Count
                && clause[at + 2].Text.Split(' ')[0] is "use" or "log" or "read" or "see" or "reach"
                    or "write" or "already" or "still" or "do" or "login" or "become" or "run"
            // "Can the portal write to its disk?"
            || clause.AsksMark && clause[at].Text is "can" or "may" && MaySomething(clause, at + 1)
            || clause[at].Text is "can" or "may" or "does" or "is" or "has"
                // "Can peter's old key be dropped?" asks for it.
                && !(clause[at].Text is "can" && clause.Lexemes.Any(l => l.Text is "be"))
                && clause[at + 1].Named(Known.User) is not null
                && clause[at + 1].Named(Known.Service) is null);
    }

    /// <summary>A service and what it does by itself, with no value that could be wished.
    /// </summary>
    private static bool MaySomething(Clause clause, int at)
    {
        at += at < clause.Count && clause[at].Text is "the" or "our" or "my" ? 1 : 0;
        return at + 1 < clause.Count && clause[at].Named(Known.Service) is not null
            && clause[at + 1].Text.Split(' ')[0] is "write" or "read" or "reach" or "see"
                or "access" or "delete" or "talk" or "connect" or "send" or "already" or "still"
            && !clause.Lexemes.Any(l => l.IsNumber || l.Is(Part.Path) || l.Is(Part.Assignment));
    }

    /// <summary>"Tell me which …", "do you know how many …": what is asked is inside.</summary>
    private static string? Inner(Clause clause, int first)
    {
        if (clause[first].Key(Part.Question) is not ("show" or "is"))
        {
            return null;
        }
        var next = first + 1;
        while (next < clause.Count && clause[next].Readings[0].Part is Part.Noise or Part.Glue
            && !clause[next].Is(Part.Question))
        {
            next++;
        }
        return next < clause.Count && clause[next].Key(Part.Question) is { } inner
            && inner is not ("show" or "is" or "help") ? inner : null;
    }

    /// <summary>"Certs?", "environment of worker?": a thing and a question mark.</summary>
    private static bool NamesOnly(Clause clause) => clause.AsksMark
        && !clause.Lexemes.Any(l => l.Text is "no" or "none")
        && clause.Lexemes.Any(l => l.Is(Part.Field) || l.Is(Part.Topic)
            || l.Named(Known.Secret) is not null)
        && clause.Lexemes.All(l => l.IsMention || l.Text == "=" || l.Is(Part.Field)
            || l.Is(Part.Topic) || l.Readings[0].Part is Part.Noise
            || (l.Readings[0].Part is Part.Glue
                && !l.IsGlue("wish") && !l.IsGlue("with") && !l.IsGlue("and")
                && !l.IsGlue("not")));

    /// <summary>"logs of the worker", "status".</summary>
    private static bool LooksOnly(Clause clause)
    {
        // "Log level warn everywhere"
        if (clause.Lexemes.Any(l => l.Text is "level" or "levels")
            || clause.Lexemes.Any(l => l.Text is "logs")
                && clause.Lexemes.Any(l => l.Text is "out"))
        {
            return false;
        }
        // "Its health is at /healthz now"
        if (!clause.AsksMark && clause.Lexemes.Any(l => l.Is(Part.Path)))
        {
            return false;
        }
        foreach (var lexeme in clause.Lexemes)
        {
            if (lexeme.Text.EndsWith("level", StringComparison.Ordinal)
                || clause.Lexemes.Any(l => l.IsGlue("to") || l.Is(Part.Assignment)))
            {
                return false;
            }
            if (lexeme.Key(Part.Field) is "log" or "status" or "history" or "event"
                && !lexeme.IsMention && !lexeme.Is(Part.Noise) && !lexeme.IsGlue("yes")
                && !(lexeme.IsField("log") && clause.Lexemes.Any(l => l.Is(Part.Topic, "audit"))
                    && !clause.AsksMark))
            {
                return clause.AsksMark || !SaysMore(clause, lexeme);
            }
            if (lexeme.Readings[0].Part != Part.Noise && !lexeme.IsMention)
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>"Log the attempts", "the worker logs far too much": no word for what is to be
    /// looked at.</summary>
    private static bool SaysMore(Clause clause, Lexeme log) => log.IsField("log")
        && clause.Lexemes.SkipWhile(l => l != log).Skip(1)
            .TakeWhile(l => !ClauseSplitter.IsJoint(l)).Any(l => !l.IsMention
                && l.Readings[0].Part is Part.Unknown or Part.Field or Part.Amount);

    private static int FirstMeant(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (lexeme.Is(Part.Question))
            {
                return at > 0 && lexeme.Key(Part.Question) == "show" && !clause.AsksMark
                    && IsSomebody(clause[at - 1]) ? -1 : at;
            }
            if (lexeme.Readings[0].Part is not (Part.Noise or Part.Glue))
            {
                return -1;
            }
        }
        return -1;
    }

    /// <summary>"Customers report errors" is told.</summary>
    private static bool IsSomebody(Lexeme who) => who.Text is "people" or "customers" or "users"
        or "members" or "folks" or "clients" or "patients" or "students" or "visitors" or "they"
        or "everybody" or "everyone" or "some" or "many";

    /// <summary>"Whoami (traefik/whoami:v1.10)" names what is to run.</summary>
    public static bool IsProduct(Lexeme image, string word) =>
        image.Text.EndsWith("/" + word, StringComparison.Ordinal)
        || image.Text.Contains($"/{word}:", StringComparison.Ordinal);

    private static void ReadForeign(Clause clause)
    {
        foreach (var at in clause.All(Part.Foreign).ToList())
        {
            if (clause[at].Text.StartsWith("tail", StringComparison.Ordinal)
                && clause.Has(Part.Field, "log"))
            {
                clause.Question ??= "show";
                clause.Use(at);
                continue;
            }
            // A job may run what the conversation may not, and a thing may be called like it.
            var other = clause[at].IsMention || clause[at].Is(Part.Topic) || clause[at].Is(
                Part.Field) || clause.Subject is Subjects.Jobs.JobSubject
                    or Subjects.Notify.NotifySubject or Subjects.Firewall.FirewallSubject;
            if (clause.Lexemes.Any(l => l.Is(Part.Image)
                && IsProduct(l, clause[at].Text)))
            {
                continue;
            }
            // "Curl 8.11.0 is out" is news of a program.
            if (at + 1 < clause.Count && clause[at + 1].Is(Part.Version))
            {
                continue;
            }
            if (clause[at].Key(Part.Foreign) == "chat" && clause.Verb.Length > 0
                && clause.Lexemes.Any(l => l.Text is "notifications" or "notification"
                    or "messages" or "alerts" or "notifier" or "channel"))
            {
                continue;
            }
            if (clause.Subject is not null && (clause[at].IsMention
                || clause.Subject is Subjects.Machine.MachineSubject
                || (other && clause[at].Key(Part.Foreign) is "shell" or "chat")))
            {
                continue;
            }
            clause.Foreign ??= clause[at].Key(Part.Foreign);
            clause.Use(at);
        }
    }
}
