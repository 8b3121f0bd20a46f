using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Who comes and is not there yet, and what is written of them as in a form.</summary>
internal sealed partial class UserReader
{
    /// <summary>Where a name stands by itself; null: not looked for yet.</summary>
    private int? _alone;

    /// <summary>"Carla starts today", "marco and lucia are new": how many words at the beginning
    /// name who comes; 0: nobody does.</summary>
    public static int Arriving(Clause clause)
    {
        var at = 0;
        while (at < clause.Count && IsNobody(clause[at]) && (at == 0
            || clause[at - 1].IsGlue("and") || clause[at - 1].IsGlue("comma")))
        {
            at++;
            if (at + 1 < clause.Count && (clause[at].IsGlue("and") || clause[at].IsGlue("comma"))
                && IsNobody(clause[at + 1]))
            {
                at++;
            }
        }
        var does = at;
        while (does < clause.Count && (clause[does].IsGlue("is") || clause[does].Is(Part.Noise)
            && clause[does].Text is not "new"))
        {
            does++;
        }
        return at > 0 && does < clause.Count && clause[does].Text is "start" or "starts"
            or "starting" or "join" or "joins" or "joining" or "joined" or "begin" or "begins"
            or "beginning" or "new" && clause.Question is null
            && !clause.Lexemes.Any(l => l.Is(Part.Image) || l.Named(Known.Service) is not null
                || l.Named(Known.App) is not null) ? at : 0;
    }

    /// <summary>"We hired zoe".</summary>
    private bool IsHired(int at) => at > 0 && clause[at - 1].Is(Part.Topic, "hires");

    /// <summary>A word that can only be somebody's name.</summary>
    private static bool IsNobody(Lexeme lexeme) => lexeme is { IsMention: false, Possessive: false }
        && lexeme.Is(Part.Unknown) && UserNames.Of(lexeme) is not null
        && !Lexicon.English.IsWord(lexeme.Original.ToLowerInvariant())
        && !UserNames.IsForm(lexeme);

    private void Arrive(int words)
    {
        for (var at = 0; at < words; at++)
        {
            if (clause[at].Is(Part.Unknown) && UserNames.Of(clause[at] with
                { Text = clause[at].Original.ToLowerInvariant() }) is { } name)
            {
                _now.Names.Add(name);
            }
            clause.Use(at);
        }
    }

    /// <summary>"name=lars", "uid=1700", "groups=a,b".</summary>
    private bool Assigned(string text)
    {
        var cut = text.IndexOf('=', StringComparison.Ordinal);
        var values = text[(cut + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries);
        switch (text[..cut].ToLowerInvariant())
        {
            case "name" or "user" or "username" or "login" when values is [var name]:
                (_book.Users.Contains(name) ? _now.Users : _now.Names).Add(name);
                return true;
            case "group" or "groups":
                _now.Join.AddRange(values);
                return true;
            case "uid" when values is [var number] && Literals.Whole(number) is { } uid:
                _now.Uid = uid;
                return true;
            case "shell" when values is [var shell]:
                _now.Shell = shell.StartsWith('/') ? shell : Lexicon.English.Readings(shell)
                    .Where(r => r.Key.StartsWith("shell:", StringComparison.Ordinal))
                    .Select(r => r.Key["shell:".Length..]).FirstOrDefault();
                return _now.Shell is not null;
            default:
                return false;
        }
    }

    /// <summary>"Add the user ben to group sudo": he is there, and only joins.</summary>
    private void Present(UserAttribute read)
    {
        var there = read.Names.Where(_book.Users.Contains).ToList();
        if (there.Count == 0 || read.Join.Count == 0 || !clause.Lexemes.Any(l => l.IsGlue("to")))
        {
            return;
        }
        read.Users.AddRange(there);
        read.Names.RemoveAll(there.Contains);
        read.Creates &= read.Names.Count > 0;
    }

    /// <summary>"A freelancer named Bea, media group".</summary>
    private bool NamesGroup(int at) => _now.Names.Count + _now.Users.Count > 0
        && !clause[at].Possessive && clause[at].Is(Part.Unknown)
        && at + 1 < clause.Count && clause[at + 1].Text is "group";

    /// <summary>"A new intern starts monday, thijs" unlocks nobody; "lotte starts, give her access"
    /// asks for what.</summary>
    private bool Starts(UserAttribute read) => read.Users.Count > 0 || read.Everyone
        || !clause.Lexemes.TakeWhile(l => !l.IsVerb("start")).Any(l => l.Is(Part.Topic, "person"));

    /// <summary>"Revoke docker from anna, she only needs sudo": that she has, and keeps.</summary>
    private bool NeedsInstead(int at) => _leaves && at > 1
        && (clause[at].IsVerb("have") || clause[at].Text is "has" or "keeps") && !clause.Negated
        && _now.Leave.Count > 0
        && Enumerable.Range(Math.Max(0, at - 3), Math.Min(3, at)).Any(
            i => clause[i].Text is "she" or "he" or "they")
        && !Enumerable.Range(at - 2, 2).Any(i => clause[i].IsGlue("not"));

    /// <summary>"Stays admin", "keeps sudo".</summary>
    private bool StaysIn(int at)
    {
        var before = at - 1;
        while (before > 0 && (clause[before].Text is "a" or "an" or "the" or "in"
            || clause[before].Is(Part.Topic, "group")))
        {
            before--;
        }
        return before >= 0 && clause[before].Text is "keeps" or "keep" or "retains" or "retain"
            or "stays" or "stay" or "remains" or "remain";
    }

    /// <summary>"The laptop key stays", "the desktop one remains".</summary>
    private bool StaysAfter(int at)
    {
        var next = clause.Next(at);
        next = next >= 0 && (clause[next].Is(Part.Topic, "key") || clause[next].IsField("sshkey")
            || clause[next].Is(Part.Reference)) ? clause.Next(next) : next;
        return next >= 0 && clause[next].Text.Split(' ')[0] is "stays" or "remains" or "keep"
            or "stay" or "remain";
    }

    /// <summary>"The old-laptop key must go": whose it is, where nobody else has one like it.
    /// </summary>
    private void OfHint(UserAttribute read)
    {
        if (read.Users.Count + read.Names.Count > 0 || read.Hints.Count == 0 || !read.SaysKey
            || said.Session.About is { Subject: PeopleSubject } || said.Before.Any(
                c => c.Lexemes.Any(l => l.Named(Known.User) is not null)))
        {
            return;
        }
        var owners = _book.All.Where(u => read.Hints.Exists(h => u.Texts("ssh_keys").Any(
            k => KeyEdits.Fits(k, h)))).Select(u => u.Text("name")!).ToList();
        read.Users.AddRange(owners is [var only] ? [only] : []);
    }

    /// <summary>"An account for the milking robot, milker", "a new intern starts monday, thijs":
    /// the name stands by itself, behind who it is.</summary>
    private bool Apposed(int at, Lexeme lexeme)
    {
        if (_alone is null)
        {
            _alone = Alone();
        }
        if (at == _alone)
        {
            Begin(UserNames.Of(lexeme));
            _now.Names.Add(UserNames.Of(lexeme)!);
            return !(_names = false);
        }
        return at < _alone && _names && UserNames.Of(lexeme) is not null
            && !lexeme.IsGlue("for") && lexeme.Named(Known.User) is null
            && lexeme.Readings[0].Part is Part.Unknown or Part.Verb or Part.Mention;
    }

    /// <summary>The only piece that is nothing but a name; -1: none is.</summary>
    private int Alone()
    {
        var person = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "person"));
        var account = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "account"));
        var whose = account >= 0 ? Enumerable.Range(account, clause.Count - account - 1)
            .FirstOrDefault(i => clause[i].IsGlue("for") && clause[i + 1].Text is "the" or "our"
                or "a" or "my" or "an", -1) : -1;
        var from = whose >= 0 ? whose : person;
        if (from < 0 || clause.Question is not null || clause.Lexemes.Any(
            l => l.IsField("name") || l.Is(Part.Quoted))
            || Enumerable.Range(0, clause.Count - 1).Any(
                i => clause[i].Text is "login" && clause[i + 1].Is(Part.Unknown)))
        {
            return -1;
        }
        var alone = ClauseSplitter.PiecesOf([.. clause.Lexemes], at => clause[at].IsGlue("comma"))
            .Where(p => p.From > from && p.To == p.From + 1 && IsLone(clause[p.From])).ToList();
        return alone is [var (at, _)] ? at : -1;
    }

    private bool IsLone(Lexeme lexeme) => UserNames.Of(lexeme) is { } name
        && !_book.Groups.Contains(name)
        && (lexeme.Is(Part.Unknown) || lexeme.Corrected) && !Lexicon.English.Knows(name);
}
