using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Which words name somebody, or a group, and whom else the same is said of.</summary>
internal sealed partial class UserReader
{
    /// <summary>"Make a login for jonas", "account request: tobias": of nobody who is there.
    /// </summary>
    private bool Makes() => clause.Verb is "set" or "" or "start" && clause.Lexemes.Any(
            l => l.Text.Split(' ')[0] is "make" or "give" or "open" or "new" or "request"
                or "requested" or "wanted" or "arrange" or "organise" or "organize")
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "account") || l.IsField("user")
            || l.IsField("login"))
        && !clause.Lexemes.Any(l => l.Named(Known.User) is not null)
        || clause is { Verb: "", Question: null } && Introduces(clause)
        || clause.Verb.Length == 0 && clause.Count > 3 && clause.Question is null
            && (clause[0].IsField("user") || clause[0].Is(Part.Topic, "account")
                || PeopleSubject.IsServiceAccount(clause[0]))
            && (clause[1].IsGlue("for") || clause[1].Is(Part.Unknown))
            && !clause.Lexemes.Any(l => l.Named(Known.User) is not null);

    /// <summary>"Username: mila", "login = omar": a field, and whose it is.</summary>
    public static bool Introduces(Clause clause) => Enumerable.Range(0, Math.Max(0,
        clause.Count - 2)).Any(at => (clause[at].Is(Part.Topic, "account")
            || clause[at].IsField("user") || clause[at].IsField("login"))
        && clause[at + 1].Text is ":" or "=" or "is" or "should be" or "shall be" or "will be"
            or "must be" && clause[at + 2].Is(Part.Unknown)
        && UserNames.Of(clause[at + 2]) is not null);

    /// <summary>"For our new treasurer, Frieda", "two architects: wim and fatima": who somebody
    /// is, before what the name is.</summary>
    private bool Describes(int at)
    {
        var next = at + 1;
        if (!clause[at].Is(Part.Unknown) || next + 1 >= clause.Count
            || char.IsAsciiLetterUpper(clause[at].Original[0]))
        {
            return false;
        }
        var introduced = at > 0 && (clause[at - 1].IsNumber || clause[at - 1].Text.Split(' ')[^1]
            is "new" or "our" or "my" or "another");
        // "For the milking robot: robot"
        if (at > 1 && clause[at - 1].Text == "the" && clause[at - 2].IsGlue("for"))
        {
            while (next < clause.Count && (clause[next].Is(Part.Unknown)
                || clause[next].Is(Part.Topic)))
            {
                next++;
            }
            introduced = next < clause.Count && clause[next].Text == ":";
        }
        // "… the treasurer called frieda": a mark or a word lies between.
        while (next < clause.Count && (clause[next].IsGlue("comma") || clause[next].IsField("name")
            || clause[next].Readings[0].Part == Part.Noise || clause[next].IsGlue("wish")))
        {
            next++;
        }
        // "For my colleague tomas"
        var told = introduced && next == at + 1 && clause[at - 1].Text is "my" or "our"
            && (next + 1 == clause.Count || clause[next + 1].IsGlue("comma"));
        return introduced && (next > at + 1 || told) && next < clause.Count
            && clause[next].Is(Part.Unknown) && UserNames.Of(clause[next]) is not null;
    }

    /// <summary>"My collegue tomas": mistyped, and no name where one follows.</summary>
    private bool IsKindOf(int at) => clause[at].Is(Part.Topic, "person") && at + 1 < clause.Count
        && clause[at + 1].Is(Part.Unknown);

    /// <summary>"User neighbor, nologin": it is called what it is.</summary>
    private bool IsKindAsName(int at) => clause[at - 1].Text.Split(' ') is [.., "called" or "named"]
            && !clause[at].Is(Part.Glue)
        || clause[at - 1].Text == "user"
        && clause[at].Is(Part.Topic, "person") && !clause[at].Text.Contains(' ')
        && (at + 1 == clause.Count || clause[at + 1].IsGlue("comma"));

    /// <summary>"From tuesday on": an account is there at once.</summary>
    private void TakeStart()
    {
        var from = Enumerable.Range(0, Math.Max(0, clause.Count - 2)).FirstOrDefault(i =>
            clause[i].IsGlue("from") && clause[i + 1].Text.EndsWith("day", StringComparison.Ordinal)
            && clause[i + 2].IsGlue("on"), -1);
        if (from >= 0)
        {
            clause.Use(from, from + 2);
        }
    }

    /// <summary>"Two more students: …", "like the other two".</summary>
    private bool IsCount(int at) => at > 0 && clause[at - 1].Is(Part.Reference, "other")
        || clause[at].Value == _read.Sum(r => r.Names.Count)
            && (at == 0 || at + 1 < clause.Count && clause[at + 1].Text == "more");

    /// <summary>"Students", "student accounts".</summary>
    private List<string> Several(int at)
    {
        var text = clause[at].Text;
        return clause[at].Plural || text.Length < 5 ? []
            : text.EndsWith('s') ? Numbered(text[..^1])
            : at + 1 < clause.Count && clause[at + 1].Text is "accounts" or "users" or "logins"
                ? Numbered(text) : [];
    }

    /// <summary>"Paula (media)", where there is a group of that name.</summary>
    private bool OfGroup(Lexeme lexeme)
    {
        var joins = _now.Names.Count > 0 && lexeme.Is(Part.Unknown)
            && _book.Groups.Contains(lexeme.Text)
            && !clause.Lexemes.Any(l => l.IsField("group") || l.Is(Part.Topic, "group"));
        _now.Join.AddRange(joins ? [lexeme.Text] : []);
        return joins;
    }

    /// <summary>"Both students": student1 and student2.</summary>
    private List<string> Numbered(string name) => [.. _book.Users.Where(u => u.StartsWith(name,
        StringComparison.Ordinal) && u[name.Length..].TrimStart('-', '_') is { Length: > 0 } rest
            && rest.All(char.IsAsciiDigit))];

    /// <summary>"Student3", where there are student1 and student2: whom it is like.</summary>
    private List<string> Siblings(Lexeme lexeme) => lexeme.Is(Part.Unknown)
        && UserNames.Of(lexeme) is { } name && char.IsAsciiDigit(name[^1])
        ? Numbered(name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
            .TrimEnd('-', '_')) : [];

    /// <summary>"The web team" of a group webteam; null: no group is called so.</summary>
    private string? Compound(int at)
    {
        if (at + 1 >= clause.Count || !clause.IsFree(at + 1))
        {
            return null;
        }
        var (first, second) = (clause[at].Text, clause[at + 1].Text);
        first = first.StartsWith("the ", StringComparison.Ordinal) ? first[4..] : first;
        return _book.Groups.FirstOrDefault(g => g == first + second || g == $"{first}-{second}"
            || g == $"{first}_{second}");
    }

    /// <summary>"Ben moves from developers to ops", "put anna into ops": where somebody goes who
    /// is there.</summary>
    private bool IsPlace(int at)
    {
        var link = at - 1;
        while (link > 0 && clause[link].Readings[0].Part == Part.Noise
            && clause[link].Text is "the" or "our")
        {
            link--;
        }
        var lexeme = clause[at];
        var goes = clause.Lexemes.Take(link + 1).Any(l => l.Text is "put" or "puts" or "move"
            or "moves" or "moved" or "add" or "goes" or "go" or "joins" or "join" or "switches"
            or "into" || l.Is(Part.Topic, "leaves"))
            // "Anna in ops and docker"
            || link > 0 && clause.Verb.Length == 0 && clause.Question is null
                && clause[link - 1].Named(Known.User) is not null
                && clause.Lexemes.Any(l => _book.Groups.Contains(l.Text));
        return link > 0 && goes && !clause[link - 1].Text.EndsWith("over", StringComparison.Ordinal)
            && clause[link].Text is "to" or "into" or "in"
            && !lexeme.Corrected && !UserNames.IsPlain(lexeme, awaited: true)
            && !lexeme.IsMention
            && lexeme.Text.All(c => char.IsAsciiLetterLower(c) || c is '-' or '_')
            && clause.Lexemes.Any(l => l.Named(Known.User) is not null)
            && !clause.Lexemes.Any(l => l.Is(Part.Key) || l.Is(Part.Topic, "key")
                || l.IsField("name") || l.Is(Part.Topic, "shell"));
    }

    /// <summary>"Groups sudo and ops", "put maria in docker and ops": what a group stands before
    /// is one too.</summary>
    private bool IsOfList(int at)
    {
        var lexeme = clause[at];
        var groups = clause.Lexemes.Any(l => l.Text is "groups"
            || l.Text.StartsWith("member", StringComparison.Ordinal));
        return groups ? !UserNames.IsPlain(lexeme, awaited: true)
            : at > 2 && (at + 1 == clause.Count || ClauseSplitter.IsJoint(clause[at + 1]))
                && clause[at - 3].Text is "to" or "into" or "in" && !lexeme.IsMention
                && !lexeme.Corrected && !UserNames.IsPlain(lexeme, awaited: true);
    }

    /// <summary>"Into the group ops: anna, ben": whom nothing is said of, the same is meant for.
    /// </summary>
    private void Spread()
    {
        for (var at = 1; at < _read.Count; at++)
        {
            var (told, more) = (_read[at - 1], _read[at]);
            if (told.SaysWhat && !more.SaysWhat && at == _read.Count - 1 && EndsInList(told, more)
                && !more.SaysKey && more is { Hints.Count: 0, Left: false, Removes: false }
                && more.Users.Count + more.Names.Count > 0 && !more.Everyone
                && told is { Keys.Count: 0, Uid: null, NewName: null })
            {
                told.Users.AddRange(more.Users.Except(told.Users));
                told.Names.AddRange(more.Names.Except(told.Names));
                _read.RemoveAt(at--);
            }
        }
    }

    /// <summary>Nothing but names stands from the last of the one to the end.</summary>
    private bool EndsInList(UserAttribute told, UserAttribute more)
    {
        var names = told.Users.Concat(told.Names).Concat(more.Users).Concat(more.Names)
            .ToHashSet(StringComparer.Ordinal);
        return clause.Lexemes.SkipWhile(l => !told.Users.Concat(told.Names).Contains(l.Text))
            .All(l => names.Contains(l.Text) || l.IsGlue("and") || l.IsGlue("comma"));
    }

    /// <summary>"Like student2": groups and shell are those.</summary>
    private bool IsLike(int at)
    {
        var before = at - 1;
        while (before > 0 && (clause[before].Readings[0].Part == Part.Noise
            || clause[before].Text is "other" or "others" or "the other" or "the others")
            && !clause[before].Is(Part.Topic, "like"))
        {
            before--;
        }
        return before >= 0 && clause[before].Is(Part.Topic, "like");
    }

    /// <summary>"Create ida and jan", "sven and eva need accounts": names stand first.</summary>
    private bool IsNewName(int at) => at >= 0 && clause[at].Is(Part.Unknown)
        && !clause[at].Corrected && !Lexicon.English.IsWord(clause[at].Text)
        && UserNames.Of(clause[at]) is not null && at + 2 < clause.Count
        && (clause[at + 1].IsGlue("and") || clause[at + 1].IsGlue("comma"))
        && clause[at + 2].Is(Part.Unknown) && UserNames.Of(clause[at + 2]) is not null;

    /// <summary>"Create ida and jan, ida gets sudo": what follows is of her alone.</summary>
    private bool SaidAgain(Lexeme lexeme)
    {
        if (_now.Names.Count < 2 || _now.SaysWhat || !lexeme.Is(Part.Unknown)
            || UserNames.Of(lexeme) is not { } name || !_now.Names.Contains(name))
        {
            return false;
        }
        Close();
        _now.Names.Add(name);
        return true;
    }

    /// <summary>"max and moritz": the second is a name because the first is one.</summary>
    private bool Listed(int at)
    {
        var before = at - 1;
        while (before >= 0 && (clause[before].IsGlue("and") || clause[before].IsGlue("comma")))
        {
            before--;
        }
        return before >= 0 && before < at - 1 && _now.Names.Count > 0
            && UserNames.Of(clause[before]) == _now.Names[^1] && clause[at].Is(Part.Unknown);
    }

    /// <summary>Where somebody is named for certain, and beside users that are there, any other
    /// word is none; an everyday word alone is no name either.</summary>
    private void Sift(UserAttribute read)
    {
        var marked = read.Names.Where(n => Weight(n, read) >= 2).ToList();
        if (marked.Count > 0)
        {
            read.Names.RemoveAll(n => Weight(n, read) < 1);
        }
        else if (read.Users.Count > 0 && !read.Creates)
        {
            read.Names.RemoveAll(n => Weight(n, read) <= 0);
        }
        else
        {
            read.Names.RemoveAll(n => Weight(n, read) < 0);
        }
    }

    /// <summary>How surely a word is somebody's name, by what stands before it.</summary>
    private int Weight(string name, UserAttribute read) => Enumerable.Range(0, clause.Count)
        .Where(at => UserNames.Of(clause[at]) == name).Select(at => Weight(name, at, read))
        .DefaultIfEmpty(2).Max();

    private int Weight(string name, int at, UserAttribute read)
    {
        var lexeme = clause[at];
        var before = at > 0 ? clause[at - 1] : null;
        var said = before is not null && (before.IsField("name") || before.IsField("user")
            || before.IsField("login") || before.Text is "account" or "login" or "username"
                or "called" or "named" || read.SaysAccount && before.IsGlue("for")
            || before.Text.EndsWith(" called",
                    StringComparison.Ordinal) || before.Text is ":" && at > 1
                && (clause[at - 2].IsField("name") || clause[at - 2].IsField("login")
                    || clause[at - 2].IsField("user") || clause[at - 2].Is(Part.Topic, "person")
                    || clause[at - 2].Is(Part.Topic, "account")));
        // "New employee jan with sudo"
        said |= before is not null && before.Is(Part.Topic, "person") && lexeme.Is(Part.Unknown)
            && before.Text.StartsWith("new ", StringComparison.Ordinal)
            && (at + 1 == clause.Count || clause[at + 1].Is(Part.Glue));
        var remark = clause.Lexemes.Any(l => l.Is(Part.Key) && UserNames.OfKey(l.Original) == name);
        if (said || remark || lexeme.Is(Part.Quoted))
        {
            return 2;
        }
        if (at > 0 && char.IsAsciiLetterUpper(lexeme.Original[0]))
        {
            return 2;
        }
        var listed = before is not null && (before.IsGlue("and") || before.IsGlue("comma"));
        var everyday = Lexicon.English.Knows(lexeme.Corrected
            ? lexeme.Original.ToLowerInvariant() : lexeme.Text) || UserNames.IsForm(lexeme);
        return listed ? 1 : everyday && lexeme.Is(Part.Unknown) ? -1 : 0;
    }

    /// <summary>"Remove joost's shell": something of his, not he; "ben's groups" are left.
    /// </summary>
    private bool IsOfThem()
    {
        if (OwnField() is not { } what)
        {
            return false;
        }
        if (what.Text.EndsWith("groups", StringComparison.Ordinal))
        {
            _read.ForEach(r => r.Leave.AddRange(r.Join.Count + r.Leave.Count > 0 ? []
                : r.Users.SelectMany(u => _book[u]?.Texts("groups") ?? []).Distinct()));
        }
        return true;
    }

    private Lexeme? OwnField()
    {
        var whose = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.User) is not null);
        var pronoun = clause.Lexemes.ToList().FindLastIndex(l => l.Text is "his" or "her"
            or "their");
        whose = pronoun > whose ? pronoun : whose;
        return whose >= 0 && (clause[whose].Possessive || whose == pronoun)
            && whose + 1 < clause.Count && clause[whose + 1] is var what
            && (what.Is(Part.Topic, "shell") || what.Is(Part.Topic, "uid")
                || what.IsField("group") || what.Is(Part.Topic, "group")
                || what.IsField("password")) ? what : null;
    }

    /// <summary>"… isn't in webteam yet": so it is, and it shall be otherwise.</summary>
    private bool IsNotYet(int at) => clause.Verb is "create" or "have" or "set"
        && (clause.Lexemes.Skip(at).Take(3).Any(l => l.Text is "yet" or "so far" or "as yet")
            || clause.Lexemes.Take(at).Any(l => l.Text.Split(' ')[0] is "still"));

    /// <summary>"Remove the user deploy and all their keys": not the keys alone.</summary>
    private bool IsWhole()
    {
        var account = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "account")
            || l.IsField("user"));
        var key = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "key")
            || l.IsField("sshkey"));
        // "Remove ben and his keys"
        var user = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.User) is not null);
        if (user >= 0 && key > user && !clause[user].Possessive && clause.Lexemes.Skip(user + 1)
            .Take(key - user - 1).All(l => l.IsGlue("and") || l.IsGlue("also")
                || l.Text is "his" or "her" or "their" or "all" or "the" or "ssh" or "also"
                || l.IsGlue("with"))
            && clause.Lexemes.Skip(user + 1).Take(2).Any(l => l.IsGlue("and") || l.IsGlue("with")))
        {
            return true;
        }
        // "Remove hugo's key and his account"
        if (key >= 0 && account > key && clause.Lexemes.Skip(key).Take(account - key)
            .Any(l => l.IsGlue("and") || l.IsGlue("also")))
        {
            return true;
        }
        return account >= 0 && key > account && !clause.Lexemes.Skip(account).Take(key - account)
            .Any(l => l.IsGlue("from") || l.IsGlue("of"));
    }

    /// <summary>"The students" are meant, or what somebody new shall be like.</summary>
    private void AddAll(int at, List<string> several)
    {
        if (_now.Names.Count > 0 && at > 0 && IsLike(at) && _book[several[0]] is { } model)
        {
            _now.Join.AddRange(model.Texts("groups").Except(_now.Join));
            _now.Shell ??= model.Text("shell");
            return;
        }
        Begin(null);
        _now.Users.AddRange(several);
    }

    /// <summary>"Anna's colleague": not anna.</summary>
    private bool IsOwner(int at) => clause[at].Possessive && clause.Next(at) is >= 0 and var whose
        && clause[whose].Is(Part.Topic, "person");
}
