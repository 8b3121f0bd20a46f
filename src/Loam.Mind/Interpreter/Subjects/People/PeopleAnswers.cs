using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Questions about users, secrets and certificates.</summary>
internal static class PeopleAnswers
{
    public static Reply? To(Clause clause, Session session)
    {
        var state = session.Draft.State;
        if (clause.Attributes.OfType<CertificateAttribute>().FirstOrDefault() is { } certificate)
        {
            return Reply.Answer(Certificates(state, certificate));
        }
        if (clause.Attributes.OfType<SecretAttribute>().FirstOrDefault() is { } secret)
        {
            return clause.Question is "show" or "what" && !secret.Names.IsEmpty
                && !clause.Lexemes.Any(l => l.Text.StartsWith("use", StringComparison.Ordinal)
                    || l.Text is "for" or "need" or "needs" or "depend" or "depends on")
                ? Secrets.Hidden : Reply.Answer(OfSecrets(clause, session, secret));
        }
        if (clause.Attributes.OfType<AuditAttribute>().Any())
        {
            var audit = state.Specs.GetValueOrDefault(SecurityFile.File)?.Map("audit");
            return Reply.Answer((audit?.Flag("enabled") == false ? "The audit log is switched off."
                : $"The audit log is kept for {audit?.Number("retention_days") ?? 90:0} days"
                    + (audit?.Texts("log_events") is { Length: > 0 } events
                        ? $" and records {Wording.List(events)}." : "."))
                + " `loam history` shows who changed what.");
        }
        var said = clause.Attributes.OfType<UserAttribute>().ToList();
        var book = new PeopleBook(state);
        // Whom an earlier wish of the turn took away is not there any more.
        var users = said.SelectMany(s => s.Users).Distinct().Where(u => book[u] is not null)
            .ToList();
        if (users.Count == 0 && session.About is { Subject: PeopleSubject } about
            && clause.Lexemes.Any(l => l.Text is "he" or "she" or "they" or "him" or "her"
                or "them" or "what about"))
        {
            users = [.. about.Names.Where(n => book[n] is not null)];
        }
        return Reply.Answer(Users(clause, book, users, said));
    }

    private static string Users(
        Clause clause, PeopleBook book, List<string> users, List<UserAttribute> said)
    {
        if (book.All.Count == 0)
        {
            return "No users are declared; `loam status` shows what there is.";
        }
        var groups = said.SelectMany(s => s.Join.Concat(s.Leave)).Distinct().ToList();
        if (users.Count == 0 && said.SelectMany(s => s.Names).FirstOrDefault() is { } unknown
            && book[unknown] is null && clause.Question is not ("who" or "which" or "what"))
        {
            return $"There is no user {unknown}; declared are {Wording.Some(book.Users)}.";
        }
        if (users.Count > 0 && groups.Count > 0)
        {
            return string.Join(" ", users.Select(u => groups.TrueForAll(
                book[u]!.Texts("groups").Contains)
                ? $"Yes, {u} is in {Wording.List(groups)}."
                : $"No, {u} is not in {Wording.List(groups)}"
                    + (book[u]!.Texts("groups") is { Length: > 0 } own
                        ? $" but in {Wording.List(own)}." : ".")));
        }
        if (users.Count > 0)
        {
            return string.Join(" ", users.Select(u => Described(book[u]!)));
        }
        if (groups.Count > 0)
        {
            var members = book.All.Where(u => groups.TrueForAll(u.Texts("groups").Contains))
                .Select(u => u.Text("name")!).ToList();
            var others = book.Users.Except(members).ToList();
            // "Who isn't an admin?"
            if (others.Count > 0 && clause.Lexemes.Any(l => l.IsGlue("not")))
            {
                return $"{Wording.List(others)} {(others.Count == 1 ? "is" : "are")} not in "
                    + $"{Wording.List(groups)}.";
            }
            return members.Count == 0 ? $"Nobody is in {Wording.List(groups)}."
                : $"{Wording.List(members)} {(members.Count == 1 ? "is" : "are")} in "
                    + $"{Wording.List(groups)}.";
        }
        if (said.Exists(s => s.SaysKey))
        {
            return string.Join(" ", book.All.Take(8).Select(u => $"{u.Text("name")}: {Keys(u)}."));
        }
        return Logins(book);
    }

    public static string Logins(PeopleBook book)
    {
        if (book.All.Count == 0)
        {
            return "No users are declared, so Loam leaves the machine's accounts as they are.";
        }
        var can = book.All.Where(PeopleBook.CanLogIn).Select(u => u.Text("name")!).ToList();
        var cannot = book.Users.Except(can).ToList();
        return (can.Count == 0 ? "Nobody can log in by key"
                : $"{Wording.Some(can)} can log in by key")
            + (cannot.Count == 0 ? "."
                : $"; {Wording.Some(cannot)} cannot (no key, or no login shell).");
    }

    private static string Keys(MapValue user)
    {
        var keys = user.Texts("ssh_keys");
        return keys.Length == 0 ? "no key" : Wording.Some(keys.Select(k =>
            PeopleBook.Remark(k) is { Length: > 0 } remark ? remark : UserEdits.Short(k)));
    }

    private static string Described(MapValue user) => $"{user.Text("name")} "
        + (user.Texts("groups") is { Length: > 0 } groups ? $"is in {Wording.List(groups)}, "
            : "is in no group, ")
        + $"has {Keys(user)}"
        + (user.Text("shell") is { } shell ? $", shell {shell}" : "")
        + (user.Number("uid") is { } uid ? $", uid {uid:0}" : "")
        + (PeopleBook.CanLogIn(user) ? "." : ", and cannot log in by key.");

    private static string OfSecrets(Clause clause, Session session, SecretAttribute said)
    {
        var draft = session.Draft;
        var all = draft.State.Secrets.Keys.ToList();
        var asksUnused = clause.Lexemes.Any(l => l.IsGlue("not") || l.Text is "unused" or "no");
        var asksUse = asksUnused || clause.Lexemes.Any(l =>
            l.Text.StartsWith("use", StringComparison.Ordinal));
        if (all.Count == 0)
        {
            return "There are no secrets.";
        }
        if (!said.Names.IsEmpty)
        {
            return string.Join(" ", said.Names.Select(n => !all.Contains(n)
                ? $"There is no secret {n}."
                : Secrets.Users(draft, n) is { Count: > 0 } users
                    ? $"The secret {n} is there and used by {Wording.Some(users)}; its value is "
                        + "never shown."
                    : $"The secret {n} is there and nothing uses it; its value is never shown."));
        }
        if (asksUnused && asksUse)
        {
            var unused = all.Where(n => Secrets.Users(draft, n).Count == 0).ToList();
            return unused.Count == 0 ? "Every secret is used."
                : $"Nothing uses {Wording.Some(unused)}.";
        }
        return $"There {(all.Count == 1 ? "is" : "are")} {Wording.Some(all)}; values are never "
            + "shown.";
    }

    private static string Certificates(DesiredState state, CertificateAttribute said)
    {
        var all = (state.Specs.GetValueOrDefault(SecurityFile.File)?.Maps("certificates") ?? [])
            .ToList();
        var meant = all.Where(c => said.Names.Contains(c.Text("name")!)
            || said.Domains.Exists(c.Texts("domains").Contains)).ToList();
        if (all.Count == 0 || (meant.Count == 0 && said.Domains.Count > 0))
        {
            return said.Domains.Count > 0
                ? $"There is no certificate for {Wording.List(said.Domains)}."
                : "No certificates are declared.";
        }
        return string.Join("; ", (meant.Count > 0 ? meant : all).Take(10).Select(c =>
            $"{c.Text("name")} is for {Wording.List(c.Texts("domains"))}, from "
            + $"{c.Text("provider") ?? "letsencrypt"}"
            + (c.Flag("auto_renew") == false ? ", not renewed by itself"
                : $", renewed {c.Number("renew_before_days") ?? 30:0} days before its end")
            + (c.Texts("used_by") is { Length: > 0 } users ? $", used by {Wording.List(users)}"
                : "")))
            + ". `loam status` shows when each ends.";
    }
}
