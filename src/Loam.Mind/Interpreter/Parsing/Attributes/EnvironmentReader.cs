using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Environment variables: <c>LOG_LEVEL=debug</c>, <c>LOG_LEVEL to debug</c>, or the
/// name alone where it is to go.</summary>
internal static class EnvironmentReader
{
    public static void Read(Clause clause)
    {
        if (clause.Has(Part.Field, "label"))
        {
            return;
        }
        var field = clause.Find(Part.Field, "environment");
        foreach (var at in clause.All(Part.Assignment).ToList())
        {
            var text = clause[at].Original;
            var cut = text.IndexOf('=', StringComparison.Ordinal);
            var name = text[..cut];
            if (!Literals.IsIdentifier(name))
            {
                continue;
            }
            var value = text[(cut + 1)..];
            if (NameTable.IsSetting(name) && !name.Any(char.IsAsciiLetterUpper))
            {
                clause.Use(at);
                clause.Attributes.Add(new SettingAttribute(name, value, ""));
                continue;
            }
            clause.Use(at);
            // JAVA_OPTS=-Xmx512m -Xms256m is one value.
            for (var more = at + 1; value.StartsWith('-') && clause.IsFree(more)
                && clause[more].Original.StartsWith('-'); more++)
            {
                value += " " + clause[more].Original;
                clause.Use(more);
            }
            clause.Attributes.Add(new VariableAttribute(name, value));
        }
        foreach (var at in clause.All(Part.Identifier).ToList())
        {
            ReadNamed(clause, at);
            ReadAfterValue(clause, at);
        }
        if (field >= 0)
        {
            ReadAfterField(clause, field);
            // "Node env production" is read by the words of the name.
            if (field == 0 || !clause[field - 1].Is(Part.Unknown))
            {
                clause.Use(field);
            }
        }
    }

    private static void ReadNamed(Clause clause, int at)
    {
        var name = clause[at].Original;
        // "Drop LOG_LEVEL to error" lowers it.
        var lowered = clause.Verb == "remove" && !clause.Negated && clause.Lexemes.Skip(at + 1)
            .Any(l => l.IsGlue("to")) && Value(clause, at) is { From: >= 0 };
        if (lowered)
        {
            clause.Verb = "set";
        }
        if (clause.Verb is "remove" or "unset" || clause.Negated)
        {
            clause.Attributes.Add(new VariableAttribute(name, null));
            clause.Use(at);
            return;
        }
        var (from, next) = Value(clause, at);
        if (next >= 0)
        {
            clause.Attributes.Add(new VariableAttribute(name, clause[next].Original));
            clause.Use(at);
            clause.Use(Math.Max(from, 0), next);
        }
    }

    /// <summary>"Under uid 1001 (PUID)", "45 minutes, SESSION_MINUTES that is": the name is said
    /// last.</summary>
    private static void ReadAfterValue(Clause clause, int at)
    {
        var ends = at + 1 == clause.Count || ClauseSplitter.IsJoint(clause[at + 1])
            || clause[at + 1].Text is "that is";
        if (clause.IsFree(at) && ends && Lasting(clause, at) is { } number)
        {
            clause.Attributes.Add(new VariableAttribute(clause[at].Original, number));
            clause.Explains();
        }
        else if (clause.IsFree(at) && ends && at > 1 && clause[at - 1].IsGlue("comma")
            && clause[at - 2].IsNumber && clause.IsFree(at - 2)
            && !clause[at - 2].Text.Contains('.'))
        {
            clause.Use(at - 2, at);
            if (at > 2 && (clause[at - 3].IsField("user") || clause[at - 3].Text is "last"))
            {
                clause.Use(at - 3);
            }
            clause.Attributes.Add(new VariableAttribute(clause[at].Original, clause[at - 2].Value
                .ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>"… log people out after 10 minutes, see SESSION_MINUTES": the number that was
    /// said of what it is called; null: none was.</summary>
    private static string? Lasting(Clause clause, int at)
    {
        var link = at - 1;
        while (link > 0 && clause[link].Text is "see" or "look at" or "cf" or "that is" or "it is"
            or "variable" or "the" or "in" or "via")
        {
            link--;
        }
        return link < at - 1 && link > 0 && clause[link].IsGlue("comma")
            && clause.Lexemes.Take(link).Where(l => l.IsNumber).ToList() is [var number]
            && decimal.IsInteger(number.Value)
            ? number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    /// <summary>A variable that a service has is named, and a value behind it: the clause is about
    /// that, whatever the value and its name make one think of.</summary>
    public static bool Speaks(Clause clause, Discourse said) => clause.Question is null
        && clause.Lexemes.All(l => !l.IsMention || l.Named(Known.Service) is not null)
        && !clause.Lexemes.Any(l => l.Is(Part.Topic, "job") || l.Is(Part.Assignment))
        && Enumerable.Range(0, clause.Count).Any(at => clause[at].Is(Part.Identifier)
            && (Value(clause, at).At >= 0 || Lasting(clause, at) is not null)
            && said.Session.Draft.State.Services.Values.Any(
                s => s.Environment.ContainsKey(clause[at].Original)));

    /// <summary>"the variable foo to bar": the name is in lower case.</summary>
    private static void ReadAfterField(Clause clause, int field)
    {
        var at = field + 1;
        while (at < clause.Count && clause[at].IsField("name"))
        {
            at++;
        }
        var named = clause.IsFree(at) && Literals.IsIdentifier(clause[at].Original)
            && (clause[at].Is(Part.Unknown) || clause[at].Is(Part.Quoted)
                || clause[at].Original.All(c => !char.IsAsciiLetterLower(c)));
        if (!named)
        {
            return;
        }
        ReadNamed(clause, at);
    }

    /// <summary>"LOG_LEVEL of the api to debug".</summary>
    private static int PastOwner(Clause clause, int at)
    {
        if (at >= clause.Count || !(clause[at].IsGlue("of") || clause[at].IsGlue("on")
            || clause[at].IsGlue("for") || clause[at].IsGlue("in")))
        {
            return at;
        }
        var owner = at + 1;
        while (owner < clause.Count && clause[owner].Readings[0].Part == Part.Noise)
        {
            owner++;
        }
        var end = owner < clause.Count && (clause[owner].IsMention
            || clause[owner].Is(Part.Reference)) ? owner + 1 : at;
        // "of sonarr and radarr"
        while (end > at && end + 1 < clause.Count && (clause[end].IsGlue("and")
            || clause[end].Text == ",") && clause[end + 1].IsMention)
        {
            end += 2;
        }
        return end;
    }

    /// <summary>Where the value of a variable stands, and where the words begin that lead to it;
    /// -1: there is none.</summary>
    private static (int From, int At) Value(Clause clause, int at)
    {
        var next = PastOwner(clause, at + 1);
        var from = next;
        next += next < clause.Count && clause[next].Text is "goes" or "go" or "switches" or "moves"
            or "changes" ? 1 : 0;
        next += next < clause.Count && IsLink(clause[next]) && next + 1 < clause.Count
            && clause[next + 1].Text is "point" or "read" or "say" or "go" ? 2 : 0;
        next += next < clause.Count && clause[next].Text is "points" or "point" or "reads" ? 1 : 0;
        next += next > from && next < clause.Count && clause[next].IsGlue("on") ? 1 : 0;
        var linked = next > from;
        // "from info to warn"
        if (next + 2 < clause.Count && clause[next].IsGlue("from") && clause[next + 2].IsGlue("to"))
        {
            next += 2;
        }
        while (next < clause.Count && (IsLink(clause[next]) || Points(clause, next))
            // "LOG_LEVEL off, set the other to debug"
            && !(next > from && clause[next - 1].Text == "," && clause[next].Is(Part.Verb)))
        {
            linked = true;
            next++;
        }
        // "is now production"
        next += linked && next + 1 < clause.Count && clause[next].Text is "now" ? 1 : 0;
        var plain = next == at + 1 && clause.Verb is "have" or "set" or "create" or ""
            && next < clause.Count && clause[next].Readings[0].Part is Part.Unknown
                or Part.Number or Part.Quoted or Part.Version or Part.Path;
        return (linked || plain) && clause.IsFree(next) && !clause[next].Is(Part.Reference)
            && clause[next].Text is not ("the" or "a" or "an" or "my" or "our" or "new" or "please"
                or "pls")
            && !(clause[next - 1].Text == "," && clause[next].Is(Part.Verb)) ? (from, next)
            : (-1, -1);
    }

    private static bool IsLink(Lexeme lexeme) => lexeme.IsGlue("to") || lexeme.IsGlue("is")
        || lexeme.IsGlue("as") || lexeme.IsGlue("wish") || lexeme.IsGlue("comma")
        || lexeme.IsGlue("with") || lexeme.IsGlue("again") || lexeme.IsVerb("set")
        || lexeme.Text is "=" or "value" or "value of" or "set" or "set to" or "being" or "be"
            or "stay" or "stays" or "remain" or "remains" or "become" or "is now" or "are now";

    /// <summary>"DATABASE_URL pointing at …": the value is what follows.</summary>
    private static bool Points(Clause clause, int at) => clause[at].Text.Split(' ')[0]
            is "pointing" or "points" or "pointed"
        || clause[at].Text is "at" && clause[at - 1].Text is "pointing" or "points" or "pointed";
}
