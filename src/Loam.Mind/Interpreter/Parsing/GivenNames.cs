using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>A word that only gives a name to what shall run means nothing else: "IMAGE as mirror",
/// "another mosquitto, mqtt-test, on 1884".</summary>
internal static class GivenNames
{
    /// <summary>The same sentence, its given names bearing no other meaning.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        Praised(sentence);
        Called(sentence);
        Headed(sentence);
        Aliased(sentence);
        for (var at = 2; at < sentence.Count; at++)
        {
            // "IMAGE as service diagrams"
            if (sentence[at - 1].IsGlue("as") && sentence[at - 2].Is(Part.Image)
                && at + 1 < sentence.Count && IsNoun(sentence[at]) && IsLabel(sentence[at + 1])
                && sentence[at + 1].Named(Known.Service) is null
                && !sentence[at + 1].Is(Part.Glue))
            {
                sentence.RemoveAt(at);
                sentence[at] = Named(sentence[at]);
                continue;
            }
            if (sentence[at - 1].IsGlue("as") && (sentence[at - 2].Is(Part.Image)
                    || at > 2 && sentence[at - 2].Text is "running" or "run" or "runs"
                        && sentence[at - 3].Is(Part.Image))
                && IsLabel(sentence[at]) && sentence[at].Readings[0].Part is Part.Topic
                    or Part.Verb or Part.Foreign or Part.Field
                && !sentence[at].IsField("user") && !(at + 1 < sentence.Count
                    && (sentence[at + 1].IsGlue("for") || sentence[at + 1].IsGlue("of"))))
            {
                sentence[at] = Named(sentence[at]);
            }
            if (IsInserted(sentence, at))
            {
                sentence.RemoveAt(at - 1);
                sentence.Insert(at - 1, s_called);
                sentence[at] = Named(sentence[at]);
            }
        }
        return sentence;
    }

    /// <summary>"Call grafana dashboards": it has another name from then on.</summary>
    private static void Called(List<Lexeme> sentence)
    {
        var call = sentence.FindIndex(l => l.Readings[0].Part is not (Part.Noise or Part.Glue)
            || l.Text is "call");
        if (call >= 0 && call + 2 < sentence.Count && sentence[call].Text is "call"
            && (sentence[call + 1].Named(Known.Service) ?? sentence[call + 1].Named(Known.User))
                is not null && IsLabel(sentence[call + 2]) && !sentence[call + 2].Is(Part.Glue)
            && (call + 3 == sentence.Count || ClauseSplitter.IsJoint(sentence[call + 3])
                || sentence[call + 3].Is(Part.Noise)))
        {
            sentence[call] = sentence[call] with { Readings = [new(Part.Verb, "rename")] };
            sentence[call + 2] = Named(sentence[call + 2]);
            sentence.Insert(call + 2, new("to", "to", [new(Part.Glue, "to")]));
        }
    }

    /// <summary>"'Letters' would be a good name": called so.</summary>
    private static void Praised(List<Lexeme> sentence)
    {
        for (var at = 1; at < sentence.Count; at++)
        {
            if (IsLabel(sentence[at - 1]) && (at == 1 || ClauseSplitter.IsJoint(sentence[at - 2]))
                && sentence[at - 1].Named(Known.Service) is null
                && Roles.Said(sentence, at, sentence.Count) is ("names", var next))
            {
                sentence.RemoveRange(at, next - at);
                sentence[at - 1] = Named(sentence[at - 1]);
                sentence.Insert(at - 1, s_called);
            }
        }
    }

    /// <summary>"Polls: IMAGE", "service search (IMAGE)", "docs = IMAGE": whatever the word means
    /// elsewhere.</summary>
    private static void Headed(List<Lexeme> sentence)
    {
        var image = sentence.FindIndex(l => l.Is(Part.Image));
        var at = image - 1;
        while (at > 0 && (sentence[at].IsField("image") || sentence[at].Text is ":" or "(" or "="))
        {
            at--;
        }
        if (at >= 0 && at < image - 1 && IsLabel(sentence[at]) && IsName(sentence[at])
            && sentence[(at + 1)..image].Exists(l => l.Text is ":" or "(" or "=")
            && (at == 0 || ClauseSplitter.IsJoint(sentence[at - 1]) || IsNoun(sentence[at - 1])
                || sentence[at - 1].IsVerb("create")))
        {
            sentence[at] = Named(sentence[at]);
        }
    }

    /// <summary>"Postgres 16 as wiki-db", "run nginx as static".</summary>
    private static void Aliased(List<Lexeme> sentence)
    {
        var app = sentence.FindIndex(l => l.Named(Known.App) is not null);
        var at = app + 1;
        at += at < sentence.Count && (sentence[at].IsNumber || sentence[at].Is(Part.Version))
            ? 1 : 0;
        if (app >= 0 && (app == 0 || Enumerable.Range(0, app).Any(i =>
                sentence[i].IsVerb("create") || sentence[i].Text is "a" or "an"))
            && at + 1 < sentence.Count && sentence[at].IsGlue("as") && IsLabel(sentence[at + 1])
            && IsName(sentence[at + 1]) && (at + 2 == sentence.Count
                || ClauseSplitter.IsJoint(sentence[at + 2]) || IsPlace(sentence[at + 2])))
        {
            sentence[at] = s_called;
            sentence[at + 1] = Named(sentence[at + 1]);
        }
    }

    /// <summary>It names nothing that is there, and is no word of running something.</summary>
    private static bool IsName(Lexeme lexeme) => !lexeme.IsMention && !lexeme.Is(Part.Glue)
        && !lexeme.Is(Part.Reference) && lexeme.Readings[0].Part is not Part.Noise
        && !lexeme.IsField("image") && !lexeme.IsField("service")
        && lexeme.Key(Part.Verb) is not ("create" or "have" or "start" or "upgrade" or "replace"
            or "set");

    private static readonly Lexeme s_called = new("called", "called", [new(Part.Field, "name")]);

    private static Lexeme Named(Lexeme lexeme) => lexeme with
    {
        Readings = [new(Part.Unknown, lexeme.Text)],
        Namings = [],
    };

    private static bool IsNoun(Lexeme lexeme) => lexeme.Text.Split(' ')[^1] is "service"
        or "container" or "instance" or "app";

    private static bool IsLabel(Lexeme lexeme) => lexeme.Original.Length > 1 && !lexeme.IsNumber
        && char.IsAsciiLetter(lexeme.Original[0])
        && lexeme.Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Between two commas, right behind another one of an app; one with a dash may
    /// stand a little further off: "a separate redis for the mails, mail-cache, 128 MB".</summary>
    private static bool IsInserted(List<Lexeme> sentence, int at)
    {
        var dash = sentence[at].Original.Contains('-', StringComparison.Ordinal);
        if (sentence[at - 1].Text is not ("," or ":" or "-" or "–") || !IsLabel(sentence[at])
            || !(sentence[at].Readings[0].Part is Part.Unknown or Part.Quoted
                || sentence[at].Corrected)
            || sentence.Exists(l => l.IsField("name") || l.Is(Part.Image))
            || !(at + 1 == sentence.Count || sentence[at + 1].Text == ","
                || dash && IsPlace(sentence[at + 1])))
        {
            return false;
        }
        var app = sentence.FindLastIndex(at - 2, l => l.Named(Known.App) is not null);
        if (app < 0 || !sentence.GetRange(app + 1, at - app - 2).TrueForAll(l => dash
            ? !l.IsMention && l.Text is not ("," or ":")
            : l.IsNumber || l.Is(Part.Version) || l.Readings[^1].Part == Part.Noise))
        {
            return false;
        }
        return Enumerable.Range(1, 2).Any(d => app >= d && Roles.IsMore(sentence[app - d])
            is not null) || dash && sentence[app].Named(Known.Service) is null
                && !sentence.Exists(l => l.Named(Known.Service) is not null);
    }

    private static bool IsPlace(Lexeme lexeme) => lexeme.IsGlue("on") || lexeme.IsGlue("with")
        || lexeme.IsGlue("in") || lexeme.IsGlue("without") || lexeme.IsField("port");
}
