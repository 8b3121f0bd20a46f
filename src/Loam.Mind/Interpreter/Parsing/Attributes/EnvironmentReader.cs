using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

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
        }
        if (field >= 0)
        {
            ReadAfterField(clause, field);
            clause.Use(field);
        }
    }

    private static void ReadNamed(Clause clause, int at)
    {
        var name = clause[at].Original;
        if (clause.Verb is "remove" or "unset" || clause.Negated)
        {
            clause.Attributes.Add(new VariableAttribute(name, null));
            clause.Use(at);
            return;
        }
        var next = ValueAfter(clause, at);
        if (next >= 0)
        {
            clause.Attributes.Add(new VariableAttribute(name, clause[next].Original));
            clause.Use(at);
            clause.Use(next);
        }
    }

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

    private static int ValueAfter(Clause clause, int at)
    {
        var next = PastOwner(clause, at + 1);
        // "from info to warn"
        if (next + 2 < clause.Count && clause[next].IsGlue("from") && clause[next + 2].IsGlue("to"))
        {
            clause.Use(next, next + 1);
            next += 2;
        }
        var linked = false;
        while (next < clause.Count && (clause[next].IsGlue("to") || clause[next].IsGlue("is")
            || clause[next].IsGlue("as") || clause[next].Text is "=" or "value" or "value of"
            || clause[next].IsGlue("wish") || clause[next].IsGlue("comma")
            || clause[next].Text is "set" or "set to" or "being" or "be"
            || clause[next].Text is "stay" or "stays" or "remain" or "remains" or "become"
            || clause[next].IsGlue("with") || Points(clause, next)))
        {
            linked = true;
            next++;
        }
        var plain = next == at + 1 && clause.Verb is "have" or "set" or "create" or ""
            && next < clause.Count && clause[next].Readings[0].Part is Part.Unknown
                or Part.Number or Part.Quoted or Part.Version or Part.Path;
        return (linked || plain) && clause.IsFree(next) && clause[next].Text is not ("a" or "an"
            or "the" or "our" or "my" or "new") ? next : -1;
    }

    /// <summary>"DATABASE_URL pointing at …": the value is what follows.</summary>
    private static bool Points(Clause clause, int at) => clause[at].Text.Split(' ')[0]
            is "pointing" or "points" or "pointed"
        || clause[at].Text is "at" && clause[at - 1].Text is "pointing" or "points" or "pointed";
}
