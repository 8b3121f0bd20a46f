using System.Collections.Immutable;

namespace Loam.Mind.Interpreter.Language;

/// <summary>What a word or phrase can be. Earlier kinds win where one phrase has several
/// readings.</summary>
internal enum Part
{
    Verb, Field, Reference, Glue, Amount, Question, Foreign, Noise,
    Topic, Unit, Mention, Number, PortPair, Version, Image, Path, Mount, Assignment, Identifier,
    Address, Cidr, PortRange, Domain, Email, Url, Key, Quoted, Command,
    Stop, Unknown,
}

internal readonly record struct Reading(Part Part, string Key);

/// <summary>The words of one language, read from its folder of text files on first use: file
/// name = kind, each line a meaning and the ways of saying it.</summary>
internal sealed class Lexicon
{
    private const int LongestPhrase = 8;

    private static readonly Lazy<Lexicon> s_english = new(() => Load("en"));

    private static readonly (string File, Part Part)[] s_files =
    [
        ("verbs", Part.Verb), ("fields", Part.Field), ("references", Part.Reference),
        ("glue", Part.Glue), ("amounts", Part.Amount), ("questions", Part.Question),
        ("foreign", Part.Foreign), ("noise", Part.Noise), ("firewall", Part.Topic),
        ("machine", Part.Topic), ("storage", Part.Topic), ("jobs", Part.Topic),
        ("people", Part.Topic), ("ports", Part.Topic),
    ];

    private readonly Dictionary<string, ImmutableArray<Reading>> _phrases;
    private readonly Dictionary<string, int> _longest;
    private readonly Dictionary<string, string> _units;
    private readonly Dictionary<string, string> _contractions;
    private readonly HashSet<string> _words;
    private readonly HashSet<string> _headings;

    /// <summary>Common words without a meaning here; they are no slips of others.</summary>
    private readonly HashSet<string> _familiar = new(StringComparer.Ordinal);

    private Lexicon(
        Dictionary<string, ImmutableArray<Reading>> phrases, Dictionary<string, int> longest,
        Dictionary<string, string> units, Dictionary<string, string> contractions)
    {
        // Plain tables: freezing them costs a fresh process more than it gives back.
        _words = new(units.Keys, StringComparer.Ordinal);
        foreach (var phrase in phrases.Keys)
        {
            _words.UnionWith(phrase.Split(' '));
        }
        _phrases = phrases;
        _headings = [.. WordFile.Read("en", "headings").Select(h => h.Phrase)];
        _longest = longest;
        _units = units;
        _contractions = contractions;
    }

    public static Lexicon English => s_english.Value;

    /// <summary>All readings of a phrase, the likelier kinds first; empty: unknown.</summary>
    public ImmutableArray<Reading> Readings(string phrase) =>
        _phrases.GetValueOrDefault(phrase, []);

    /// <summary>The phrases that can be such a part.</summary>
    /// <param name="key">Null: of any meaning.</param>
    public IEnumerable<string> Phrases(Part part, string? key = null) => _phrases
        .Where(p => p.Value.Any(r => r.Part == part && (key is null || r.Key == key)))
        .Select(p => p.Key);

    /// <summary>Words in the longest phrase that begins with a word; 0: none does.</summary>
    public int LongestFrom(string word) => _longest.GetValueOrDefault(word);

    public string? Unit(string word) => _units.GetValueOrDefault(word);

    /// <summary>A word that heads a message: <c>ticket</c>, <c>re</c>.</summary>
    public bool IsHeading(string word) => _headings.Contains(word);

    /// <summary>The words a contraction stands for; null: it is none.</summary>
    public string? WrittenOut(string word) => _contractions.GetValueOrDefault(word);

    /// <summary>Every word of every phrase, for finding slips of the finger.</summary>
    public IEnumerable<string> Words => _words;

    public bool Knows(string word) => _words.Contains(word) || _familiar.Contains(word);

    /// <summary>It is known, or a form of what is: no slip of another, and nobody's name.
    /// </summary>
    public bool IsWord(string word) => Knows(word)
        || Inflection.OfWord(word).Any(s => s.Length > 2 && Knows(s));

    private static Lexicon Load(string language)
    {
        var phrases = new Dictionary<string, ImmutableArray<Reading>>(StringComparer.Ordinal);
        var longest = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (file, part) in s_files)
        {
            foreach (var (key, phrase) in WordFile.Read(language, file))
            {
                var readings = phrases.GetValueOrDefault(phrase, []);
                phrases[phrase] = readings.Add(new(part, key));
                var space = phrase.IndexOf(' ', StringComparison.Ordinal);
                var first = space < 0 ? phrase : phrase[..space];
                var length = Math.Min(phrase.Count(c => c == ' ') + 1, LongestPhrase);
                longest[first] = Math.Max(longest.GetValueOrDefault(first), length);
            }
        }
        var lexicon = new Lexicon(
            phrases, longest, Map(language, "units"), Map(language, "contractions"));
        // Times are read by a stage of their own, but their words are no slips of others.
        lexicon._words.UnionWith(
            WordFile.Read(language, "times").SelectMany(t => t.Phrase.Split(' ')));
        lexicon._familiar.UnionWith(
            WordFile.Read(language, "familiar").Concat(WordFile.Read(language, "variables"))
                .Concat(WordFile.Read(language, "purposes"))
                .Concat(WordFile.Read(language, "ordinary"))
                .SelectMany(t => t.Phrase.Split(' ')));
        return lexicon;
    }

    private static Dictionary<string, string> Map(string language, string file)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, phrase) in WordFile.Read(language, file))
        {
            // Contractions are written short form first, as people look them up.
            var (from, to) = file == "contractions" ? (key, phrase) : (phrase, key);
            map[from] = to;
        }
        return map;
    }
}
