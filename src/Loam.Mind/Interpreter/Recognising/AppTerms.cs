using System.Globalization;
using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>What is said of an app in words of its own: "database shop, user kim" are variables
/// that the catalogue knows, "console on 9101" is one of its ports.</summary>
internal static class AppTerms
{
    private const int LongestTerm = 4;

    private static readonly string[] s_more =
        ["another", "second", "third", "more", "new", "extra", "further", "additional",
         "separate", "fresh", "copy", "clone", "instance", "duplicate"];

    /// <summary>Variables of apps that the catalogue has no setting for.</summary>
    private static readonly Dictionary<(string App, string Term), string> s_further = new()
    {
        [("mongo", "database")] = "MONGO_INITDB_DATABASE",
        [("grafana", "user")] = "GF_SECURITY_ADMIN_USER",
    };

    /// <param name="lexemes">Those of a turn.</param>
    public static List<Lexeme> Read(List<Lexeme> lexemes)
    {
        var apps = Made(lexemes);
        if (apps.Count == 0)
        {
            return lexemes;
        }
        var read = new List<Lexeme>(lexemes.Count);
        for (var at = 0; at < lexemes.Count;)
        {
            if (Account(lexemes, at, apps) is var (said, next))
            {
                read.AddRange(said);
                at = next;
                continue;
            }
            read.Add(lexemes[at++]);
        }
        return AppPorts.Read(read);
    }

    /// <summary>The apps that are to be made, and where they are named.</summary>
    public static List<(int At, App App)> Made(List<Lexeme> lexemes)
    {
        var apps = new List<(int, App)>();
        for (var at = 0; at < lexemes.Count; at++)
        {
            if (AppOf(lexemes, at) is { } app)
            {
                apps.Add((at, app));
            }
        }
        return apps;
    }

    private static App? AppOf(List<Lexeme> lexemes, int at)
    {
        var lexeme = lexemes[at];
        if (lexeme.Is(Part.Image))
        {
            return ImageReference.Parse(lexeme.Text, out _) is { } image
                ? AppCatalog.ByImage(image) : null;
        }
        // "Our own git server" is the one that is meant by it.
        if (lexeme.Named(Known.App) is null && lexeme.Named(Known.Service) is null
            && lexeme.Named(Known.Role) is { } role && lexeme.Namings.All(
                n => n.Known == Known.Role)
            && at > 0 && lexemes[at - 1].Text is "a" or "an" or "own" or "another" or "new"
            && AppCatalog.Find(role) is [var meant, ..] && meant.DefaultFor.Contains(role))
        {
            return meant;
        }
        if (lexeme.Named(Known.App) is not { } app || (lexeme.Named(Known.Service) is not null
            && !IsAnother(lexemes, at)))
        {
            return null;
        }
        return AppCatalog.Named(app);
    }

    /// <summary>"Another", "a copy of": one more of what is there.</summary>
    private static bool IsAnother(List<Lexeme> lexemes, int at) => Enumerable.Range(1, 3).Any(
        d => at - d >= 0 && lexemes[at - d].Text.Split(' ').Any(s_more.Contains));

    /// <summary>The longest term that begins here, of these kinds.</summary>
    public static (string Key, int End)? Term(
        List<Lexeme> lexemes, int at, Func<string, bool> kinds)
    {
        for (var length = Math.Min(LongestTerm, lexemes.Count - at); length > 0; length--)
        {
            var phrase = string.Join(' ', lexemes.GetRange(at, length).Select(l => l.Text));
            if (TermWords.English.Of(phrase, kinds) is { } key)
            {
                return (key, at + length);
            }
        }
        return null;
    }

    private static bool IsTerm(string key) => key is "database" or "user" or "password";

    private static (IEnumerable<Lexeme> Said, int Next)? Account(
        List<Lexeme> lexemes, int at, List<(int At, App App)> apps)
    {
        if (Adjective(lexemes, at) is { } next)
        {
            return ([], next);
        }
        if (Term(lexemes, at, IsTerm) is not var (term, end) || IsPerson(lexemes, at, term))
        {
            return null;
        }
        // "Database and user both shop"
        var second = end < lexemes.Count && (lexemes[end].IsGlue("and") || lexemes[end].Text == "/")
            ? Term(lexemes, end + 1, IsTerm) : null;
        var value = PastLinks(lexemes, second?.End ?? end);
        if (term == "password" && second is null)
        {
            return IsMade(lexemes, value, out var past) ? ([], past) : null;
        }
        if (value >= lexemes.Count || !IsValue(lexemes, value))
        {
            return null;
        }
        var said = new List<Lexeme>();
        foreach (var kind in second is { } other ? [term, other.Key] : (string[])[term])
        {
            if (kind == "password" || Variable(lexemes, at, apps, kind) is not { } variable)
            {
                return null;
            }
            var text = $"{variable}={lexemes[value].Original}";
            said.Add(new(text.ToLowerInvariant(), text, [new Reading(Part.Assignment, text)]));
        }
        return (said, value + 1);
    }

    /// <summary>"A generated password": it always is.</summary>
    private static int? Adjective(List<Lexeme> lexemes, int at) =>
        IsMade(lexemes, at, out var past)
            && Term(lexemes, past, k => k == "password") is var (_, end) ? end : null;

    private static bool IsMade(List<Lexeme> lexemes, int at, out int past)
    {
        past = at;
        while (past < lexemes.Count && lexemes[past].Text is "a" or "an" or "randomly"
            or "automatically" or "by" or "itself" or "loam" && past - at < 3)
        {
            past++;
        }
        if (Term(lexemes, past, k => k == "made") is not var (_, end))
        {
            return false;
        }
        past = end;
        return true;
    }

    private static int PastLinks(List<Lexeme> lexemes, int at)
    {
        for (var steps = 0; steps < 3 && at < lexemes.Count; steps++)
        {
            if (lexemes[at].IsGlue("each") || lexemes[at].Text == "the same")
            {
                at++;
            }
            else if (Term(lexemes, at, k => k == "link") is var (_, end))
            {
                at = end;
            }
        }
        return at;
    }

    /// <summary>A word that can be a name; a word of the language only where nothing else
    /// follows.</summary>
    private static bool IsValue(List<Lexeme> lexemes, int at)
    {
        var lexeme = lexemes[at];
        if (lexeme.Original.Length == 0 || !char.IsAsciiLetter(lexeme.Original[0])
            || !lexeme.Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            return false;
        }
        var last = at + 1 >= lexemes.Count || lexemes[at + 1].Readings[0].Part is Part.Stop
            || lexemes[at + 1].Readings[0].Part is Part.Glue;
        return lexeme.Readings[0].Part switch
        {
            Part.Unknown or Part.Quoted or Part.Identifier => true,
            Part.Mention or Part.Noise or Part.Topic or Part.Field or Part.Verb => last
                && !lexeme.Is(Part.Amount) && !lexeme.IsField("backup")
                && lexeme.Text is not ("please" or "pls" or "plz" or "thanks" or "server"
                    or "too" or "it" or "there" or "here"),
            _ => false,
        };
    }

    /// <summary>"Add a user kim", "user kim with sudo": somebody who logs in to the machine.
    /// </summary>
    private static bool IsPerson(List<Lexeme> lexemes, int at, string term)
    {
        if (term != "user")
        {
            return false;
        }
        var (from, to) = Sentence(lexemes, at);
        for (var place = from; place < to; place++)
        {
            if (Term(lexemes, place, k => k == "person") is not null)
            {
                return true;
            }
        }
        var before = at - 1;
        var article = false;
        while (before >= from && lexemes[before].Readings[0].Part == Part.Noise)
        {
            article |= lexemes[before].Text is "a" or "an";
            before--;
        }
        if (before < from)
        {
            return false;
        }
        var other = Enumerable.Range(from, to - from).Any(i => i != at
            && Term(lexemes, i, k => k is "database" or "password") is not null);
        return lexemes[before].Is(Part.Verb, "create")
            || lexemes[before].Text.StartsWith("new", StringComparison.Ordinal)
            || (article && !other && !lexemes[before].IsGlue("with"));
    }

    public static (int From, int To) Sentence(List<Lexeme> lexemes, int at)
    {
        var (from, to) = (at, at);
        while (from > 0 && lexemes[from - 1].Readings[0].Part != Part.Stop)
        {
            from--;
        }
        while (to < lexemes.Count && lexemes[to].Readings[0].Part != Part.Stop)
        {
            to++;
        }
        return (from, to);
    }

    private static string? Variable(
        List<Lexeme> lexemes, int at, List<(int At, App App)> apps, string term)
    {
        var (_, to) = Sentence(lexemes, at);
        foreach (var (place, app) in apps.Where(a => a.At < at).Reverse()
            .Concat(apps.Where(a => a.At > at && a.At < to)))
        {
            if (Variables(app, term).FirstOrDefault() is { } variable)
            {
                return variable;
            }
        }
        return null;
    }

    /// <summary>Variables of an app by what they are for; what it needs sets the others.</summary>
    private static IEnumerable<string> Variables(App app, string term)
    {
        if (s_further.TryGetValue((app.Name, term), out var further))
        {
            return [further];
        }
        var given = app.Needs.SelectMany(n => n.Environment.Select(e => e.Key))
            .ToHashSet(StringComparer.Ordinal);
        string[] endings = term == "database" ? ["DB", "DATABASE", "DB_NAME", "DATABASE_NAME"]
            : ["USER", "USERNAME", "USER_NAME", "SUPERUSER_NAME", "DEFAULTUSER_NAME"];
        return app.FileVariables.Concat(app.Environment.Select(e => e.Key))
            .Concat(app.Settings.Select(s => s.Variable).OfType<string>()).Distinct()
            .Where(v => !given.Contains(v) && endings.Any(e => v == e
                || v.EndsWith("_" + e, StringComparison.Ordinal)))
            .OrderByDescending(v => v.StartsWith(app.Name, StringComparison.OrdinalIgnoreCase))
            .ThenBy(v => v.Length).ThenBy(v => v, StringComparer.Ordinal);
    }
}

/// <summary>Words for what an app is told: <c>accounts.txt</c>.</summary>
internal sealed class TermWords
{
    private static readonly Lazy<TermWords> s_english = new(() => new("en"));
    private readonly ILookup<string, string> _keys;

    private TermWords(string language) => _keys = WordFile.Read(language, "accounts")
        .ToLookup(t => t.Phrase, t => t.Key, StringComparer.Ordinal);

    public static TermWords English => s_english.Value;

    public string? Of(string phrase, Func<string, bool> kinds) =>
        _keys[phrase].FirstOrDefault(kinds);

    public IEnumerable<string> All(string phrase) => _keys[phrase];
}
