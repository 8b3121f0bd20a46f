using System.Collections.Immutable;
using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>Second stage: words become lexemes. The longest phrase wins, whether it is a name
/// or a saying; what has several readings keeps them all.</summary>
internal sealed class Recogniser(Lexicon lexicon, NameTable names)
{
    private readonly Slips _slips = new(lexicon, names);

    public List<Lexeme> Read(List<Word> words)
    {
        var lexemes = new List<Lexeme>();
        words = _slips.Mended(Slashed.Parted(words, names));
        for (var at = 0; at < words.Count;)
        {
            var (lexeme, length) = At(words, at);
            lexemes.Add(lexeme);
            at += length;
        }
        return WithHalves(WithUnits(WithOwned(
            NumberWords.Joined(WithOne(WithAdverbs(lexemes))))));
    }

    /// <summary>"First stop gitea" says when, not which.</summary>
    private static List<Lexeme> WithAdverbs(List<Lexeme> lexemes)
    {
        for (var at = 0; at + 1 < lexemes.Count; at++)
        {
            if (lexemes[at].Text is "first" or "second" && lexemes[at + 1].Is(Part.Verb)
                && !lexemes[at + 1].IsMention && (at == 0 || !lexemes[at - 1].Is(Part.Verb)))
            {
                lexemes[at] = lexemes[at] with { Readings = [new(Part.Noise, "noise")] };
            }
        }
        return lexemes;
    }

    /// <summary>"A container called clock": what the word means elsewhere does not count.</summary>
    private static List<Lexeme> WithGivenNames(List<Lexeme> lexemes)
    {
        for (var at = 1; at < lexemes.Count; at++)
        {
            if (lexemes[at - 1].Text is "called" or "named" or "name it" or "call it"
                    or "by the name of" && (lexemes[at].Readings[0].Part is Part.Verb or Part.Topic
                    || lexemes[at].IsField("job"))
                && lexemes[at].Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
                && !lexemes[at].IsNumber)
            {
                lexemes[at] = lexemes[at] with
                {
                    Readings = [new(Part.Unknown, lexemes[at].Text)],
                };
            }
        }
        return lexemes;
    }

    /// <summary>"192.168.10.20 and .21": the rest of it is that of the one before.</summary>
    private static List<Lexeme> WithEndings(List<Lexeme> lexemes)
    {
        string? network = null;
        for (var at = 0; at < lexemes.Count; at++)
        {
            var text = lexemes[at].Text;
            if (lexemes[at].Is(Part.Address) && text.LastIndexOf('.') is var dot and > 0)
            {
                network = text[..dot];
            }
            else if (network is not null && text.Length is > 1 and < 5 && text[0] == '.'
                && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture,
                    out var host) && host < 256)
            {
                lexemes[at] = new(network + text, network + text,
                    [new(Part.Address, network + text), new(Part.Field, "localhost")]);
            }
        }
        return lexemes;
    }

    /// <summary>"The cache of jellyfin" is jellyfin-cache, where something is called so.</summary>
    private List<Lexeme> WithOwned(List<Lexeme> lexemes)
    {
        lexemes = WithEndings(WithGivenNames(WithCounted(lexemes)));
        for (var at = 0; at + 2 < lexemes.Count; at++)
        {
            var owner = at + 2;
            while (owner < lexemes.Count && lexemes[owner].Text is "the" or "our" or "my")
            {
                owner++;
            }
            if (!lexemes[at + 1].IsGlue("of") || owner >= lexemes.Count
                || !lexemes[owner].IsMention || lexemes[at].Text.Contains(' ')
                || lexemes[at].Named(Known.Service) is not null)
            {
                continue;
            }
            var called = names.Namings($"{lexemes[owner].Text} {lexemes[at].Text}");
            if (called.IsEmpty || called[0].Known is not (Known.Service or Known.Volume))
            {
                continue;
            }
            var text = $"{lexemes[owner].Text} {lexemes[at].Text}";
            lexemes[at] = new(text, $"{lexemes[at].Original} of {lexemes[owner].Original}",
                [new Reading(Part.Mention, text)]) { Namings = called };
            lexemes.RemoveRange(at + 1, owner - at);
        }
        return lexemes;
    }

    /// <summary>"2 cores" are no network core, and "this / that" is one or the other.</summary>
    private static List<Lexeme> WithCounted(List<Lexeme> lexemes)
    {
        for (var at = 1; at < lexemes.Count; at++)
        {
            if (lexemes[at] is { IsMention: true, Plural: true } said && lexemes[at - 1].IsNumber
                && said.Named(Known.Service) is null
                && said.Key(Part.Field) is "cpu" or "memory" or "pids")
            {
                lexemes[at] = said with
                {
                    Readings = [.. said.Readings.Where(r => r.Part != Part.Mention)],
                    Namings = [],
                };
            }
            if (lexemes[at].Text == "/" && at + 1 < lexemes.Count
                && lexemes[at - 1].Readings[0].Part is Part.Unknown or Part.Mention
                && lexemes[at + 1].Readings[0].Part is Part.Unknown or Part.Mention)
            {
                lexemes[at] = lexemes[at] with { Readings = [new(Part.Glue, "or")] };
            }
        }
        return lexemes;
    }

    /// <summary>"Down to one", "just one" and "one core" count; "the one" does not.</summary>
    private static List<Lexeme> WithOne(List<Lexeme> lexemes)
    {
        for (var at = 0; at < lexemes.Count; at++)
        {
            var before = at > 0 ? lexemes[at - 1] : null;
            var after = at + 1 < lexemes.Count ? lexemes[at + 1] : null;
            if (lexemes[at].Text == "one" && (before?.IsGlue("to") == true
                || (before?.Text is "at" or "@" && after?.IsMention != true)
                || before?.IsGlue("only") == true || (before?.Text != "the"
                    && after?.Key(Part.Field) is "cpu" or "replicas" or "pids" or "retries")))
            {
                lexemes[at] = lexemes[at] with
                {
                    Text = before?.Text is "at" ? "1" : lexemes[at].Text,
                    Value = 1,
                    Readings = [new(Part.Number, "1")],
                };
            }
        }
        return lexemes;
    }

    private (Lexeme, int) At(List<Word> words, int at)
    {
        var word = words[at];
        if (word.IsCommand)
        {
            return (new(word.Text, word.Original, [new Reading(Part.Command, word.Text)]), 1);
        }
        if (Key(words, at) is { } key)
        {
            return key;
        }
        var name = LongestName(words, at);
        var saying = LongestSaying(words, at);
        // "the app network" is about the network app, not about "the app".
        if (saying > 1 && word.Text is ("the" or "that" or "this")
            && LongestName(words, at + 1) is { Length: > 0 } own
            && (own.Namings[0].Known is (Known.Service or Known.Network or Known.Volume)
                || own.Length >= saying))
        {
            saying = 1;
        }
        // A known name may look like a value: "n8n", "mariadb:11" is not one.
        if (name.Length == 0 && saying <= 1 && !IsSaying(word)
            && Literals.Read(word, lexicon) is { } literal)
        {
            return (literal, 1);
        }
        if (name.Length > 0 && name.Length >= saying)
        {
            return (Mention(words, at, name.Length, name.Namings, name.Plural), name.Length);
        }
        if (saying > 0)
        {
            return (Saying(words, at, saying), saying);
        }
        return (Inflected(word) ?? Unknown(word), 1);
    }

    /// <summary>An SSH public key is several words: type, body, and whose it is.</summary>
    private static (Lexeme, int)? Key(List<Word> words, int at)
    {
        if (!Literals.IsKeyType(words[at].Text) || at + 1 >= words.Count
            || !Literals.IsKeyBody(words[at + 1].Original))
        {
            return null;
        }
        // A remark without an address is one where nothing else can follow.
        var remark = at + 2 < words.Count && words[at + 2] is { IsMark: false, Quoted: false } said
            && (said.Text.Contains('@', StringComparison.Ordinal)
                || said.Text.Contains('-', StringComparison.Ordinal)
                    && (at + 3 == words.Count || words[at + 3].IsMark
                        || words[at + 3].Text is "for" or "on" or "to" or "instead"));
        var length = remark ? 3 : 2;
        var text = Original(words, at, length);
        return (new(text, text, [new Reading(Part.Key, text)]), length);
    }

    private bool IsSaying(Word word) => !word.Quoted && lexicon.Readings(word.Text).Length > 0;

    private static Lexeme Unknown(Word word) => new(word.Text, word.Original,
        [new Reading(word.IsMark ? Part.Stop : Part.Unknown, word.Text)])
    {
        Possessive = word.Possessive,
        Corrected = word.Corrected,
    };

    private static string Phrase(List<Word> words, int at, int length) =>
        length == 1 ? words[at].Text
            : string.Join(' ', words.GetRange(at, length).Select(w => w.Text));

    private (int Length, ImmutableArray<Naming> Namings, bool Plural) LongestName(
        List<Word> words, int at)
    {
        for (var length = Math.Min(NameTable.LongestName, words.Count - at); length > 0; length--)
        {
            var phrase = Phrase(words, at, length);
            if (names.Namings(phrase) is { IsEmpty: false } found)
            {
                return (length, found, false);
            }
            if (phrase.EndsWith('s') && names.Namings(phrase[..^1]) is { IsEmpty: false } plural)
            {
                return (length, plural, true);
            }
        }
        return (0, [], false);
    }

    private int LongestSaying(List<Word> words, int at)
    {
        if (words[at].Quoted)
        {
            return 0;
        }
        var most = Math.Min(
            Math.Max(lexicon.LongestFrom(words[at].Text), 4), words.Count - at);
        for (var length = most; length > 0; length--)
        {
            var phrase = Phrase(words, at, length);
            if (lexicon.Readings(phrase).Length > 0 || NameTable.IsSetting(phrase))
            {
                return length;
            }
        }
        return 0;
    }

    private Lexeme Mention(
        List<Word> words, int at, int length, ImmutableArray<Naming> namings, bool plural)
    {
        var phrase = Phrase(words, at, length);
        return new(phrase, Original(words, at, length),
            [new Reading(Part.Mention, phrase), .. lexicon.Readings(phrase)])
        {
            Namings = namings,
            Plural = plural,
            Corrected = words.GetRange(at, length).Exists(w => w.Corrected),
            Possessive = words[at + length - 1].Possessive,
        };
    }

    private static string Original(List<Word> words, int at, int length) =>
        string.Join(' ', words.GetRange(at, length).Select(w => w.Original));

    private Lexeme Saying(List<Word> words, int at, int length)
    {
        var phrase = Phrase(words, at, length);
        var readings = lexicon.Readings(phrase);
        if (NameTable.IsSetting(phrase))
        {
            readings = readings.Add(new(Part.Field, "setting"));
        }
        return Counted(new(phrase, Original(words, at, length), readings)
        {
            Corrected = words.GetRange(at, length).Exists(w => w.Corrected),
            Possessive = words[at + length - 1].Possessive,
        });
    }

    /// <summary>Number words are numbers.</summary>
    private static Lexeme Counted(Lexeme lexeme) =>
        lexeme.Key(Part.Amount) is { } key && decimal.TryParse(key,
            NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? lexeme with
            {
                Value = value,
                Readings = [new(Part.Number, key), .. lexeme.Readings],
            }
            : lexeme;

    /// <summary><c>restarting</c>, <c>removed</c>, <c>scales</c> are their verbs.</summary>
    private Lexeme? Inflected(Word word)
    {
        if (word.Quoted || word.Text.Length < 4)
        {
            return null;
        }
        foreach (var stem in Inflection.OfVerb(word.Text))
        {
            var readings = lexicon.Readings(stem)
                .Where(r => r.Part is Part.Verb or Part.Field).ToImmutableArray();
            if (readings.Length > 0)
            {
                return new(word.Text, word.Original, readings) { Possessive = word.Possessive };
            }
        }
        return null;
    }

    private static readonly Reading s_one = new(Part.Number, "");

    /// <summary><c>512 MB</c> and <c>a gig</c> are one value, also <c>another gig</c>.</summary>
    private List<Lexeme> WithUnits(List<Lexeme> lexemes)
    {
        var merged = new List<Lexeme>(lexemes.Count);
        for (var at = 0; at < lexemes.Count; at++)
        {
            var lexeme = lexemes[at];
            var next = at + 1 < lexemes.Count ? lexemes[at + 1] : null;
            var unit = next is null ? null : UnitOf(next);
            var article = lexeme.Text is "a" or "an" or "one" or "every" or "each" or "own"
                && unit is not null && next!.Text.Length > 2;
            if (unit is not null && (article || lexeme is { IsNumber: true, Unit: "" }))
            {
                merged.Add(new($"{lexeme.Text} {next!.Text}", $"{lexeme.Original} {next.Original}",
                    [s_one])
                {
                    Value = article ? 1 : lexeme.Value,
                    Unit = unit,
                });
                at++;
                continue;
            }
            if (lexeme.Text is "another" && unit is not null && next!.Text.Length > 1)
            {
                lexemes[at + 1] = next with { Readings = [s_one], Value = 1, Unit = unit };
            }
            // "+20 GB"
            if (unit is not null && lexeme.Is(Part.Unknown) && lexeme.Text.Length is > 1 and < 10
                && lexeme.Text[0] == '+' && lexeme.Text.Skip(1).All(char.IsAsciiDigit))
            {
                merged.Add(new($"{lexeme.Text} {next!.Text}",
                    $"{lexeme.Original} {next.Original}", [s_one])
                {
                    Value = int.Parse(lexeme.Text[1..], CultureInfo.InvariantCulture), Unit = unit,
                });
                at++;
                continue;
            }
            // "10 more gigs" is "10 gigs more".
            var unitAfter = at + 2 < lexemes.Count && lexeme is { IsNumber: true, Unit: "" }
                && next!.Key(Part.Amount) == "more" ? UnitOf(lexemes[at + 2]) : null;
            if (unitAfter is not null)
            {
                merged.Add(lexeme with
                {
                    Text = $"{lexeme.Text} {lexemes[at + 2].Text}",
                    Original = $"{lexeme.Original} {lexemes[at + 2].Original}",
                    Readings = [s_one],
                    Unit = unitAfter,
                });
                merged.Add(next!);
                at += 2;
                continue;
            }
            merged.Add(lexeme);
        }
        return merged;
    }

    /// <summary>"An hour and a half" is one span, "half a minute" has whole seconds.</summary>
    private static List<Lexeme> WithHalves(List<Lexeme> lexemes)
    {
        for (var at = 0; at < lexemes.Count; at++)
        {
            var lexeme = lexemes[at];
            if (lexeme is { IsNumber: true, Unit: "h" or "min" or "d" } && at + 2 < lexemes.Count
                && lexemes[at + 1].IsGlue("and") && lexemes[at + 2] is { Value: 0.5m, Unit: "" }
                && decimal.IsInteger(lexeme.Value))
            {
                lexemes[at] = lexeme = lexeme with { Value = lexeme.Value + 0.5m };
                lexemes.RemoveRange(at + 1, 2);
            }
            var finer = lexeme.Unit switch { "min" => "s", "h" => "min", "d" => "h", _ => "" };
            if (lexeme.IsNumber && finer.Length > 0 && !decimal.IsInteger(lexeme.Value)
                && decimal.IsInteger(lexeme.Value * (finer == "h" ? 24 : 60)))
            {
                lexemes[at] = lexeme with
                {
                    Value = decimal.Truncate(lexeme.Value * (finer == "h" ? 24 : 60)), Unit = finer,
                };
            }
        }
        return lexemes;
    }

    private string? UnitOf(Lexeme lexeme)
    {
        if (lexeme.Text is "m" or "d" or "s" or "h" or "k" or "t" or "b" || lexeme.IsMention)
        {
            return null;
        }
        return lexicon.Unit(lexeme.Text);
    }
}
