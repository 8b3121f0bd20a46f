using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Users of security.yaml: making, changing, locking out and removing them.</summary>
internal sealed class UserEdits(ISubject subject, Session session)
{
    private static readonly EditPath s_users = EditPath.Parse("spec.users");

    private Draft Draft => session.Draft;
    private PeopleBook Book => new(Draft.State);

    private static EditPath Path(string user) => s_users.Item("name", user);

    public IEnumerable<Reply> Apply(Clause clause, UserAttribute said)
    {
        if (said.NewName is { } name)
        {
            return [Rename(said.Users[0], name)];
        }
        if (said.OnlyThey && said.Users.Count > 0)
        {
            return Only(said);
        }
        var users = said.Everyone
            ? Book.Users.Except(said.Users).Where(u => said.OfGroup is null
                || Book[u]!.Texts("groups").Contains(said.OfGroup)).ToList()
            : [.. said.Users.Distinct().Where(Book.Users.Contains)];
        // Who was made by what was said before is there now.
        var made = said.Names.Where(n => Book[n] is not null
            && !new PeopleBook(session.BaseState).Users.Contains(n)).ToList();
        users.AddRange(made.Except(users));
        said.Names.RemoveAll(made.Contains);
        // "Ben is not needed, remove him": he went with what was said before.
        if (users.Count == 0 && said.Users.Count > 0 && said.Names.Count == 0)
        {
            return [Reply.Absent($"{Wording.List(said.Users)} is no user any more.")];
        }
        if (said.Everyone && users.Count == 0)
        {
            return [Reply.Same(said.OfGroup is null ? "No users are declared."
                : $"Nobody is in the group {said.OfGroup}.")];
        }
        if (users.Count + said.Names.Count == 0)
        {
            return [Whom(clause, said)];
        }
        session.About = new(subject, [.. users, .. said.Names]);
        if (said.Left && !said.SaysWhat && !said.Removes)
        {
            return [Gone(clause, said, users)];
        }
        var replies = new List<Reply>();
        foreach (var user in users)
        {
            replies.AddRange(said.Removes ? [Remove(user)] : Change(clause, user, said));
        }
        foreach (var name2 in said.Names.Distinct())
        {
            replies.Add(New(clause, name2, said));
        }
        return replies;
    }

    private Reply Whom(Clause clause, UserAttribute said)
    {
        var making = said.Creates && !said.SaysKey;
        var one = Book.OneOf(clause);
        var group = one.Count == 0 && clause.Lexemes.Any(l => l.IsField("group")
                || l.Is(Part.Topic, "group"))
            && !clause.Lexemes.Any(l => l.IsField("user") || l.Is(Part.Topic, "account"));
        making &= !group;
        var join = said.Join.Distinct().ToList();
        var which = one.Count == 0 ? "" : $": {Wording.List(one, "or")}";
        return Reply.Ask(group ? "Who shall be in "
                + (join.Count == 0 ? "the group" : Wording.List(join))
                + "? A group is made with its first member."
                : making && one.Count == 0 ? "What shall the user be called?"
                : $"Which user is meant{which}?",
            one.Count > 0 ? one : making ? [] : Book.Users.Take(4), answer =>
            {
                var index = clause.Attributes.IndexOf(said);
                var known = answer.Lexemes.Select(l => l.Named(Recognising.Known.User))
                    .OfType<string>().ToList();
                var named = answer.Lexemes.Where(l => !UserNames.IsPlain(l, true)
                    && !l.Is(Part.Topic)).Select(UserNames.Of).OfType<string>().ToList();
                if (index < 0 || known.Count + named.Count == 0)
                {
                    return false;
                }
                clause.Attributes[index] = known.Count > 0 ? said with { Users = known }
                    : said with { Names = [named[^1]], Creates = making || said.Creates };
                return true;
            });
    }

    private static Reply Gone(Clause clause, UserAttribute said, List<string> users) =>
        Reply.Ask($"Shall I remove {Wording.List(users)}, or only lock the account?",
            ["remove", "lock"], answer =>
            {
                var index = clause.Attributes.IndexOf(said);
                var removes = answer.Verb == "remove" || answer.Lexemes.Any(l => l.IsGlue("yes"));
                var locks = answer.Lexemes.Any(l => l.Is(Part.Topic, "lock"));
                if (index < 0 || removes == locks)
                {
                    return false;
                }
                clause.Attributes[index] = said with { Removes = removes, Locks = locks };
                return true;
            });

    private Reply New(Clause clause, string name, UserAttribute said)
    {
        if (Book[name] is not null)
        {
            return Reply.Same($"The user {name} exists already.");
        }
        var leavesOnly = said.Leave.Count > 0 && said.Join.Count == 0 && said.Keys.Count == 0
            && !said.Creates && !said.SaysAccount;
        if (said.Removes || said.Unlocks || leavesOnly
            || (said.Locks && !said.SaysAccount && !said.Creates))
        {
            return Reply.Absent($"There is no user {name}.");
        }
        if (!said.Creates && !said.SaysAccount && said.Keys.Count == 0)
        {
            return Reply.Ask($"There is no user {name}. Shall I create one?",
                ["yes", .. Book.Users.Take(3)], answer => Create(clause, said, answer));
        }
        if (Fault(said) is { } fault)
        {
            return fault;
        }
        var shell = said.Shell ?? (said.Locks ? PeopleBook.NoLogin : null);
        var fields = new List<(string, EditValue)> { ("name", EditValue.Of(name)) };
        if (said.Uid is { } uid)
        {
            fields.Add(("uid", EditValue.Of(uid)));
        }
        var groups = said.Join.Distinct().ToList();
        if (groups.Count > 0)
        {
            fields.Add(("groups", List(groups)));
        }
        if (shell is not null)
        {
            fields.Add(("shell", EditValue.Of(shell)));
        }
        if (said.Keys.Count > 0)
        {
            fields.Add(("ssh_keys", List(said.Keys)));
        }
        Draft.Append(SecurityFile.File, s_users, EditValue.Map([.. fields]));
        var reply = Reply.Done($"create the user {name}"
            + (groups.Count > 0 ? $" in {Groups(groups)}" : "")
            + (said.Keys.Count > 0 ? $" with {(said.Keys.Count == 1 ? "that key" : "those keys")}"
                : "")
            + (said.Uid is not null ? $", uid {said.Uid}" : "")
            + (shell is not null ? $", shell {shell}" : ""))
            .With(groups.Exists(IsRoot) ? Risk.High : Risk.Medium);
        reply = groups.Contains("docker")
            ? reply.Note("Who is in docker can do what root can.") : reply;
        return said.Keys.Count > 0 || PeopleBook.IsNoLogin(shell) ? reply
            : reply.Note($"{name} cannot log in before a public key is added; say \"add the key "
                + $"ssh-ed25519 … to {name}\".");
    }

    private static bool Create(Clause clause, UserAttribute said, Clause answer)
    {
        var index = clause.Attributes.IndexOf(said);
        var known = answer.Lexemes.Select(l => l.Named(Recognising.Known.User)).OfType<string>()
            .ToList();
        if (index < 0 || (known.Count == 0 && !answer.Lexemes.Any(l => l.IsGlue("yes"))
            && answer.Verb != "create"))
        {
            return false;
        }
        clause.Attributes[index] = known.Count > 0 ? said with { Users = known, Names = [] }
            : said with { Creates = true };
        return true;
    }

    private Reply? Fault(UserAttribute said)
    {
        if (said.Keys.Find(k => !PeopleBook.IsKey(k)) is { } bad)
        {
            return Reply.Refuse($"{Short(bad)} is not a public key: give the whole line of the "
                + ".pub file, such as ssh-ed25519 AAAA… name.");
        }
        if (said.Uid is { } uid && uid is < 1000 or > 60_000)
        {
            return Reply.Refuse($"A user's number is from 1000 to 60000; {uid} is not.");
        }
        if (said.Uid is { } wanted && Book.All.FirstOrDefault(u => u.Number("uid") == wanted)
            ?.Text("name") is { } owner && !said.Users.Contains(owner))
        {
            return Reply.Refuse($"The number {wanted} belongs to {owner} already.");
        }
        return null;
    }

    private List<Reply> Change(Clause clause, string user, UserAttribute said)
    {
        if (Fault(said) is { } fault)
        {
            return [fault];
        }
        var replies = new List<Reply>();
        var spec = Book[user]!;
        foreach (var group in said.Join.Distinct())
        {
            replies.Add(Join(user, group));
        }
        if (said is { OnlyThose: true, Join.Count: > 0 })
        {
            said.Leave.AddRange(spec.Texts("groups").Except(said.Join).Except(said.Leave));
        }
        foreach (var group in said.Leave.Distinct())
        {
            replies.Add(Leave(user, group));
        }
        replies.AddRange(new KeyEdits(session).Apply(clause, user, said));
        var shell = said.Shell ?? (said.Locks ? PeopleBook.NoLogin
            : said.Unlocks ? Former(user) ?? "/bin/bash" : null);
        if (said.Locks && PeopleBook.IsNoLogin(spec.Text("shell")))
        {
            replies.Add(Reply.Same($"{user} cannot log in already: the shell is "
                + $"{spec.Text("shell")}."));
        }
        else if (said.Unlocks && said.Shell is null && !PeopleBook.IsNoLogin(spec.Text("shell")))
        {
            replies.Add(Reply.Same($"{user} is not locked out."));
        }
        else if (shell is not null)
        {
            replies.Add(Shell(user, spec.Text("shell"), shell));
        }
        if (said.Uid is { } uid)
        {
            replies.Add(spec.Number("uid") == uid ? Reply.Same($"{user} has the number {uid}.")
                : Put(user, "uid", EditValue.Of(uid), $"give {user} the uid {uid}")
                    .Note("Files of the old number stay with it."));
        }
        if (replies.Count == 0)
        {
            replies.Add(said.Creates && said.SaysAccount
                ? Reply.Same($"The user {user} exists already.") : Opens(clause)
                ? Reply.Ask($"What shall {user} be allowed: to be in a group, to log in with a "
                    + "key, or to reach a port?", [$"put {user} in the group sudo"])
                : clause.Verb is "remove" or "unset" && clause.Has(Part.Topic, "shell")
                ? Reply.Ask($"Which shell shall {user} have instead?", ["/bin/bash", "/bin/sh",
                    PeopleBook.NoLogin], answer => Shelled(clause, said, answer))
                : new(ReplyKind.Unclear, ""));
        }
        return replies;
    }

    private static bool Shelled(Clause clause, UserAttribute said, Clause answer)
    {
        var shell = answer.Attributes.OfType<UserAttribute>().FirstOrDefault()?.Shell
            ?? answer.Lexemes.FirstOrDefault(l => l.Is(Part.Path))?.Original;
        var index = clause.Attributes.IndexOf(said);
        if (shell is null || index < 0)
        {
            return false;
        }
        clause.Attributes[index] = said with { Shell = shell };
        return true;
    }

    /// <summary>"Give hugo access", "allow the vets in": to what is not said.</summary>
    private static bool Opens(Clause clause) => clause.Question is null && !clause.Negated
        && clause.Verb is "set" or "have" or "limit" or "" && clause.Lexemes.Any(
            l => l.Is(Part.Topic, "access") || l.Is(Part.Topic, "allow") && l.Text != "let");

    /// <summary>The shell before this conversation, if it was one.</summary>
    private string? Former(string user) =>
        new PeopleBook(session.BaseState)[user]?.Text("shell") is { } shell
            && !PeopleBook.IsNoLogin(shell) ? shell : null;

    private Reply Put(string user, string field, EditValue value, string done)
    {
        Draft.Set(SecurityFile.File, Path(user).Key(field), value);
        return Reply.Done(done).With(Risk.Medium);
    }

    private Reply Shell(string user, string? old, string shell)
    {
        if (old == shell)
        {
            return Reply.Same($"The shell of {user} is {shell} already.");
        }
        var could = Book.All.Any(u => u.Text("name") == user && PeopleBook.CanLogIn(u));
        var reply = Put(user, "shell", EditValue.Of(shell), PeopleBook.IsNoLogin(shell)
            ? $"lock {user} out: the shell becomes {shell}" : $"give {user} the shell {shell}");
        return could && PeopleBook.IsNoLogin(shell)
            ? LastWay.Judge(Draft.State, reply.Note("The account and its keys stay.")) : reply;
    }

    private Reply Join(string user, string group)
    {
        if (Book[user] is not { } present)
        {
            return Reply.Absent($"There is no user {user} here.");
        }
        var groups = present.Texts("groups");
        if (groups.Contains(group))
        {
            return Reply.Same(IsRoot(group) ? $"{user} is an administrator already."
                : $"{user} is in {group} already.");
        }
        var path = Path(user).Key("groups");
        if (groups.Length == 0)
        {
            Draft.Set(SecurityFile.File, path, EditValue.List(EditValue.Of(group)));
        }
        else
        {
            Draft.Append(SecurityFile.File, path, EditValue.Of(group));
        }
        var reply = Reply.Done(IsRoot(group)
            ? $"make {user} an administrator (group {group})" : $"put {user} in {Groups([group])}")
            .With(IsRoot(group) ? Risk.High : Risk.Medium);
        return group == "docker" ? reply.Note("Who is in docker can do what root can.") : reply;
    }

    private Reply Leave(string user, string group)
    {
        var groups = Book[user]?.Texts("groups") ?? [];
        if (!groups.Contains(group))
        {
            return Reply.Absent(IsRoot(group) ? $"{user} is no administrator."
                : $"{user} is not in {group}.");
        }
        var path = Path(user).Key("groups");
        if (groups.Length == 1)
        {
            Draft.Remove(SecurityFile.File, path);
        }
        else
        {
            Draft.Remove(SecurityFile.File, path.Text(group));
        }
        var reply = Reply.Done($"take {user} out of {Groups([group])}").With(Risk.Medium);
        return IsRoot(group) ? LastWay.Judge(Draft.State, reply) : reply;
    }

    private Reply Remove(string user)
    {
        if (Book[user] is not { } present)
        {
            return Reply.Same("");
        }
        var could = PeopleBook.CanLogIn(present);
        Draft.Remove(SecurityFile.File, Path(user));
        var reply = Reply.Done($"remove the user {user}").With(Risk.High)
            .Note($"The files of {user} are not deleted.");
        return could ? LastWay.Judge(Draft.State, reply) : reply;
    }

    private Reply Rename(string user, string name)
    {
        if (Book[name] is not null)
        {
            return Reply.Refuse($"There is a user {name} already; choose another name.");
        }
        Draft.Set(SecurityFile.File, Path(user).Key("name"), EditValue.Of(name));
        session.About = new(subject, [name]);
        return Reply.Done($"rename the user {user} to {name}").With(Risk.High)
            .Note($"For the machine {name} is a new account: the home directory of {user} does "
                + "not move along.");
    }

    /// <summary>"Nobody but maria may use sudo".</summary>
    private List<Reply> Only(UserAttribute said)
    {
        var replies = new List<Reply>();
        foreach (var group in said.Join.Concat(said.Leave).Distinct())
        {
            replies.AddRange(said.Users.Select(u => Join(u, group))
                .Where(r => r.Kind == ReplyKind.Done));
            replies.AddRange(Book.Users.Except(said.Users)
                .Where(u => Book[u]!.Texts("groups").Contains(group)).ToList()
                .Select(u => Leave(u, group)));
        }
        session.About = new(subject, said.Users);
        return replies.Count > 0 ? replies
            : [Reply.Same($"That is so already: only {Wording.List(said.Users)}.")];
    }

    public static bool IsRoot(string group) => group is "sudo" or "wheel" or "root";

    private static string Groups(List<string> groups) =>
        $"the group{(groups.Count > 1 ? "s" : "")} {Wording.List(groups)}";

    private static EditValue List(IEnumerable<string> texts) =>
        EditValue.List([.. texts.Distinct().Select(EditValue.Of)]);

    public static string Short(string key) => key.Length <= 24 ? key : key[..24] + "…";
}

/// <summary>Whether anybody is left who can get in.</summary>
internal static class LastWay
{
    /// <summary>Names the danger of a change that takes somebody a way in.</summary>
    public static Reply Judge(DesiredState after, Reply reply)
    {
        var users = new PeopleBook(after).All;
        if (!users.Any(PeopleBook.CanLogIn))
        {
            return reply.With(Risk.Critical).Note("After that nobody declared here can log in by "
                + "key: make sure that you have another way in.");
        }
        return users.Any(u => PeopleBook.CanLogIn(u) && PeopleBook.IsAdmin(u))
            ? reply.With(Risk.High)
            : reply.With(Risk.Critical).Note("After that no administrator can log in by key.");
    }
}
