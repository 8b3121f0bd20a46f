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
        if (said.Before.Count > 0 || clause.Question is not null || said.Session.About is not
            { Subject: PeopleSubject } about || said.Session.LastWishes.LastOrDefault()
                ?.Attributes.OfType<UserAttribute>().LastOrDefault() is not { } last)
        {
            return;
        }
        foreach (var read in _read)
        {
            var anybody = read.Users.Count + read.Names.Count > 0;
            if (!anybody && read.SaysWhat)
            {
                read.Users.AddRange(about.Names.Where(_book.Users.Contains));
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

    /// <summary>Somebody whom another shall be like, or whose groups he gets.</summary>
    private bool Model(int at)
    {
        if (clause[at].Named(Known.User) is not { } name || _book[name] is not { } model)
        {
            return false;
        }
        if (IsModel(at))
        {
            _now.Join.AddRange(model.Texts("groups").Except(_now.Join));
            return true;
        }
        if (at == 0 || !IsLike(at))
        {
            return false;
        }
        _now.Join.AddRange(model.Texts("groups"));
        _now.Shell ??= model.Text("shell");
        return true;
    }

    /// <summary>"Give ben anna's groups": those are what he gets.</summary>
    private bool IsModel(int at) => clause[at].Possessive && !_leaves
        && _now.Users.Count + _now.Names.Count > 0 && clause.Next(at) is >= 0 and var what
        && (clause[what].Is(Part.Topic, "group") || clause[what].IsField("group")
            || clause[what].Text is "rights" or "permissions" or "access" or "memberships"
                or "privileges");
}
