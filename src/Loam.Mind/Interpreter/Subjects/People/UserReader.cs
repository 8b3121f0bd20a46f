using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Reads a clause about users from left to right: who, then what of them; another
/// person after that begins anew. Small words turn between joining and leaving.</summary>
internal sealed partial class UserReader(Clause clause, Discourse said)
{
    private readonly PeopleBook _book = new(said.Session.Draft.State);
    private readonly List<UserAttribute> _read = [];
    private UserAttribute _now = new();
    private bool _leaves;
    private bool _keeps;
    private bool _names;
    private string? _group;

    /// <summary>Places that were read with what stands before them.</summary>
    private readonly HashSet<int> _past = [];

    public static void Read(Clause clause, Discourse said) => new UserReader(clause, said).Read();

    private void Read()
    {
        _leaves = clause.Verb is "remove" or "stop" or "unset" or "disconnect" || clause.Negated
            || TakesFrom();
        var comes = Arriving(clause);
        _now.Creates = (clause.Verb is "create" or "have" || Makes() || comes > 0
                || clause is { Verb: "", Question: null }
                    && clause.Lexemes.Any(l => Siblings(l).Count > 0))
            && !clause.Negated;
        Arrive(comes);
        var first = clause.Next(-1);
        first = first >= 0 && clause[first].IsGlue("wish") ? clause.Next(first) : first;
        _names = _now.Creates && comes == 0 && first >= 0 && IsNewName(
            clause[first].IsVerb("create") ? clause.Next(first) : first);
        _group = GroupSaid();
        if (clause.Verb == "rename" && Rename() || IsNowCalled() || IsRatherCalled()
            || HandsOver())
        {
            return;
        }
        for (var at = comes; at < clause.Count; at++)
        {
            if (!_past.Contains(at))
            {
                At(at);
            }
        }
        Close();
        _read.ForEach(OfHint);
        Settle();
        _read.ForEach(OwnKey);
        GoOn();
        TakeStart();
        var names = _read.Sum(r => r.Names.Count + r.Users.Count);
        foreach (var at in clause.All(Part.Number).Where(i => (clause[i].Value == names
            || IsCount(i)) && clause[i].Unit.Length == 0).ToList())
        {
            clause.Use(at);
            if (at + 1 < clause.Count && clause[at + 1].Text == "more")
            {
                clause.Use(at + 1);
            }
        }
        clause.Attributes.AddRange(_read);
    }

    private bool Rename()
    {
        var old = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.User) is not null);
        var to = clause.Lexemes.ToList().FindLastIndex(l => l.IsGlue("to") || l.IsGlue("in")
            || l.IsGlue("as"));
        if (old < 0 || to < old || clause.Next(to) is not (>= 0 and var at)
            || UserNames.Of(clause[at]) is not { } name)
        {
            return false;
        }
        clause.Use(0, clause.Count - 1);
        clause.Attributes.Add(new UserAttribute
        {
            Users = [clause[old].Named(Known.User)!], NewName = name,
        });
        return true;
    }

    private void At(int at)
    {
        var lexeme = clause[at];
        if (_group is not null && Group(at, lexeme) || Person(at, lexeme) || Value(at, lexeme)
            || Group(at, lexeme))
        {
            clause.Use(at);
            return;
        }
        Turn(at, lexeme);
        _now.SaysAccount |= lexeme.IsField("login") && at > 0
            && clause[at - 1].Text is "a" or "an" or "own" or "new" or "another";
        _now.Creates |= lexeme.Is(Part.Topic, "person") && !_leaves
            && (lexeme.Text.StartsWith("new", StringComparison.Ordinal)
                || at > 0 && clause[at - 1].Text == "new"
                || clause.Lexemes.Any(l => l.Text is "joins" or "starts" or "begins"));
        if (Word(lexeme))
        {
            clause.Use(at);
        }
    }

    private bool Person(int at, Lexeme lexeme)
    {
        if (lexeme.Is(Part.Topic, "everyone") || lexeme.Text is "everybody" or "everyone"
            or "all of them")
        {
            Begin(null);
            // "Everybody in the team (rita, hugo)" means those.
            _now.Everyone = NextIsBut(at) || clause.Lexemes.Any(l => l.IsGlue("except"))
                || !clause.Lexemes.Any(l => l.Named(Known.User) is not null);
            OfWhom(at);
            return true;
        }
        if (AllAdmins(at) || Model(at) || Apposed(at, lexeme))
        {
            return true;
        }
        // "Anna's colleague piet": somebody else is meant.
        if (lexeme.Named(Known.User) is not null && IsOwner(at))
        {
            return _names = true;
        }
        if (lexeme.Named(Known.User) is { } user && !(_names && _now.Creates)
            && !(at > 0 && clause[at - 1].Is(Part.Topic, "group")))
        {
            Begin(user);
            _now.Users.Add(user);
            _names = false;
            return true;
        }
        if (Several(at) is { Count: > 1 } several)
        {
            AddAll(at, several);
            return true;
        }
        // "A visitor account called guest": the name that is given, not the word before.
        if (at > 0 && (clause[at - 1].IsField("name") || IsKindAsName(at))
            && _now is { Users.Count: 0 } && UserNames.Of(lexeme) is { } given)
        {
            _now.Names.Clear();
            _now.Names.Add(given);
            _names = false;
            return true;
        }
        // "A deploy account": the name stands before.
        if (_now.Users.Count + _now.Names.Count == 0 && at + 1 < clause.Count && clause[at + 1].Text
            is "account" or "login" && at > 0 && clause[at - 1].Text is "a" or "an" or "the"
            && UserNames.Of(lexeme) is { } before && (lexeme.Is(Part.Unknown)
                || !UserNames.IsPlain(lexeme, true)) && !lexeme.Is(Part.Topic))
        {
            _now.Names.Add(before);
            return true;
        }
        if (_names && Describes(at) || OfGroup(lexeme) || SaidAgain(lexeme))
        {
            return true;
        }
        if ((_names || Listed(at) || IsHired(at) || Siblings(lexeme).Count > 0
                || lexeme.Is(Part.Quoted) && _now.Creates) && !NamesGroup(at)
            && (!lexeme.Is(Part.Topic) || lexeme.Corrected && !IsKindOf(at))
            && UserNames.Of(lexeme) is { } name
            && !UserNames.IsPlain(lexeme, _names)
            && !UserNames.IsForm(lexeme) && !(at > 0 && clause[at - 1].Is(Part.Topic, "group")))
        {
            Begin(name);
            _now.Names.Add(name);
            _names = false;
            return true;
        }
        return false;
    }

    /// <summary>A person after something was said of others begins anew.</summary>
    private void Begin(string? name)
    {
        var again = name is not null && !_now.SaysWhat && _now.Users.Contains(name);
        var has = _now.Users.Count + _now.Names.Count > 0 || _now.Everyone;
        if (again)
        {
            _now.Users.Clear();
        }
        else if (has && _now.SaysWhat && !_now.OnlyThey)
        {
            Close();
        }
    }

    private void Close()
    {
        _read.Add(_now);
        _now = new() { Creates = _now.Creates, SaysAccount = _now.SaysAccount };
    }

    private bool Value(int at, Lexeme lexeme)
    {
        if (lexeme.Is(Part.Key))
        {
            _now.Keys.Add(lexeme.Original);
            return true;
        }
        if (lexeme.Is(Part.Assignment) && Assigned(lexeme.Original))
        {
            return true;
        }
        if (lexeme.IsNumber && lexeme.Value is >= 0 and <= 100_000
            && clause.Lexemes.Any(l => l.Is(Part.Topic, "uid")))
        {
            _now.Uid = (int)lexeme.Value;
            return true;
        }
        var shell = lexeme.Is(Part.Path) ? lexeme.Original
            : lexeme.Readings.Where(r => r.Part == Part.Topic
                && r.Key.StartsWith("shell:", StringComparison.Ordinal))
                .Select(r => r.Key["shell:".Length..]).FirstOrDefault();
        if (shell is not null)
        {
            var old = at > 0 && (clause[at - 1].IsGlue("insteadof") || clause[at - 1].IsGlue("from")
                || clause[at - 1].Text is "no more" or "no longer");
            _now.Shell = old ? _now.Shell : lexeme.Is(Part.Path) ? shell : _now.Shell ?? shell;
            return true;
        }
        if (_book.KeyHint(lexeme) is { } hint)
        {
            if (hint.Owner is { } owner && _now.Users.Count == 0)
            {
                _now.Users.Add(owner);
                _now.SaysKey = true;
            }
            (_keeps || StaysAfter(at) ? _now.Kept : _now.Hints)
                .Add(hint.Text);
            return true;
        }
        return false;
    }

    private bool Group(int at, Lexeme lexeme)
    {
        var group = lexeme.Is(Part.Topic, "admin") ? "sudo" : null;
        if (group is null && _group is not null && (IsThatGroup(at)
            || lexeme.Text == "it" && at > 0 && clause[at - 1].Is(Part.Glue)
            // "Take docker from anna and give it to ben"
            || lexeme.Text is "give it" or "hand it" or "pass it"))
        {
            group = _group;
        }
        if (group is null && Compound(at) is { } compound)
        {
            group = compound;
            clause.Use(at + 1);
        }
        if (group is null && UserNames.Of(lexeme) is { } name && lexeme.Named(Known.User) != name)
        {
            var beside = (at > 0 && clause[at - 1].Is(Part.Topic, "group"))
                || at > 1 && clause[at - 1].IsField("name") && clause[at - 2].IsField("group")
                || (at + 1 < clause.Count && clause[at + 1].Is(Part.Topic, "group")
                    && !lexeme.Possessive
                    && (lexeme.Is(Part.Unknown) || lexeme.IsMention || lexeme.Is(Part.Quoted)));
            var follows = _group is not null && at > 1 && lexeme.Named(Known.User) is null
                && (clause[at - 1].IsGlue("and") || clause[at - 1].IsGlue("comma"))
                && UserNames.Of(clause[at - 2]) == _group && IsOfList(at);
            group = beside || follows || IsPlace(at) || _book.Groups.Contains(name) ? name : null;
        }
        if (group is null)
        {
            return false;
        }
        var not = _leaves || at > 0 && clause[at - 1].IsGlue("insteadof") || IsDenied(at)
            || IsTakenFrom(at) || IsNotFor(at);
        _group = group;
        // "He keeps sudo"
        if (StaysIn(at))
        {
            return true;
        }
        (not ? _now.Leave : _now.Join).Add(group);
        return true;
    }

    /// <summary>"Take it from anna".</summary>
    private bool IsTakenFrom(int at) => at + 1 < clause.Count && clause[at + 1].IsGlue("from")
        && clause.Next(at + 1) is >= 0 and var whom && clause[whom].Named(Known.User) is not null;

    /// <summary>The group spoken of last.</summary>
    private string? GroupSaid()
    {
        var before = said.Before.Count > 0 ? said.Before : said.Session.LastSaid;
        var told = before.SelectMany(c => c.Attributes).OfType<UserAttribute>().LastOrDefault();
        return told?.Join.Concat(told.Leave).LastOrDefault()
            ?? (before.SelectMany(c => c.Lexemes).Any(l => l.Is(Part.Topic, "admin"))
                ? "sudo" : null);
    }

    /// <summary>"Peter loses it", "take it from anna", "rkhan in": the group said before.
    /// </summary>
    private bool IsThatGroup(int at)
    {
        var named = clause.Lexemes.Any(l => l.Named(Known.User) is not null);
        var last = at == clause.Count - 1 || clause[at + 1].IsGlue("comma")
            || clause[at + 1].IsGlue("and") || clause[at + 1].IsGlue("also");
        return named && !clause.Lexemes.Any(l => l.Is(Part.Key)
                || l.Is(Part.Topic, "key") || l.IsField("user") || l.IsField("login"))
            && (clause[at].Text is "it" or "that" or "this" or "that too"
                || (last && at > 0 && clause[at - 1].IsMention && clause[at].Text is "in" or "too"
                    && clause.Verb is "" or "have" or "create"));
    }

    /// <summary>"No sudo", "without admin rights", "is no admin".</summary>
    private bool IsDenied(int at)
    {
        for (var before = at - 1; before >= Math.Max(0, at - 5); before--)
        {
            var lexeme = clause[before];
            if (lexeme.IsGlue("not") || lexeme.IsGlue("without") || lexeme.Text is "but not" or "no"
                or "never" or "no longer" or "no more" or "neither" or "nor")
            {
                return !IsNotYet(at);
            }
            if (lexeme.IsGlue("comma") || lexeme.IsGlue("and") || lexeme.IsMention)
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>Small words that turn what follows round.</summary>
    private void Turn(int at, Lexeme lexeme)
    {
        _leaves &= !NeedsInstead(at);
        if (lexeme.Is(Part.Topic, "leaves") || lexeme.Text is "quit" or "quits")
        {
            _leaves = !clause.Negated;
        }
        else if (lexeme.IsGlue("from") && clause.Verb is not ("create" or "have")
            // "Takes over from him"
            && !(clause.IsFree(at + 1) && clause[at + 1].Text is "him" or "her" or "them" or "me"
                or "us"))
        {
            _leaves = true;
        }
        else if (lexeme.Text is "gets" or "receives" or "gains" or "joins")
        {
            // "Joost loses adm, petra gets it"
            _leaves = clause.Negated;
        }
        else if (lexeme.IsGlue("to") || lexeme.Text is "into" or "in" || lexeme.IsVerb("create")
            || lexeme.Is(Part.Topic, "account")
                && lexeme.Text.StartsWith("new ", StringComparison.Ordinal))
        {
            var denied = clause.Negated || (clause.Verb == "remove" && !lexeme.IsVerb("create"));
            _leaves = denied && !clause.Lexemes.Take(at).Any(l => l.IsGlue("from"));
        }
        _keeps = lexeme.IsGlue("only") || lexeme.IsGlue("except") || lexeme.IsGlue("but")
            || (_keeps && !lexeme.IsGlue("comma"))
            || lexeme.Is(Part.Topic, "retain");
        _names |= (lexeme.Is(Part.Topic, "account") || lexeme.IsField("user")
            || lexeme.Text is "users" or "accounts" || lexeme.IsField("name")
            || lexeme.Is(Part.Topic, "person")
            || (lexeme.IsGlue("for") && (_now is { SaysAccount: true, Users.Count: 0 } || at > 0
                && clause[at - 1].Text.EndsWith("access", StringComparison.Ordinal))))
            && (_now.Names.Count == 0 || lexeme.IsField("user") && IsNext(at));
        _names |= lexeme.IsField("login") && (at == 0 || ClauseSplitter.IsJoint(clause[at - 1])
                || at + 1 < clause.Count && clause[at + 1].Text is ":" or "=")
            && _now.Names.Count == 0;
        _names &= !lexeme.Is(Part.Key) && !lexeme.IsGlue("with") && !lexeme.IsGlue("to")
            && lexeme.Text is not ("in" or "at" or "from");
    }

    private bool Word(Lexeme lexeme)
    {
        if (lexeme.Is(Part.Topic, "promote") || lexeme.Is(Part.Topic, "demote"))
        {
            var up = lexeme.Is(Part.Topic, "promote") != clause.Negated;
            (up ? _now.Join : _now.Leave).Add("sudo");
            return true;
        }
        if (lexeme.Is(Part.Topic, "account") || lexeme.IsField("user"))
        {
            return _now.SaysAccount = true;
        }
        if (lexeme.Is(Part.Topic, "key") || lexeme.IsField("sshkey"))
        {
            _now.AllKeys |= lexeme.Text.EndsWith('s');
            return _now.SaysKey = true;
        }
        if (lexeme.Is(Part.Topic, "lock"))
        {
            _now.Locks |= !IsToldLock(lexeme);
            return true;
        }
        if (lexeme.Is(Part.Topic, "unlock"))
        {
            return _now.Unlocks = true;
        }
        if (lexeme.Is(Part.Topic, "left"))
        {
            return _now.Left = true;
        }
        if (lexeme.Is(Part.Topic, "replacekey"))
        {
            _now.ReplacesKeys |= clause.Verb == "replace";
            return true;
        }
        if (lexeme.Text is "nobody but" or "only" or "just" or "nobody" or "no one")
        {
            _now.OnlyThose = lexeme.Text is "only" or "just" && IsOfGroups(lexeme);
            _now.OnlyThey = !_now.OnlyThose;
        }
        return lexeme.Is(Part.Topic, "person") || lexeme.Is(Part.Topic, "uid")
            || lexeme.Is(Part.Topic, "shell") || lexeme.Is(Part.Topic, "group")
            || lexeme.IsField("login") || lexeme.IsField("group") || lexeme.IsField("name")
            || lexeme.Is(Part.Verb) || lexeme.IsGlue("not") || lexeme.IsGlue("insteadof")
            || lexeme.Text is "his" or "her" or "their"
            || lexeme.Is(Part.Foreign, "shell") || lexeme.Is(Part.Topic) || lexeme.Is(Part.Field);
    }

    /// <summary>What the pieces mean together.</summary>
    private void Settle()
    {
        // "Semester is over: drop all student accounts"
        if (clause.Verb == "remove" && _read.Exists(r => r.Users.Count > 1))
        {
            _read.ForEach(r => r.Names.Clear());
        }
        _read.RemoveAll(r => _read.Count > 1 && r is { SaysWhat: false, Users.Count: 0,
            Names.Count: 0, Everyone: false });
        // "Lily wants to log in too": a name nothing marked as one.
        if (_read is [{ Users.Count: 0, Names.Count: 0, Everyone: false } only])
        {
            Nameless(only);
        }
        for (var at = 1; at < _read.Count; at++)
        {
            // What is said without anybody belongs to those before.
            if (_read[at] is { Users.Count: 0, Names.Count: 0, Everyone: false })
            {
                _read[at].Users.AddRange(_read[at - 1].Users);
                _read[at].Names.AddRange(_read[at - 1].Names);
            }
        }
        Spread();
        _read.ForEach(Sift);
        _read.ForEach(Present);
        foreach (var read in _read)
        {
            var nobody = read.Users.Count + read.Names.Count == 0 && !read.Everyone;
            read.Locks |= !read.SaysKey && read.Hints.Count == 0
                && (clause.Negated || Forbids() || clause.Verb is "stop" or "block" && !Stopped())
                && read is { Join.Count: 0, Leave.Count: 0, Keys.Count: 0, Shell: null }
                && (clause.Verb is "stop" or "block" || clause.Lexemes.Any(
                    l => l.IsField("login") || l.IsVerb("block") || l.Is(Part.Topic, "shell")));
            read.Locks &= read.Hints.Count == 0;
            read.Unlocks |= clause.Verb is "start" && read is { Join.Count: 0, Keys.Count: 0 }
                && Starts(read)
                && !(nobody && clause.Lexemes.Any(l => l.Is(Part.Topic, "person")))
                && !(read is { SaysAccount: true, Users.Count: 0 }
                    && clause.Lexemes.Any(l => l.IsVerb("have")));
            var goes = clause.Verb is "remove" or "unpublish" || clause.Lexemes.Any(
                l => l.Is(Part.Topic, "goes") || l.Is(Part.Topic, "close"));
            read.Removes = goes && !clause.Negated && !IsOfThem() && read.Hints.Count == 0
                && (!read.SaysWhat && !read.SaysKey
                    || IsWhole() && read is { Join.Count: 0, Keys.Count: 0 })
                && !clause.Lexemes.Any(l => l.IsGlue("only"));
            // "Amir doesn't need his account any more"
            if (clause.Negated && read is { SaysAccount: true, SaysWhat: true, Locks: true,
                Shell: null, Join.Count: 0, Leave.Count: 0 } && clause.Lexemes.Any(l =>
                    l.Text is "need" or "needs" or "require" or "requires")
                && clause.Lexemes.Any(l => l.Text is "account" or "user"))
            {
                (read.Locks, read.Removes) = (false, true);
            }
            // "Delete their access": the account, or only the way in?
            if (read.Removes && !read.SaysAccount && clause.Lexemes.Any(l => l.Text is "access"))
            {
                (read.Removes, read.Left) = (false, true);
            }
            read.OnlyThey &= read.Join.Count + read.Leave.Count > 0;
            if (nobody && !read.SaysWhat && !read.SaysKey && read.Hints.Count == 0
                && !read.Removes && !read.SaysAccount && !read.Left)
            {
                read.Creates = false;
            }
        }
    }
}
