using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>What is left unsaid because the turn before said it.</summary>
internal sealed partial class UserReader
{
    /// <summary>"Student2 as well", "no, docker instead": the rest was said the turn before.
    /// </summary>
    private void GoOn()
    {
        if (said.Before.Count == 0 && clause is { Question: null, Verb: "" or "have" or "set" })
        {
            GoOnWithAsked();
        }
        if (said.Before.Count > 0 || clause.Question is not null || said.Session.About is not
            { Subject: PeopleSubject } about || said.Session.LastWishes.LastOrDefault()
                ?.Attributes.OfType<UserAttribute>().LastOrDefault() is not { } last)
        {
            return;
        }
        foreach (var read in _read)
        {
            var anybody = read.Users.Concat(read.Names).Any(n => clause.Lexemes.Any(
                l => l.Named(Known.User) == n || UserNames.Of(l) == n));
            if (!anybody && read.SaysWhat)
            {
                read.Users.AddRange(about.Names.Where(_book.Users.Contains).Except(read.Users));
            }
            if ((clause.Corrects || clause.Lexemes.Any(l => l.IsGlue("instead")
                || l.Text is "instead")) && read.Join.Count > 0 && !anybody)
            {
                read.Leave.AddRange(last.Join.Except(read.Join));
            }
            if (anybody && clause.Verb.Length == 0 && !clause.Lexemes.Any(l => l.IsGlue("not"))
                && !read.SaysWhat && !read.SaysKey
                && !read.SaysAccount && read.Hints.Count == 0)
            {
                read.Join.AddRange(last.Join);
                read.Leave.AddRange(last.Leave);
                read.Shell ??= last.Shell;
                read.Locks |= last.Locks;
                read.Removes |= last.Removes;
            }
        }
    }

    /// <summary>"Who has sudo?", "ben should too": he is to be in the group that was asked about.
    /// </summary>
    private void GoOnWithAsked()
    {
        if (said.Session.LastSaid is not [{ Question: "who" or "which" or "is" or "what" } asked]
            || _read is not [{ SaysWhat: false, SaysKey: false, SaysAccount: false,
                Removes: false } only]
            || only.Users.Count + only.Names.Count == 0
            || !clause.Lexemes.All(l => l.Named(Known.User) is not null || l.IsGlue("wish")
                || l.Readings[0].Part is Part.Noise or Part.Glue or Part.Reference
                || l.Is(Part.Verb)))
        {
            return;
        }
        var not = clause.Lexemes.Any(l => l.IsGlue("not"));
        var group = asked.Lexemes.Select(l => l.Is(Part.Topic, "admin") ? "sudo"
            : l.Named(Known.User) is null && _book.Groups.Contains(l.Text) ? l.Text : null)
            .OfType<string>().Distinct();
        (not ? only.Leave : only.Join).AddRange(group.Take(1));
    }

    /// <summary>"Peter's laptop key is compromised, remove it": the key, not whose it is.
    /// </summary>
    private void OfKey(UserAttribute only)
    {
        if (said.Before is [.., var before] && before.Attributes.OfType<UserAttribute>()
            .LastOrDefault() is { SaysKey: true, SaysAccount: false } told && !only.SaysAccount
            && clause.Lexemes.Any(l => l.Text is "it" or "that" or "this" or "them" or "that one"))
        {
            only.SaysKey = true;
            only.Hints.AddRange(told.Hints.Except(only.Hints));
        }
    }

    /// <summary>What goes from one to another: what is named, or all groups of who had it.
    /// </summary>
    private bool HandsOver()
    {
        if (Handover.Of(clause) is not { } change)
        {
            return false;
        }
        var groups = new List<string>();
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (lexeme.Is(Part.Topic, "admin"))
            {
                groups.Add("sudo");
            }
            else if (lexeme.Named(Known.User) is null && _book.Groups.Contains(lexeme.Text))
            {
                groups.Add(lexeme.Text);
            }
            else if (lexeme.Readings[0].Part is not (Part.Mention or Part.Noise or Part.Glue
                or Part.Verb) && !lexeme.Is(Part.Topic) && !lexeme.IsField("group"))
            {
                continue;
            }
            clause.Use(at);
        }
        if (groups.Count == 0)
        {
            return false;
        }
        clause.Attributes.Add(new UserAttribute { Users = [change.To], Join = [.. groups] });
        clause.Attributes.Add(new UserAttribute { Users = [change.From], Leave = [.. groups] });
        return true;
    }

    /// <summary>"Rename ines to inês? No: to ines2".</summary>
    private bool IsRatherCalled()
    {
        if (!IsRatherName(clause, said) || UserNames.Of(clause[^1]) is not { } name)
        {
            return false;
        }
        var before = said.Before[^1];
        var told = before.Attributes.OfType<UserAttribute>().Single();
        before.Attributes.Clear();
        before.Explains();
        clause.Use(0, clause.Count - 1);
        clause.Attributes.Add(new UserAttribute { Users = [.. told.Users], NewName = name });
        return true;
    }

    /// <summary>Right after a new name, "no, to" another.</summary>
    public static bool IsRatherName(Clause clause, Discourse said) => clause.Count is > 2 and < 6
        && clause[0].IsGlue("instead") && clause[^2].IsGlue("to")
        && said.Before is [.., { Verb: "rename" } before]
        && before.Attributes is [UserAttribute { Users: [_], Names.Count: 0 }];

    /// <summary>"Sofia is now called sofia-berg", "…, rename her account".</summary>
    private bool IsNowCalled()
    {
        if (clause.Verb == "rename" && said.Before is [.., var before]
            && before.Attributes.OfType<UserAttribute>().Any(u => u.NewName is not null)
            && !clause.Lexemes.Any(l => l.IsGlue("to")))
        {
            clause.Explains();
            return true;
        }
        var called = clause.Lexemes.ToList().FindIndex(l => l.IsField("name"));
        var user = clause.Lexemes.Take(Math.Max(0, called)).FirstOrDefault(
            l => l.Named(Known.User) is not null && (!l.Possessive || clause.Lexemes.Any(
                a => a.Is(Part.Topic, "account") || a.IsField("login") || a.IsField("user"))));
        if (user is null || clause.Question is not null || called + 1 >= clause.Count
            || UserNames.Of(clause[called + 1]) is not { } name
            || !clause.Lexemes.Take(called).Any(l => l.Text is "now" or "is now" or "goes by"
                || l.IsGlue("wish") && !clause.Lexemes.Any(n => n.Text is "a" or "new" or "an")
                || l.Text.EndsWith(" now", StringComparison.Ordinal)))
        {
            return false;
        }
        clause.Use(0, clause.Count - 1);
        clause.Attributes.Add(new UserAttribute
        {
            Users = [user.Named(Known.User)!], NewName = name,
        });
        return true;
    }

    /// <summary>Somebody whom another shall be like, or whose groups he gets.</summary>
    private bool Model(int at)
    {
        // "Like the other two": those with the same name and another number.
        if (clause[at].Text is "the other" or "the others" or "other" or "others" && IsLike(at)
            && clause.Lexemes.Select(Siblings).FirstOrDefault(s => s.Count > 0) is [var first, ..])
        {
            _now.Join.AddRange(_book[first]!.Texts("groups").Except(_now.Join));
            _now.Shell ??= _book[first]!.Text("shell");
            return true;
        }
        if (clause[at].Named(Known.User) is not { } name || _book[name] is not { } model)
        {
            return false;
        }
        if (at > 0 && clause[at - 1].Is(Part.Topic, "likeshell"))
        {
            _now.Shell ??= model.Text("shell");
            return true;
        }
        if (IsModel(at))
        {
            _now.Join.AddRange(model.Texts("groups").Except(_now.Join));
            return true;
        }
        var has = clause[at].Role == Role.Model
            && (_now.Creates || _now.Users.Count + _now.Names.Count > 0);
        if (at == 0 || !IsLike(at) && !has)
        {
            return false;
        }
        // "Zsh, like anna": that is compared, and nothing else.
        if (Compared(at, model))
        {
            return true;
        }
        // "The groups that sofia has" are not her shell.
        var all = clause.Lexemes.Take(at).ToList();
        var shell = all.Exists(l => l.Is(Part.Topic, "shell"))
            || _now.Names.Count == 0 && _now.Shell is { } said && said == model.Text("shell");
        var groups = all.Exists(l => l.IsField("group") || l.Is(Part.Topic, "group"));
        _now.Join.AddRange(has && shell && !groups ? []
            : model.Texts("groups").Except(_now.Join));
        _now.Shell ??= has && groups && !shell ? null : model.Text("shell");
        return true;
    }

    /// <summary>The shell or the group that stands right before "like" is one of the model's.
    /// </summary>
    private bool Compared(int at, Core.StateFiles.MapValue model)
    {
        var value = at - 1;
        while (value >= 0 && (clause[value].Readings[0].Part is Part.Noise or Part.Glue
            || clause[value].Is(Part.Topic, "like") || clause[value].IsVerb("have")))
        {
            value--;
        }
        return value >= 0 && _now.SaysWhat && (clause[value].Is(Part.Topic, "admin")
                && model.Texts("groups").Contains("sudo")
            || model.Texts("groups").Contains(clause[value].Text)
            || clause[value].Readings.Any(r => r.Part == Part.Topic
                && r.Key.StartsWith("shell:", StringComparison.Ordinal)));
    }

    /// <summary>"Give ben anna's groups": those are what he gets.</summary>
    private bool IsModel(int at) => clause[at].Possessive && !_leaves
        && _now.Users.Count + _now.Names.Count > 0 && clause.Next(at) is >= 0 and var what
        && (clause[what].Is(Part.Topic, "group") || clause[what].IsField("group")
            || clause[what].Text is "rights" or "permissions" or "access" or "memberships"
                or "privileges");

    /// <summary>"Ben only in developers", "anna: only sudo": the groups are limited, and not who
    /// is in them.</summary>
    private bool IsOfGroups(Lexeme only)
    {
        var at = clause.Lexemes.ToList().IndexOf(only);
        var next = clause.Next(at);
        next = next >= 0 && clause[next].Text is "be" ? next + 1 : next;
        // "Groups docker only"
        if (next < 0 && at > 0 && _book.Groups.Contains(clause[at - 1].Text)
            && _now.Users.Count > 0)
        {
            return true;
        }
        return next < clause.Count && (_now.Users.Count > 0
                || !clause.Lexemes.Any(l => l.Named(Known.User) is not null))
            && next >= 0 && (clause[next].Text is "in"
            || clause[next].Is(Part.Topic, "group") || clause[next].Is(Part.Topic, "admin")
            || _book.Groups.Contains(clause[next].Text));
    }

    /// <summary>"Petra got herself locked out": it happened, and nobody wishes it.</summary>
    private bool IsToldLock(Lexeme lexeme)
    {
        var at = clause.Lexemes.ToList().IndexOf(lexeme);
        var before = at > 0 ? clause[at - 1] : null;
        // "She can't log in with her old key, take …", "hugo can't log in any more"
        if (lexeme.Text.StartsWith("can not", StringComparison.Ordinal)
            && (clause.Lexemes.Any(l => l.Is(Part.Key) || l.Is(Part.Topic, "key"))
                || !clause.Lexemes.Any(l => l.IsGlue("wish") || l.Is(Part.Verb)
                    || l.Text is "that" or "so that" or "please")))
        {
            return true;
        }
        return before?.Text.Split(' ')[^1] is "got" or "gets" or "was" or "were" or "been"
                or "keeps" or "herself" or "himself" or "themselves" or "myself" or "ourselves"
            || lexeme.Text.Split(' ')[0] is "locked" && at + 1 < clause.Count
                && clause[at + 1].Text is "herself" or "himself" or "themselves" or "myself";
    }

    private bool NextIsBut(int at) => at + 1 < clause.Count && clause[at + 1].IsGlue("but");

    /// <summary>"All admins", "all the admins".</summary>
    private bool AllAdmins(int at)
    {
        var all = at - 1;
        while (all > 0 && clause[all].Text is "the" or "our" or "of")
        {
            all--;
        }
        if (!clause[at].Is(Part.Topic, "admin") || !clause[at].Text.EndsWith('s') || all < 0
            || clause[all].Text is not ("all" or "both"))
        {
            return false;
        }
        Begin(null);
        (_now.Everyone, _now.OfGroup) = (true, "sudo");
        return true;
    }

    /// <summary>"Everyone in webteam": those who are in it.</summary>
    private void OfWhom(int at)
    {
        var link = at + 1;
        var group = link < clause.Count && clause[link].Text is "in" or "of" or "from"
            ? clause.Next(link) : -1;
        if (group < 0)
        {
            return;
        }
        var name = clause[group].Is(Part.Topic, "admin") ? "sudo" : Compound(group)
            ?? (UserNames.Of(clause[group]) is { } said && _book.Groups.Contains(said) ? said
                : null);
        if (name is null)
        {
            return;
        }
        _now.OfGroup = name;
        var to = Compound(group) is null ? group : group + 1;
        to += to + 1 < clause.Count && clause[to + 1].Is(Part.Topic, "group") ? 1 : 0;
        _past.UnionWith(Enumerable.Range(link, to - link + 1));
        clause.Use(link, to);
    }

    /// <summary>"Vendor should not be able to log on": no verb is denied, and yet it is.
    /// </summary>
    private bool Forbids() => clause.Verb.Length == 0 && clause.Question is null
        && clause.Lexemes.Any(l => l.IsGlue("not") && l.Text.Split(' ')[0] is "should" or "must"
            or "may" or "shall" or "no" or "never");

    /// <summary>"Take sudo from mei": what is named before the person goes.</summary>
    private bool TakesFrom()
    {
        var take = clause.Lexemes.ToList().FindIndex(l => l.Text is "take" or "takes" or "taken"
            or "pull" or "strip" or "get");
        // "Peter takes over from maria"
        return take >= 0 && !(take + 1 < clause.Count && clause[take + 1].Text is "over")
            && clause.Lexemes.Skip(take + 1).Any(l => l.IsGlue("from") || l.Text is "away"
            || l.Is(Part.Topic, "leaves"));
    }

    /// <summary>"Adm is not for joost".</summary>
    private bool IsNotFor(int at) => at + 2 < clause.Count && clause[at + 1].IsGlue("not")
        && clause.Lexemes.Skip(at + 2).Take(2).Any(l => l.IsGlue("for"));

    /// <summary>"His key is … theo@rowing, sofia stays": the key's remark names who was spoken of.
    /// </summary>
    private void OwnKey(UserAttribute read)
    {
        var told = said.Before.SelectMany(c => c.Attributes).OfType<UserAttribute>()
            .SelectMany(u => u.Users.Concat(u.Names)).ToList();
        if (read is { Keys: [var key], Users: [var user], Names.Count: 0 }
            && UserNames.OfKey(key) is { } owner && owner != user && told.Contains(owner)
            && UserNames.OfKey(key) != user && clause.Lexemes.Any(
                l => l.Text is "his" or "her" or "their"))
        {
            read.Users.Clear();
            Add(read, [owner]);
        }
    }

    private void Nameless(UserAttribute only)
    {
        if (clause.Lexemes.FirstOrDefault(l => l.Text is "her" or "his" or "him" or "them"
            or "their" or "she" or "he" or "they" or "it" or "that" or "its") is not null
            && Mentioned() is { Count: > 0 } mentioned)
        {
            Add(only, mentioned);
            OfKey(only);
            return;
        }
        if (only.Keys.Count > 0 && UserNames.OfKey(only.Keys[0]) is { } known
            && _book.Users.Contains(known))
        {
            only.Users.Add(known);
            return;
        }
        foreach (var lexeme in clause.Lexemes)
        {
            if (lexeme.Is(Part.Unknown) && UserNames.Of(lexeme) is { } name
                && !only.Join.Contains(name) && !only.Leave.Contains(name)
                && lexeme.Text.All(char.IsAsciiLetterOrDigit) && !UserNames.IsPlain(lexeme, false)
                && !(lexeme.Corrected && Lexicon.English.Knows(lexeme.Text)))
            {
                only.Names.Add(name);
                return;
            }
        }
        if (only.Keys.Count > 0 && UserNames.OfKey(only.Keys[0]) is { } owner)
        {
            (_book.Users.Contains(owner) ? only.Users : only.Names).Add(owner);
        }
        if (only.Users.Count + only.Names.Count == 0 && Mentioned() is { Count: > 0 } spoken
            && (only.SaysWhat || only.SaysKey))
        {
            Add(only, spoken);
        }
    }

    private void Add(UserAttribute to, List<string> people)
    {
        to.Users.AddRange(people.Where(_book.Users.Contains));
        to.Names.AddRange(people.Except(_book.Users));
    }

    private List<string> Mentioned() => said.Before.Count > 0
        && said.Before[^1].Attributes.OfType<UserAttribute>().LastOrDefault() is { } before
        ? [.. before.Users.Concat(before.Names)]
        : said.Session.About is { Subject: PeopleSubject } about
            ? [.. about.Names.Where(n => _book.Users.Contains(n))] : [];

    /// <summary>"It stopped showing up for rita": it happened.</summary>
    private bool Stopped() => clause.Lexemes.Any(l => l.IsVerb("stop")
        && l.Text.EndsWith("ed", StringComparison.Ordinal))
        && clause.Lexemes.Any(l => l.IsGlue("for"));

    /// <summary>"… and a user olga": one more of them.</summary>
    private bool IsNext(int at) => at > 1 && clause.Verb is "create" or ""
        && (ClauseSplitter.IsJoint(clause[at - 1]) || clause[at - 1].Text is "a" or "another"
            && ClauseSplitter.IsJoint(clause[at - 2]));
}
