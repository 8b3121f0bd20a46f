using System.Globalization;
using Loam.Core.Catalog;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>"Web interface on 8053", "2200 for ssh": a port of a new app, by what people call
/// it.</summary>
internal static class AppPorts
{
    public static List<Lexeme> Read(List<Lexeme> lexemes)
    {
        var apps = AppTerms.Made(lexemes);
        if (apps.TrueForAll(a => a.App.Ports.Length < 1))
        {
            return lexemes;
        }
        var read = lexemes.ToList();
        for (var at = 0; at < read.Count; at++)
        {
            if (Closed(read, at, apps) is var (closed, length))
            {
                read.RemoveRange(at, length);
                read.Insert(at, closed);
                continue;
            }
            if (!IsPort(read[at]) || AppAt(read, at, apps) is not { } app)
            {
                continue;
            }
            if ((Behind(read, at, app) ?? Before(read, at, app)) is not var (port, from, to))
            {
                continue;
            }
            // "The web page on 8090 rather than 8053": which of its ports, the old one says.
            read[at] = IsExchange(read, at) ? read[at] : Pair(read[at], port);
            for (var word = from; word < to; word++)
            {
                read[word] = read[word] with
                {
                    Readings = [new(Part.Noise, "noise")], Namings = [],
                };
            }
        }
        return read;
    }

    private static bool IsExchange(List<Lexeme> lexemes, int at)
    {
        var old = at + 1;
        old += old < lexemes.Count && lexemes[old].IsGlue("comma") ? 1 : 0;
        var instead = old < lexemes.Count && (lexemes[old].IsGlue("insteadof")
            || lexemes[old].Text is "not" or "no longer");
        old += old + 1 < lexemes.Count && lexemes[old + 1].IsGlue("on") ? 2 : 1;
        return instead && old < lexemes.Count && IsPort(lexemes[old])
            || at > 0 && lexemes[at - 1].IsGlue("insteadof");
    }

    /// <summary>"No ssh", said of an app that would have it.</summary>
    private static (Lexeme, int)? Closed(
        List<Lexeme> lexemes, int at, List<(int At, App App)> apps)
    {
        if (!(lexemes[at].Text is "no" or "without" or "minus") || at + 1 >= lexemes.Count
            || !apps.Exists(a => a.At < at) || AppAt(lexemes, at, apps) is not { } app
            || Called(lexemes, at + 1, app) is not var (port, _, to))
        {
            return null;
        }
        to += to < lexemes.Count && lexemes[to].IsField("port") ? 1 : 0;
        var text = string.Create(CultureInfo.InvariantCulture, $"!{port.Container}");
        return (new(text, text, [new Reading(Part.PortPair, text)]), to - at);
    }

    private static Lexeme Pair(Lexeme number, AppPort port)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{number.Value:0}:{port.Container}{(port.Protocol == "udp" ? "/udp" : "")}");
        return new(text, text, [new Reading(Part.PortPair, text)]);
    }

    private static bool IsPort(Lexeme lexeme) => lexeme is { IsNumber: true, Unit: "" }
        && lexeme.Value is >= 22 and < 65536 && decimal.IsInteger(lexeme.Value)
        && char.IsAsciiDigit(lexeme.Text[0]);

    private static App? AppAt(List<Lexeme> lexemes, int at, List<(int At, App App)> apps)
    {
        var (from, to) = AppTerms.Sentence(lexemes, at);
        var near = apps.Where(a => a.At >= from && a.At < at).Reverse()
            .Concat(apps.Where(a => a.At > at && a.At < to)).Select(a => a.App);
        return near.FirstOrDefault();
    }

    /// <summary>"2200 for ssh".</summary>
    private static (AppPort Port, int From, int To)? Behind(
        List<Lexeme> lexemes, int at, App app)
    {
        var word = at + 1;
        if (word >= lexemes.Count || !(lexemes[word].IsGlue("for") || lexemes[word].IsGlue("as")))
        {
            return null;
        }
        word++;
        while (word < lexemes.Count && lexemes[word].Text is "the" or "its" or "a")
        {
            word++;
        }
        return word < lexemes.Count ? Called(lexemes, word, app) : null;
    }

    /// <summary>"The console at 9101", "web: 3333".</summary>
    private static (AppPort Port, int From, int To)? Before(
        List<Lexeme> lexemes, int at, App app)
    {
        var word = at - 1;
        while (word >= 0 && IsBridge(lexemes[word]))
        {
            word--;
        }
        for (var back = Math.Min(2, word); back >= 0; back--)
        {
            if (Called(lexemes, word - back, app) is { } called && called.To == word + 1)
            {
                return called;
            }
        }
        return null;
    }

    private static bool IsBridge(Lexeme lexeme) => lexeme.IsGlue("on") || lexeme.IsGlue("to")
        || lexeme.IsGlue("is") || lexeme.IsGlue("wish") || lexeme.IsField("port")
        || lexeme.Text is ":" or "=" or "under" or "the" || lexeme.IsVerb("publish")
        || (lexeme.Readings[0].Part == Part.Noise && lexeme.Text is not ("web" or "page"));

    /// <summary>The port that words at this place are for.</summary>
    private static (AppPort Port, int From, int To)? Called(
        List<Lexeme> lexemes, int at, App app)
    {
        if (lexemes[at].Named(Known.App) is not null)
        {
            return null;
        }
        for (var length = Math.Min(3, lexemes.Count - at); length > 0; length--)
        {
            var phrase = string.Join(' ', lexemes.GetRange(at, length).Select(l => l.Text));
            var names = TermWords.English.All(phrase)
                .Where(k => k.StartsWith("port:", StringComparison.Ordinal))
                .Select(k => k[5..]).Prepend(phrase).ToList();
            var port = names.Select(n => app.Ports.FirstOrDefault(p => p.Words.Contains(n)))
                .FirstOrDefault(p => p is not null);
            if (port is not null)
            {
                return (port, at, at + length);
            }
        }
        return null;
    }
}
