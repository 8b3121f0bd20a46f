using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Users, their keys and groups, secrets by name, certificates and the audit log.
/// </summary>
internal sealed class PeopleSubject : ISubject
{
    public Vocabulary Words { get; } = new("people");

    public static readonly PeopleSubject Instance = new();

    public double Claim(Clause clause, Discourse said)
    {
        if (clause.Lexemes.Any(l => l.Is(Part.Foreign, "unsafe") || l.Is(Part.Foreign, "reveal")
            || (l.Is(Part.Foreign, "chat") && !l.IsMention)))
        {
            return 0;
        }
        // "Block everyone from 3001 except 203.0.113.9": packets, and no accounts.
        if ((clause.Verb is "block" or "unblock" || clause.Lexemes.Any(
                l => l.Text.EndsWith("access", StringComparison.Ordinal)))
            && clause.Lexemes.Any(l => l.Is(Part.Address) || l.Is(Part.Cidr))
            && clause.Lexemes.All(l => l.Named(Known.User) is null))
        {
            return 0;
        }
        // "Let me have a random secret X"
        if (clause.Question is null && clause.Lexemes.Any(l => l.Is(Part.Identifier))
            && clause.Lexemes.Any(l => l.IsField("secret"))
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "generate")))
        {
            return 0.96;
        }
        if (clause.Question is null && clause.Lexemes.Any(IsServiceAccount)
            && clause.Lexemes.Any(l => l.IsField("name"))
            && clause.Verb is "" or "create" or "have")
        {
            return 0.96;
        }
        return Reinstated.Of(clause, said).Count > 0 || GoesOnWithAudit(clause, said)
            || IsUsedBy(clause, said) || OfAsked(clause, said)
            || UserReader.IsRatherName(clause, said) || CertificateReader.Speaks(clause) ? 0.9
            : AuditEdits.Speaks(clause) ? 0.85
            : Secrets.Speaks(clause) || Secrets.GoesOn(clause, said) is not null ? 0.8
            : OfUsers(clause, said);
    }

    /// <summary>"Caddy uses it", of a certificate.</summary>
    private static bool IsUsedBy(Clause clause, Discourse said) => said.Continues(Instance)
        && clause.Question is null && clause.Lexemes.Any(l => l.Text is "uses" or "use")
        && clause.Lexemes.Any(l => l.IsReference("it"))
        && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
        && clause.Lexemes.All(l => l.Named(Known.User) is null && !l.IsNumber)
        && said.Session.About is { } about
        && (said.Session.Draft.State.Specs.GetValueOrDefault(SecurityFile.File)
            ?.Maps("certificates") ?? []).Any(c => about.Names.Contains(c.Text("name") ?? ""));

    /// <summary>"What does the site certificate cover?", "add x.example".</summary>
    private static bool OfAsked(Clause clause, Discourse said) => said.Before.Count == 0
        && said.Session.LastSaid is [{ Question: not null } asked]
        && asked.Attributes.OfType<CertificateAttribute>().Any(c => c.Names.Count == 1)
        && clause.Question is null && clause.Lexemes.All(l => l.Named(Known.User) is null
            && !l.Text.Split(' ').Any(w => w is "new" or "another" or "separate" or "own"))
        && clause.Lexemes.Any(l => l.Is(Part.Domain) || l.Is(Part.Topic, "renewal")
            || l.Is(Part.Email));

    /// <summary>"A minio for the CI artefacts": whoever is named only gets what is made.</summary>
    private static bool IsForSomebody(Clause clause) => clause.Verb is "create" or "have" or ""
        && clause.Question is null && Enumerable.Range(0, clause.Count)
            .Where(i => clause[i].Named(Known.User) is not null)
            .All(i => clause.NextBefore(i)?.IsGlue("for") == true);

    private double OfUsers(Clause clause, Discourse said)
    {
        var all = clause.Lexemes;
        var book = new PeopleBook(said.Session.Draft.State);
        var user = all.Any(l => l.Named(Known.User) is not null)
            || clause.Question is null && book.OneOf(clause).Count > 0
                && !all.Any(l => l.Text is "new" or "another" or "a");
        var asUser = all.Zip(all.Skip(1)).Any(p => p.First.IsField("user")
            && p.Second.IsMention && p.Second.Named(Known.User) is null);
        var service = !asUser && all.Any(l => l.Named(Known.User) is null
                && (l.Named(Known.Service) ?? l.Named(Known.Volume)) is not null)
            || all.Any(l => l.Is(Part.Image));
        var app = all.Any(l => l.Named(Known.App) is not null && l.Named(Known.User) is null
            && l.Named(Known.Service) is null);
        var key = all.Any(l => l.Is(Part.Key));
        var account = all.Any(l => l.Is(Part.Topic, "account") || l.Is(Part.Topic, "admin")
            || l.Is(Part.Topic, "everyone") || IsServiceAccount(l));
        var word = all.Any(l => l.IsField("user") || l.IsField("login") || l.IsField("group")
            || l.IsField("sshkey") || l.Is(Part.Topic, "key") || l.Is(Part.Topic, "lock")
            || l.Is(Part.Topic, "group"));
        if (key || all.Any(l => book.KeyHint(l) is { Owner: not null }))
        {
            return 0.95;
        }
        if (IsNamed(clause) && (clause.Verb is "create" or "have" or "" or "set" or "backup")
            && !all.Any(l => l.Is(Part.Image) || l.Named(Known.Service) is not null
                && l.Named(Known.App) is null))
        {
            return 0.97;
        }
        // "Ci may use docker for the gitea runner"
        if (user && clause.Question is null && all.Any(l => !l.IsMention
            && (l.Is(Part.Topic, "admin") || book.Groups.Contains(l.Text))))
        {
            return 0.8;
        }
        if (service || app && !account && !word && IsForSomebody(clause))
        {
            return 0;
        }
        if (account && clause.Verb is "create" or "have" && clause.Question is null && !app
            && all.Any(l => l.Is(Part.Unknown) && UserNames.Of(l) is not null))
        {
            return 0.88;
        }
        if (all.Any(l => l.Is(Part.Topic, "hostname")) && !account)
        {
            return 0;
        }
        if (ByWords(clause, book, (user, account, word, app)) is > 0 and var sure)
        {
            return sure;
        }
        return !app && said.Continues(this) ? OfMore(clause, said, book, word || account) : 0;
    }

    /// <summary>"A service account deployer, nologin".</summary>
    public static bool IsServiceAccount(Lexeme lexeme) => lexeme.Readings.Any(
            r => r.Key == "shell:" + PeopleBook.NoLogin)
        && lexeme.Text.Split(' ')[^1] is "account" or "user" or "accounts" or "users";

    /// <param name="says">Somebody who is there, an account, words of people, an app.</param>
    private static double ByWords(Clause clause, PeopleBook book,
        (bool User, bool Account, bool Word, bool App) says)
    {
        var (user, account, word, app) = says;
        if (user && (account || word || clause.Verb.Length > 0 || clause.Question is not null))
        {
            return 0.8;
        }
        if (account && !app && (clause.Verb.Length > 0 || word || clause.Question is not null
            || UserReader.Introduces(clause)
            || clause.Lexemes.Any(IsServiceAccount)))
        {
            return 0.75;
        }
        if (user && !app)
        {
            return 0.6;
        }
        if (!app && Comes(clause))
        {
            return 0.7;
        }
        // "Its key should be deleted", of the old-laptop
        if (!app && clause.Question is null && clause.Lexemes.Any(l => l.Is(Part.Topic, "key"))
            && clause.Lexemes.Any(l => l.Is(Part.Unknown) && book.KeyHint(l) is not null))
        {
            return 0.8;
        }
        // "Add student3", where there are student1 and student2
        if (!app && clause.Question is null && clause.Verb is "" or "create" or "have" or "set"
            && clause.Lexemes.Any(l => book.IsSibling(l)))
        {
            return 0.75;
        }
        if (word && !app && clause.Lexemes.Any(l => l.IsField("login") || l.IsField("user")
            || l.IsField("sshkey") || l.Is(Part.Topic, "lock") || l.IsField("group")))
        {
            return 0.6;
        }
        return 0;
    }

    /// <summary>What goes on about somebody spoken of before.</summary>
    /// <param name="named">An account, or something of one, is named.</param>
    private static double OfMore(Clause clause, Discourse said, PeopleBook book, bool named)
    {
        var all = clause.Lexemes;
        if (all.Any(l => l.Is(Part.Reference, "it") || l.Is(Part.Reference, "them"))
            && clause.Verb is "remove" or "undo" or "stop")
        {
            return said.Before.Count > 0 ? 0.6 : 0;
        }
        var pronoun = all.Any(l => l.Text is "her" or "him" or "his" or "them" or "their" or "he"
            or "she");
        return pronoun || named
            || (clause.Question is null && all.Any(l => book.Groups.Contains(l.Text)))
            || all.Any(l => l.Is(Part.Topic, "shell") || l.Is(Part.Topic, "left")
                || l.Is(Part.Topic, "admin")
                || l.Is(Part.Topic, "like")
                || l.Is(Part.Topic, "rotate") || l.Is(Part.Topic, "renewal")
                || l.Is(Part.Domain) || l.Is(Part.Email) || l.IsField("certificate")
                || l.Is(Part.Topic, "uid") || l.Readings.Any(r => r.Part == Part.Topic
                    && r.Key.StartsWith("shell:", StringComparison.Ordinal))) ? 0.65 : 0;
    }

    /// <summary>"Start auditing, sixty days".</summary>
    private static bool GoesOnWithAudit(Clause clause, Discourse said) =>
        said.Before is [.., { } before] && before.Attributes.OfType<AuditAttribute>().Any()
        && clause.Lexemes.Any(l => l is { IsNumber: true, Unit: "d" } || l.Is(Part.Path)
            || l.IsNumber && clause.Lexemes.Any(d => d.Is(Part.Topic, "days")))
        && !clause.Lexemes.Any(l => l.IsMention);

    /// <summary>"We have a new developer", "give access to hans".</summary>
    private static bool Comes(Clause clause)
    {
        var all = clause.Lexemes;
        var person = all.Any(l => l.Is(Part.Topic, "person") && !l.IsMention);
        if (UserReader.Arriving(clause) > 0 || person && clause.Question is null
            && all.Any(l => l.IsField("name")) && clause.Verb is "" or "have"
            && all.Any(l => l.Is(Part.Unknown) && UserNames.Of(l) is not null))
        {
            return true;
        }
        // "Two interns start tomorrow": who comes is said next.
        if (person && clause.Question is null && all.Count < 8 && all.Any(l => l.Text is "start"
                or "starts" or "join" or "joins" or "begin" or "begins" or "arrive" or "arrives")
            && !all.Any(l => l.IsMention))
        {
            return true;
        }
        // "Add sarah as a developer"
        if (person && clause.Verb == "create" && clause.Question is null && !all.Any(
                l => l.IsMention || l.Is(Part.Image) || l.Is(Part.Topic, "job")
                    || l.Is(Part.Field) && !l.IsField("group") && !l.IsField("name"))
            && all.Any(l => l.Is(Part.Unknown) && UserNames.Of(l) is not null))
        {
            return true;
        }
        if (person && clause.Verb is "create" or "have" or "" && clause.Question is null
            && (clause.Count < 8 && all.Any(l => l.Text.StartsWith("new", StringComparison.Ordinal))
                || all.Any(l => l.Text.EndsWith("people", StringComparison.Ordinal)
                    || l.Text.EndsWith("persons", StringComparison.Ordinal))))
        {
            return true;
        }
        var access = all.ToList().FindIndex(l => l.Text.Split(' ')[^1] is "access");
        if (access >= 0 && access + 2 < all.Count && all[access + 1].IsGlue("to")
            && all[access + 2].Is(Part.Unknown) && access + 3 == all.Count)
        {
            return true;
        }
        return false;
    }

    /// <summary>"User backup with uid 2000", "a user "weather"": a name, whatever else it may
    /// mean, and what only users have.</summary>
    private static bool IsNamed(Clause clause)
    {
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            if ((clause[at].IsField("user") && clause[at].Text == "user"
                    || clause[at].Is(Part.Topic, "account"))
                && (clause[at + 1].Is(Part.Quoted) || UserNames.Of(clause[at + 1]) is not null
                    && !clause[at + 1].Is(Part.Glue))
                && clause.Lexemes.Any(l => l.Is(Part.Topic, "uid") || l.Is(Part.Topic, "group")
                    || l.IsField("group") || l.IsField("login") || l.Is(Part.Topic, "lock")
                    || l.Is(Part.Topic, "admin") || l.IsField("sshkey") || l.Readings.Any(
                        r => r.Key.StartsWith("shell", StringComparison.Ordinal))))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>"OLD_KEY is not used, throw it out": the second says what is to be done.
    /// </summary>
    private static bool GoesOn(Clause clause, Discourse said)
    {
        if (clause.Verb != "remove" || clause.Question is not null
            || said.Before is not [.., { } last]
            || clause.Lexemes.Any(l => l.IsMention || l.Is(Part.Identifier))
            || !clause.Lexemes.Any(l => l.Is(Part.Reference)))
        {
            return false;
        }
        foreach (var told in last.Attributes.ToList())
        {
            if (told is SecretAttribute secret)
            {
                last.Attributes.Remove(told);
                clause.Attributes.Add(secret with { Wish = SecretWish.Remove });
            }
            else if (told is CertificateAttribute certificate && certificate.Names.Count > 0)
            {
                last.Attributes.Remove(told);
                clause.Attributes.Add(certificate with { Removes = true });
            }
        }
        return clause.Attributes.Count > 0;
    }

    public void Read(Clause clause, Discourse said)
    {
        if (Secrets.GoesOn(clause, said) is { } told)
        {
            Secrets.Take(clause, said, told);
            return;
        }
        if (GoesOn(clause, said))
        {
            return;
        }
        if (IsSignature(clause, said))
        {
            clause.Explains();
            clause.IsTold = true;
            return;
        }
        if (Reinstated.Of(clause, said) is { Count: > 0 } back)
        {
            clause.Attributes.AddRange(back);
            clause.Verb = "have";
            clause.Use(0, clause.Count - 1);
            return;
        }
        clause.Verb = clause.Verb == "backup" ? "create" : clause.Verb;
        Removes(clause, said);
        if (CertificateReader.Speaks(clause) || GoesOnWithCertificates(clause, said))
        {
            CertificateReader.Read(clause, said);
            Gather(clause, said);
            if (OfAsked(clause, said) && clause.Attributes.OfType<CertificateAttribute>().ToList()
                is [{ Names.Count: 0 } more])
            {
                more.Names.Add(said.Session.LastSaid[0].Attributes
                    .OfType<CertificateAttribute>().First().Names[0]);
            }
        }
        else if (AuditEdits.Speaks(clause) || GoesOnWithAudit(clause, said))
        {
            AuditEdits.Read(clause);
        }
        else if (Secrets.Speaks(clause))
        {
            Secrets.Read(clause);
        }
        else
        {
            UserReader.Read(clause, said);
            Join(clause, said);
            TakeKeys(clause, said);
        }
    }

    /// <summary>"The key anna@desktop must not open anything any more", "kick karl".</summary>
    private static void Removes(Clause clause, Discourse said)
    {
        var book = new PeopleBook(said.Session.Draft.State);
        if (clause.Verb == "unpublish" && clause.Lexemes.Any(l => l.Is(Part.Topic, "key"))
                && clause.Lexemes.Any(l => book.KeyHint(l) is not null)
            || clause.Verb == "restart" && clause.Lexemes.Any(l => l.Text == "kick"))
        {
            clause.Verb = "remove";
        }
    }

    /// <summary>"Thank you! Maria": who says it.</summary>
    private static bool IsSignature(Clause clause, Discourse said) => clause.Count is > 0 and <= 3
        && clause[^1].Named(Known.User) is not null && char.IsAsciiLetterUpper(
            clause[^1].Original[0])
        && said.Before is [.., { } before]
        && (clause.Count == 1 ? before : clause) is var close
        && close.Lexemes.Any(l => l.Text.Split(' ')[^1] is "you" or "thanks" or "thank"
            or "regards" or "cheers" or "greetings" or "lot" or "advance" or "appreciated")
        && close.Lexemes.All(l => l.Readings[0].Part == Part.Noise || l.IsGlue("comma")
            || l == clause[^1]);

    /// <summary>"Mail to me@example.com", "renew 14 days before": said after a certificate.
    /// </summary>
    private static bool GoesOnWithCertificates(Clause clause, Discourse said) =>
        IsUsedBy(clause, said) || OfAsked(clause, said) || said.Before is [.., { } before]
        && before.Attributes.OfType<CertificateAttribute>().Any()
        && !clause.Lexemes.Any(l => l.Named(Known.User) is not null);

    /// <summary>"The CA speaks ACME at …. A certificate for x from there".</summary>
    private static void Gather(Clause clause, Discourse said)
    {
        if (said.Before is [.., { } before]
            && before.Attributes.OfType<CertificateAttribute>().FirstOrDefault() is
                { Domains.Count: 0, Names.Count: 0, Removes: false, Directory: { } place } told
            && clause.Attributes[0] is CertificateAttribute { Directory: null } now)
        {
            clause.Attributes[0] = now with { Directory = place, Provider = told.Provider };
            before.Attributes.Remove(told);
        }
    }

    /// <summary>"Clara left. Remove her account": the second says what is to be done.</summary>
    private static void Join(Clause clause, Discourse said)
    {
        if (said.Before is not [.., { } before] || clause.Attributes.Count == 0
            || before.Attributes.OfType<UserAttribute>().LastOrDefault() is not { } told
            || told.SaysWhat || told.Removes || clause.Question is not null)
        {
            return;
        }
        var now = clause.Attributes.OfType<UserAttribute>().First();
        var same = now.Users.Concat(now.Names).Intersect(told.Users.Concat(told.Names)).Any()
            || told is { Users.Count: 0, Names.Count: 0, Everyone: false, SaysKey: false }
                && (told.Creates || now.Creates && before.Lexemes.Any(
                    l => l.Is(Part.Topic, "person")));
        if (told.SaysKey && before.Verb == "remove" && now.Keys.Count > 0
            && (now.Users.Count + now.Names.Count == 0 || same)
            && before.Lexemes.Any(l => l.Text.Split(' ').Any(w => w is "old" or "former"
                or "current" or "present" or "previous")))
        {
            // "Remove hugo's old key and add …"
            now.ReplacesKeys = true;
        }
        if (now.Users.Count + now.Names.Count == 0 || same)
        {
            now.Users.AddRange(told.Users.Except(now.Users));
            now.Names.AddRange(told.Names.Except(now.Names));
            // "Remove peter's laptop key and take him out of sudo": each is said to its end.
            if (told.SaysKey && told.Hints.Count > 0 && before.Verb == "remove"
                && now.SaysWhat && now.Keys.Count == 0)
            {
                return;
            }
            now.Hints.AddRange(told.Hints);
            now.Creates |= told.Creates;
            now.SaysAccount |= told.SaysAccount || told.Creates && now.SaysWhat;
            before.Attributes.Remove(told);
            // "Two interns start tomorrow, create lea and finn"
            foreach (var at in before.All(Part.Number).Where(i => before[i].Unit.Length == 0
                && before[i].Value == now.Users.Count + now.Names.Count).ToList())
            {
                before.Use(at);
            }
        }
    }

    /// <summary>"We rotate the deploy key every quarter. … swap it for …": the key that follows is
    /// the one that was spoken of.</summary>
    private static void TakeKeys(Clause clause, Discourse said)
    {
        var given = clause.Attributes.OfType<UserAttribute>().Where(u => u.Keys.Count > 0)
            .SelectMany(u => u.Users).ToList();
        foreach (var before in said.Before)
        {
            before.Attributes.RemoveAll(a => a is UserAttribute { SaysKey: true, SaysWhat: false,
                Removes: false, Hints.Count: 0, AllKeys: false } told && before.Verb != "remove"
                && told.Users.Count > 0 && told.Users.TrueForAll(given.Contains));
        }
    }

    public IEnumerable<Reply> Resolve(Clause clause, Session session)
    {
        var replies = new List<Reply>();
        var about = new List<string>();
        foreach (var attribute in clause.Attributes.ToList())
        {
            replies.AddRange(attribute switch
            {
                UserAttribute user => new UserEdits(this, session).Apply(clause, user),
                SecretAttribute secret => Secrets.Apply(clause, secret, session),
                CertificateAttribute certificate =>
                    new CertificateEdits(this, session).Apply(clause, certificate),
                AuditAttribute audit => AuditEdits.Apply(clause, audit, session.Draft),
                _ => [],
            });
            about.AddRange(attribute is UserAttribute && session.About?.Subject == this
                ? session.About.Names.Except(about) : []);
        }
        session.About = about.Count > 1 ? new(this, about) : session.About;
        // "She" is from then on whoever took over.
        if (clause.Attributes.Count > 1 && Handover.Of(clause) is { } change)
        {
            session.About = new(this, [change.To]);
        }
        return replies;
    }

    public Reply? Answer(Clause clause, Session session) => clause.Question == "whatif" ? null
        : PeopleAnswers.To(clause, session);
}
