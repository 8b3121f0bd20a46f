using Loam.Core.Catalog;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>"Something to keep my recipes in", "our own netflix": an app that is described and not
/// named, by <c>purposes.txt</c>.</summary>
internal static class Purposes
{
    private const int LongestPhrase = 6;
    private const double Phrase = 1.6;

    private static readonly Lazy<Words> s_words = new(() => new("en"));

    private sealed class Words
    {
        private readonly Dictionary<string, List<string>> _apps = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _brands = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
        private readonly Dictionary<string, HashSet<string>> _marks = new(StringComparer.Ordinal);

        public Words(string language)
        {
            foreach (var (key, phrase) in WordFile.Read(language, "purposes"))
            {
                if (key is "thing" or "leads" or "own" or "does" or "mine")
                {
                    _marks.TryAdd(key, new(StringComparer.Ordinal));
                    _marks[key].Add(phrase);
                    continue;
                }
                var brand = key.StartsWith("like:", StringComparison.Ordinal);
                var app = brand ? key[5..] : key;
                _places.TryAdd(app, _places.Count);
                if (brand)
                {
                    _brands[phrase] = app;
                    continue;
                }
                _apps.TryAdd(Stem(phrase), []);
                _apps[Stem(phrase)].Add(app);
            }
        }

        public bool Is(string mark, string phrase) => _marks[mark].Contains(phrase);
        public string? Brand(string phrase) => _brands.GetValueOrDefault(phrase);
        public List<string>? Apps(string phrase) => _apps.GetValueOrDefault(Stem(phrase));
        public int Place(string app) => _places[app];
    }

    private static string Stem(string phrase) => string.Join(' ', phrase.Split(' ')
        .Select(w => w.Length > 3 && w.EndsWith('s') && !w.EndsWith("ss", StringComparison.Ordinal)
            ? w[..^1] : w));

    public static List<Lexeme> Read(List<Lexeme> lexemes)
    {
        for (var from = 0; from < lexemes.Count;)
        {
            var to = AppTerms.Sentence(lexemes, from).To;
            Sentence(lexemes, from, to);
            from = to + 1;
        }
        return lexemes;
    }

    private static void Sentence(List<Lexeme> lexemes, int from, int to)
    {
        var asks = lexemes.Skip(from).Take(to - from).FirstOrDefault(
            l => l.Readings[0].Part is not (Part.Noise or Part.Glue));
        var named = lexemes.Any(l => l.Is(Part.Image) || l.Named(Known.App) is not null
                && l.Named(Known.Service) is null)
            || lexemes.Skip(from).Take(to - from).Any(l => l.Named(Known.Role) is not null
                && l.Named(Known.Service) is null);
        if (Blocks(lexemes, from, to, named))
        {
            return;
        }
        if (named || asks is null || asks.Key(Part.Question) is "what" or "which" or "who" or "why"
            or "where" or "how" or "howmuch" or "when" or "whatif")
        {
            return;
        }
        if (Brand(lexemes, from, to) is var (brand, at, length))
        {
            Put(lexemes, at, length, brand);
            Fall(lexemes, from, to, l => s_words.Value.Is("own", l.Text)
                || s_words.Value.Is("thing", l.Text), at);
            return;
        }
        for (var thing = from; thing < to; thing++)
        {
            if (s_words.Value.Is("thing", lexemes[thing].Text) && IsWanted(lexemes, from, thing)
                && Described(lexemes, thing, to) is var (app, end))
            {
                Put(lexemes, thing, 1, app);
                Fall(lexemes, thing + 1, end, _ => true, thing);
                return;
            }
        }
        Does(lexemes, from, to);
    }

    /// <summary>"I want to host my photos", "stream our music": what is done with what is one's
    /// own.</summary>
    private static void Does(List<Lexeme> lexemes, int from, int to)
    {
        for (var at = from; at + 2 < to; at++)
        {
            if (!s_words.Value.Is("does", lexemes[at].Text) || !IsWanted(lexemes, from, at)
                || !s_words.Value.Is("mine", lexemes[at + 1].Text))
            {
                continue;
            }
            var scores = new Dictionary<string, double>(StringComparer.Ordinal);
            var end = End(lexemes, at + 2, to);
            Score(lexemes, at + 2, end, scores);
            if (Best(scores) is { } app && !lexemes[(at + 2)..end].Exists(l => l.IsMention))
            {
                Put(lexemes, at + 2, 1, app);
                Fall(lexemes, at + 3, end, _ => true, at + 2);
                return;
            }
        }
    }

    /// <summary>"Block ads in my network", "pihole to block ads": what an app does, and no
    /// wish about packets.</summary>
    private static bool Blocks(List<Lexeme> lexemes, int from, int to, bool named)
    {
        for (var at = from; at < to; at++)
        {
            if (!lexemes[at].IsVerb("block"))
            {
                continue;
            }
            foreach (var (text, length) in Phrases(lexemes, at, to))
            {
                if (length < 2 || s_words.Value.Apps(text) is not { } apps)
                {
                    continue;
                }
                var end = End(lexemes, at + length, to);
                Fall(lexemes, named ? at : at + 1, end, _ => true, named ? -1 : at);
                if (!named)
                {
                    Put(lexemes, at, 1, apps[0]);
                }
                return true;
            }
        }
        return false;
    }

    /// <summary>Nothing is to be taken away or changed, and nothing that is there is meant.
    /// </summary>
    private static bool IsWanted(List<Lexeme> lexemes, int from, int thing)
    {
        var verbs = lexemes.Skip(from).Take(thing - from).Where(l => l.Is(Part.Verb)
            && !l.IsMention).ToList();
        var before = thing > 0 ? lexemes[thing - 1].Text : "";
        return before is not ("the" or "this" or "that" or "every" or "no" or "each")
            && verbs.TrueForAll(l => l.Key(Part.Verb) is "have" or "create" or "start" or "set");
    }

    private static (string App, int At, int Length)? Brand(
        List<Lexeme> lexemes, int from, int to)
    {
        var own = Enumerable.Range(from, to - from).Any(
            i => Phrases(lexemes, i, to).Any(p => s_words.Value.Is("own", p.Text)));
        for (var at = from; own && at < to; at++)
        {
            foreach (var (text, length) in Phrases(lexemes, at, to))
            {
                if (s_words.Value.Brand(text) is { } app)
                {
                    return (app, at, length);
                }
            }
        }
        for (var at = from; at < to; at++)
        {
            // "A chatgpt-like thing"
            var said = lexemes[at].Text;
            if ((said.EndsWith("-like", StringComparison.Ordinal)
                || said.EndsWith("-style", StringComparison.Ordinal))
                && s_words.Value.Brand(said[..said.LastIndexOf('-')]) is { } app)
            {
                return (app, at, 1);
            }
        }
        return null;
    }

    /// <summary>Runs of words that begin here, the longest first.</summary>
    private static IEnumerable<(string Text, int Length)> Phrases(
        List<Lexeme> lexemes, int at, int to)
    {
        for (var length = Math.Min(LongestPhrase, to - at); length > 0; length--)
        {
            yield return (string.Join(' ', lexemes.GetRange(at, length).Select(l => l.Text)),
                length);
        }
    }

    /// <summary>The app that the words around a thing are for, and where they end.</summary>
    private static (string App, int End)? Described(List<Lexeme> lexemes, int thing, int to)
    {
        var next = thing + 1;
        var leads = next < to && Phrases(lexemes, next, to).Any(
            p => s_words.Value.Is("leads", p.Text));
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        // "A recipe thing", "some subtitle tool"
        if (!leads)
        {
            Score(lexemes, Math.Max(0, thing - 2), thing, scores);
            next = thing + 1;
            return Best(scores) is { } before && scores[before] >= 1 ? (before, next) : null;
        }
        var end = End(lexemes, next, to);
        Score(lexemes, next, end, scores);
        return Best(scores) is { } app ? (app, end) : null;
    }

    private static string? Best(Dictionary<string, double> scores) => scores
        .OrderByDescending(s => s.Value).ThenBy(s => s_words.Value.Place(s.Key))
        .Where(s => AppCatalog.Named(s.Key) is not null).Select(s => s.Key).FirstOrDefault();

    private static void Score(
        List<Lexeme> lexemes, int from, int to, Dictionary<string, double> scores)
    {
        for (var at = from; at < to;)
        {
            var step = 1;
            foreach (var (text, length) in Phrases(lexemes, at, to))
            {
                if (s_words.Value.Apps(text) is { } apps)
                {
                    foreach (var app in apps)
                    {
                        scores[app] = scores.GetValueOrDefault(app)
                            + (text.Contains(' ', StringComparison.Ordinal) ? Phrase : 1);
                    }
                    step = length;
                    break;
                }
            }
            at += step;
        }
    }

    /// <summary>The description goes on until something else is said: a value, a place.</summary>
    private static int End(List<Lexeme> lexemes, int from, int to)
    {
        for (var at = from; at < to; at++)
        {
            if (lexemes[at].IsNumber || lexemes[at].IsField("port") || lexemes[at].Is(Part.Path)
                || lexemes[at].Is(Part.PortPair) || lexemes[at].IsField("name")
                || lexemes[at].Is(Part.Assignment))
            {
                while (at > from && (lexemes[at - 1].Readings[0].Part is Part.Glue or Part.Noise
                    || lexemes[at - 1].Is(Part.Verb) || lexemes[at - 1].Is(Part.Field)))
                {
                    at--;
                }
                return at;
            }
        }
        return to;
    }

    private static void Put(List<Lexeme> lexemes, int at, int length, string app)
    {
        var said = lexemes[at];
        lexemes[at] = new(said.Text, said.Original, [new Reading(Part.Mention, said.Text)])
        {
            Namings = [new(Known.App, app)],
        };
        Fall(lexemes, at + 1, at + length, _ => true, at);
    }

    /// <summary>What only describes means nothing else.</summary>
    private static void Fall(
        List<Lexeme> lexemes, int from, int to, Func<Lexeme, bool> which, int except)
    {
        for (var at = from; at < to; at++)
        {
            if (at != except && which(lexemes[at]) && !lexemes[at].IsGlue("comma"))
            {
                lexemes[at] = lexemes[at] with
                {
                    Readings = [new(Part.Noise, "noise")], Namings = [],
                };
            }
        }
    }
}
