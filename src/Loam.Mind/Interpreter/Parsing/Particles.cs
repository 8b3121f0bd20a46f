using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>Verbs in two parts with the thing between: "take the worker offline".</summary>
internal sealed class Particles
{
    private const int MostBetween = 8;

    private static readonly Lazy<Particles> s_english = new(() => new("en"));

    private readonly Dictionary<string, List<(string Second, string Key)>> _byFirst =
        new(StringComparer.Ordinal);

    private Particles(string language)
    {
        foreach (var (key, phrase) in WordFile.Read(language, "particles"))
        {
            var parts = phrase.Split(" … ");
            if (!_byFirst.TryGetValue(parts[0], out var list))
            {
                _byFirst[parts[0]] = list = [];
            }
            list.Add((parts[1], key));
        }
    }

    public static Particles English => s_english.Value;

    /// <summary>The same sentence, the first part bearing the meaning of both.</summary>
    public List<Lexeme> Join(List<Lexeme> sentence)
    {
        var joined = sentence.ToList();
        for (var at = 0; at < joined.Count; at++)
        {
            if (_byFirst.TryGetValue(Stem(joined[at].Text), out var list))
            {
                JoinAt(joined, at, list);
            }
        }
        return joined;
    }

    private static string Stem(string text) => text switch
    {
        "takes" or "taking" or "taken" => "take",
        "turned" or "turning" => "turn",
        "shutting" => "shut",
        _ => text,
    };

    private static void JoinAt(
        List<Lexeme> sentence, int at, List<(string Second, string Key)> endings)
    {
        var seenThing = false;
        var seenField = false;
        for (var end = at + 1; end < sentence.Count && end <= at + MostBetween; end++)
        {
            var rest = string.Join(' ', sentence.Skip(end).Take(4).Select(l => l.Text)) + " ";
            foreach (var (second, key) in endings.OrderByDescending(e => e.Second.Length)
                .ThenBy(e => e.Key != "strip"))
            {
                // "Take it off the blocklist" has an end of its own.
                var begins = rest.StartsWith(second + " ", StringComparison.Ordinal)
                    && !sentence[end].Is(Part.Topic, "unblock");
                // "Take the limits off the worker": the limits go, not the worker.
                if (begins && key == "strip" && (seenField && !seenThing
                    || IsPart(sentence[end - 1]) && IsOf(sentence, end + 1)))
                {
                    sentence[at] = sentence[at] with { Readings = [new(Part.Verb, "remove")] };
                    sentence[end] = sentence[end] with { Readings = [new(Part.Glue, "from")] };
                    return;
                }
                // "Let the certificate be renewed" spares nothing.
                begins = begins && !(second == "be" && end + 1 < sentence.Count
                    && sentence[end + 1].Readings[0].Part is not (Part.Noise or Part.Glue));
                // "Let it go by the name of …" removes nothing.
                begins = begins && !(second == "go" && end + 1 < sentence.Count
                    && !ClauseSplitter.IsJoint(sentence[end + 1])
                    && sentence[end + 1].Text is not ("now" or "too" or "please" or "as well"
                        or "then" or "for good" or "soon"));
                // "Take 9001 away", "take the gpu away"
                var seen = seenThing || second == "away" && (sentence[end - 1].IsNumber
                    || sentence[end - 1].IsField("device"));
                if (begins && key != "strip" && seen && !(second == "off"
                    && end + 2 < sentence.Count
                    && sentence[end + 1].Text.Split(' ')[0] is "the" or "our"))
                {
                    Put(sentence, at, end, second, key);
                    return;
                }
            }
            seenField |= sentence[end].Is(Part.Field) && !sentence[end].IsMention;
            seenThing |= sentence[end].IsMention || sentence[end].Is(Part.Reference)
                || sentence[end].Is(Part.Unknown) || sentence[end].Is(Part.Path)
                || sentence[end].Is(Part.Identifier) || sentence[end].Is(Part.Address)
                || sentence[end].Is(Part.Domain) || sentence[end].Is(Part.Url)
                || sentence[end].Is(Part.Quoted);
            if (sentence[end].Is(Part.Verb) && !sentence[end].IsMention
                && !(sentence[end].IsField("backup") && sentence[end].Text is "backup" or "backups")
                // "Bring gitea to 1.23 and back up its data": another wish begins.
                || ClauseSplitter.IsJoint(sentence[end]) && end + 1 < sentence.Count
                    && (sentence[end + 1].Is(Part.Verb) && !sentence[end + 1].IsMention
                        // "… to 1.23 and back it up"
                        || sentence[end + 1].Text is "back" && sentence.Skip(end + 2).Take(3)
                            .Any(l => l.Text is "up")))
            {
                return;
            }
        }
    }

    /// <summary>A variable, or a place in a container.</summary>
    private static bool IsPart(Lexeme lexeme) =>
        lexeme.Is(Part.Identifier) || lexeme.Is(Part.Path);

    private static bool IsOf(List<Lexeme> sentence, int at)
    {
        while (at < sentence.Count && sentence[at].Readings[0].Part == Part.Noise
            && !sentence[at].IsMention)
        {
            at++;
        }
        return at < sentence.Count && sentence[at].Named(Known.Service) is not null;
    }

    /// <summary>The first part bears the meaning; of "depend", the second, because what is waited
    /// for stands behind it.</summary>
    private static void Put(
        List<Lexeme> sentence, int at, int end, string second, string key)
    {
        var verb = sentence[at] with { Readings = [new(Part.Verb, key)] };
        Remove(sentence, end, second);
        if (key == "depend")
        {
            sentence.RemoveAt(at);
            sentence.Insert(end - 1, verb);
            return;
        }
        sentence[at] = verb;
    }

    private static void Remove(List<Lexeme> sentence, int at, string words)
    {
        while (words.Length > 0 && at < sentence.Count)
        {
            var text = sentence[at].Text;
            words = words.Length > text.Length ? words[(text.Length + 1)..] : "";
            sentence.RemoveAt(at);
        }
    }
}
