using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.Machine;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"The machine's time zone and the TZ of pihole to America/New_York": one place, said for
/// the machine and for services. Written out as two wishes.</summary>
internal static class SharedZone
{
    /// <summary>The same sentence, or the two wishes it stands for.</summary>
    public static List<Lexeme> WriteOut(List<Lexeme> sentence)
    {
        var zones = sentence.FindAll(l => Zones.IsZone(l.Original));
        var services = sentence.FindAll(l => l.Named(Known.Service) is not null);
        var own = sentence.FindIndex(l => l.Is(Part.Topic, "timezone") && l.Text != "tz");
        if (zones is not [var zone] || services.Count == 0 || own < 0
            || !sentence.Exists(l => l.Text is "tz" || l.IsField("environment"))
            || own > 0 && (sentence[own - 1].Possessive && sentence[own - 1].IsMention
                || sentence[own - 1].Text is "its" or "their")
            || sentence.Exists(l => l.IsNumber || l.Is(Part.Image) || l.Is(Part.Path)
                || l.IsGlue("not") || l.IsGlue("except") || l.IsGlue("insteadof")
                || l.Is(Part.Question) && !l.IsGlue("is") && !l.Is(Part.Noise)))
        {
            return sentence;
        }
        Lexeme set = new("set", "set", [new(Part.Verb, "set")]);
        Lexeme to = new("to", "to", [new(Part.Glue, "to")]);
        List<Lexeme> both = [set, sentence[own], to, zone, Glue(",", "comma"), set,
            new("tz", "TZ", [new(Part.Identifier, "tz"), new(Part.Topic, "timezone")]),
            Glue("of", "of")];
        for (var at = 0; at < services.Count; at++)
        {
            both.AddRange(at == 0 ? [] : [Glue("and", "and")]);
            both.Add(services[at] with { Possessive = false });
        }
        return [.. both, to, zone];
    }

    private static Lexeme Glue(string text, string key) => new(text, text, [new(Part.Glue, key)]);
}
