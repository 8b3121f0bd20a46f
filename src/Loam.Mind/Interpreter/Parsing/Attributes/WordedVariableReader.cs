using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Environment variables in plain words: "the log level of the api to debug", "allow
/// signups", "replay mode". Which there are, the services that are spoken of say.</summary>
internal static class WordedVariableReader
{
    /// <summary>Variables that most images know, whether they are declared or not.</summary>
    private static readonly string[] s_common = ["TZ"];

    private static readonly string[] s_switches =
        ["true", "false", "yes", "no", "on", "off", "1", "0", "enabled", "disabled"];

    /// <param name="Variable">Its name in the state.</param>
    /// <param name="Present">Its value now; null: it is not declared.</param>
    private sealed record Candidate(string Variable, string? Present);

    public static void Read(Clause clause, Discourse said)
    {
        if (clause.Has(Part.Field, "label") || clause.Verb is "rename" or "probe" or "backup"
            || clause.Lexemes.Any(l => l.IsField("password") && !l.IsMention))
        {
            return;
        }
        if (ZoneReader.Read(clause, said))
        {
            return;
        }
        var any = false;
        var taken = clause.Attributes.OfType<VariableAttribute>().Select(v => v.Name).ToList();
        foreach (var candidate in Candidates(clause, said).Where(c => !taken.Contains(c.Variable)))
        {
            if (Find(clause, candidate.Variable) is var (from, to)
                && (!any || to > from) && Take(clause, candidate, from, to))
            {
                any = true;
            }
        }
    }

    /// <summary>A service is named, and something that one of its variables is called and
    /// nothing else.</summary>
    public static bool Speaks(Clause clause, Discourse said) =>
        clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
        && !clause.Lexemes.Any(l => l.Is(Part.Assignment) || l.Is(Part.Identifier)
            || (l.IsField("password") && !l.IsMention) || l.Is(Part.Command))
        && Candidates(clause, said).Exists(c => c.Present is not null
            && Find(clause, c.Variable) is var (from, to)
            && (to > from || clause[from].Text.Length > 4)
            && (s_switches.Contains(c.Present.ToLowerInvariant()) || After(clause, to) is not null
                || Before(clause, from) is not null));

    /// <summary>Variables of what is spoken of, those with the longer names first.</summary>
    private static List<Candidate> Candidates(Clause clause, Discourse said)
    {
        var state = said.Session.Draft.State;
        var focus = said.Before.LastOrDefault(c => c.Targets.Count > 0)?.Targets
            .Select(t => t.Named(Known.Service)).OfType<string>().ToList() is { Count: > 0 } just
            ? just : said.Session.Focus;
        var targets = new TargetResolver(state, focus);
        var named = clause.Lexemes.Where(l => l.IsMention).SelectMany(l => targets.Candidates(
            new(l.Text, l.Namings, null, true, null))).ToHashSet(StringComparer.Ordinal);
        var services = (named.Count > 0 ? named : focus.Count > 0 ? [.. focus]
            : [.. state.Services.Keys]).Where(state.Services.ContainsKey)
            .Select(n => state.Services[n]).ToList();
        var declared = services.SelectMany(s => s.Environment.Select(
            e => new Candidate(e.Key, e.Value))).DistinctBy(c => c.Variable)
            .Where(c => c.Present?.Contains("${", StringComparison.Ordinal) != true);
        var makes = clause.Lexemes.Any(ClauseSplitter.IsMakeable);
        services = named.Count > 0 || !makes ? services : [];
        var common = named.Count > 0 || makes ? s_common : [];
        return [.. declared.Concat(common.Where(v => services.TrueForAll(
            s => !s.Environment.ContainsKey(v))).Select(v => new Candidate(v, null)))
            .OrderByDescending(c => c.Variable.Length)];
    }

    /// <summary>First and last lexeme of what names a variable; null: nothing does.</summary>
    private static (int From, int To)? Find(Clause clause, string variable)
    {
        foreach (var saying in VariableWords.English.Sayings(variable))
        {
            for (var at = 0; at < clause.Count; at++)
            {
                if (Matches(clause, at, saying) is { } end)
                {
                    return (at, end);
                }
            }
        }
        return null;
    }

    private static int? Matches(Clause clause, int at, string[] saying)
    {
        var word = 0;
        for (var next = at; next < clause.Count; next++)
        {
            if (!MayName(clause, next))
            {
                return null;
            }
            foreach (var part in clause[next].Text.Split(' ', '-'))
            {
                if (word == saying.Length || !IsSame(part, saying[word]))
                {
                    return null;
                }
                word++;
            }
            if (word == saying.Length)
            {
                return next;
            }
        }
        return null;
    }

    /// <summary>Verbs may be part of it, but not the one that says what to do.</summary>
    private static bool MayName(Clause clause, int at) => clause.IsFree(at)
        && !clause[at].Is(Part.Stop) && clause[at].Named(Known.Service) is null
        && clause[at].Named(Known.Volume) is null && clause[at].Named(Known.Network) is null
        && !clause[at].IsNumber;

    private static bool IsSame(string said, string wanted) => said == wanted
        || said == wanted + "s" || said + "s" == wanted;

    private static bool Take(Clause clause, Candidate candidate, int from, int to)
    {
        var exact = to == from && clause[from].Original == candidate.Variable;
        var value = After(clause, to, exact) ?? Before(clause, from) ?? InMode(clause, from);
        var isSwitch = candidate.Present is { } now
            && s_switches.Contains(now.ToLowerInvariant());
        if (isSwitch && (value is null || !IsSwitched(clause, value.Value)))
        {
            Switch(clause, candidate, from, to);
            return true;
        }
        if (value is not { } at)
        {
            return Gone(clause, candidate, from, to);
        }
        clause.Use(from, to);
        clause.Use(at);
        var text = Written(clause[at], candidate.Present, isSwitch);
        clause.Attributes.Add(new VariableAttribute(candidate.Variable, text));
        Settle(clause);
        return true;
    }

    private static bool Gone(Clause clause, Candidate candidate, int from, int to)
    {
        if (clause.Verb is not ("remove" or "unset") || candidate.Present is null
            || !clause.Lexemes.Any(l => l.IsField("environment") || l.Text is "setting"))
        {
            return false;
        }
        clause.Use(from, to);
        clause.Attributes.Add(new VariableAttribute(candidate.Variable, null));
        return true;
    }

    /// <summary>The value is said: what the verb does is done with it.</summary>
    private static void Settle(Clause clause)
    {
        clause.Negated = false;
        // "N8n with the time zone Europe/Madrid" is still to be made.
        var makes = clause.Verb is "create" || clause.Verb is "" or "have"
            && clause.Lexemes.Any(l => l.IsGlue("with"))
            && clause.Lexemes.Any(l => l.Named(Known.App) is not null);
        clause.Verb = makes && !clause.Lexemes.Any(
            l => l.Named(Known.Service) is not null) ? clause.Verb : "set";
    }

    private static bool IsSwitched(Clause clause, int at) =>
        VariableWords.English.Value(clause[at].Text) is "true" or "false";

    /// <summary>On or off, by the verb: "allow signups", "no registration".</summary>
    private static void Switch(Clause clause, Candidate candidate, int from, int to)
    {
        var denied = false;
        for (var at = 0; at < clause.Count; at++)
        {
            var no = clause[at].Text is "no" or "without" or "no more" or "no further"
                || clause[at].Text is "end" or "stop" && clause[0] == clause[at]
                || clause[at].IsGlue("not")
                || clause[at].IsGlue("without");
            denied |= no;
            if (no)
            {
                clause.Use(at);
            }
        }
        var off = denied || clause.Negated || clause.Verb is "stop" or "remove" or "block"
            or "unset" or "unpublish" or "lower" || clause.Lexemes.Any(l => l.Text is
                "disallow" or "forbid" or "prohibit" or "prevent");
        var on = off == VariableWords.English.IsTurned(candidate.Variable);
        clause.Use(from, to);
        clause.Attributes.Add(new VariableAttribute(candidate.Variable,
            Form(candidate.Present!, on)));
        Settle(clause);
    }

    /// <summary>As the value that stands there is written.</summary>
    private static string Form(string present, bool on) => present.ToLowerInvariant() switch
    {
        "yes" or "no" => on ? "yes" : "no",
        "on" or "off" => on ? "on" : "off",
        "1" or "0" => on ? "1" : "0",
        "enabled" or "disabled" => on ? "enabled" : "disabled",
        _ => on ? "true" : "false",
    };

    private static string Written(Lexeme lexeme, string? present, bool isSwitch)
    {
        var known = VariableWords.English.Value(lexeme.Text);
        if (isSwitch)
        {
            return Form(present!, known == "true");
        }
        var number = lexeme.IsNumber && lexeme.Unit.Length > 0 && present is not null
            && present.All(char.IsAsciiDigit);
        return number ? lexeme.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)
            : known is null or "true" or "false" ? lexeme.Original : known;
    }

    /// <summary>"… of the api to debug", "…: 30 minutes".</summary>
    private static int? After(Clause clause, int end, bool linked = false)
    {
        var at = end + 1;
        while (at < clause.Count)
        {
            var lexeme = clause[at];
            if (IsOwner(clause, at) is var owner and > 0)
            {
                at += owner;
                continue;
            }
            var link = lexeme.IsGlue("to") || lexeme.IsGlue("is") || lexeme.IsGlue("as")
                || lexeme.IsGlue("comma") || lexeme.IsGlue("wish") || lexeme.IsGlue("at")
                || lexeme.IsGlue("on") || lexeme.Text is "=" or "value" or "size" or "set"
                    or "stay" or "stays" or "remain" or "remains" or "remain at" or "goes" or "go"
                || lexeme.Text is "is now" or "are now" or "now" or "last" or "lasts" or "expire"
                    or "expires" or "after" or "time out" or "run out"
                || lexeme.IsVerb("set") || lexeme.IsGlue("again") || lexeme.Text is "there"
                || lexeme.IsVerb("limit") && linked;
            if (!link)
            {
                break;
            }
            linked |= !lexeme.IsGlue("comma") || lexeme.Text == ":";
            at++;
        }
        if (at < clause.Count && clause[at].Text is "a" or "an" or "the")
        {
            at++;
        }
        return at < clause.Count && IsValue(clause, at) && (linked
            || clause[at].IsNumber || clause[at].Is(Part.Url) || clause[at].Is(Part.Quoted)
            || clause[at].Is(Part.Image) || clause[at].Original.Contains('/')
            || VariableWords.English.Value(clause[at].Text) is not null) ? at : null;
    }

    /// <summary>"debug log level", "replay mode".</summary>
    private static int? Before(Clause clause, int start)
    {
        var at = start - 1;
        return at >= 0 && IsValue(clause, at) && (clause[at].Is(Part.Unknown)
            || clause[at].IsNumber || VariableWords.English.Value(clause[at].Text) is not null)
            ? at : null;
    }

    /// <summary>"In live mode": between "in" and the name may stand any word.</summary>
    private static int? InMode(Clause clause, int start) => start > 1
        && (clause[start - 2].IsGlue("in") || clause[start - 2].IsGlue("to")
            || clause[start - 2].IsGlue("on")) && clause.IsFree(start - 1)
        && !clause[start - 1].IsMention
        && clause[start - 1].Text is not ("the" or "a" or "an" or "this" or "that" or "my" or "our"
            or "its" or "another" or "other" or "same" or "new" or "different" or "right")
        && !clause[start - 1].Text.Contains(' ') ? start - 1 : null;

    private static bool IsValue(Clause clause, int at)
    {
        var lexeme = clause[at];
        return clause.IsFree(at) && !lexeme.Is(Part.Stop) && lexeme.Named(Known.Service) is null
            && (VariableWords.English.Value(lexeme.Text) is not null
                || lexeme.Text is not ("is now" or "are now") && lexeme.Readings[0].Part
                    is not (Part.Glue or Part.Noise or Part.Reference or Part.Question or Part.Verb
                    or Part.Mention or Part.Amount));
    }

    /// <summary>How many lexemes "of the api", "for portal and worker" or a bare name has.
    /// </summary>
    private static int IsOwner(Clause clause, int at)
    {
        var next = at;
        var any = false;
        while (next < clause.Count)
        {
            var lexeme = clause[next];
            var joint = lexeme.IsGlue("of") || lexeme.IsGlue("for") || lexeme.IsGlue("in")
                || lexeme.IsGlue("on") || any && (lexeme.IsGlue("and") || lexeme.Text == ",")
                || lexeme.Readings[0].Part == Part.Noise && !lexeme.IsMention
                    && VariableWords.English.Value(lexeme.Text) is null;
            var name = lexeme.IsMention && (lexeme.Named(Known.Service) ?? lexeme.Named(Known.App)
                ?? lexeme.Named(Known.Role)) is not null || lexeme.Is(Part.Reference);
            if (!joint && !name)
            {
                break;
            }
            any |= name;
            next++;
        }
        return any ? next - at : 0;
    }
}
