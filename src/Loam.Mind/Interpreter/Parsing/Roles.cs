using Loam.Core.Catalog;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>Settles once, before any subject reads, what a name is there for. One that is a model
/// ("like plex") says so; one that stands beside the wish ("next to redis", "not photos", "I had
/// plex before", "a colleague of ben") is no name to anybody after this.</summary>
internal static class Roles
{
    private const int MostBetween = 3;
    private const int Longest = 5;

    private static readonly Lazy<Dictionary<string, string>> s_words = new(() =>
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, phrase) in WordFile.Read("en", "roles"))
        {
            words[phrase] = key;
        }
        return words;
    });

    /// <summary>"Something like plex": another app, if the catalogue says that it stands in for
    /// it; else the app itself is a fair guess.</summary>
    public static string InsteadOf(string app) =>
        AppCatalog.Find($"{app} alternative") is [{ } other, ..] ? other.Name : app;

    /// <summary>A word before the name of an app that wishes one more of it; null: it does not.
    /// </summary>
    /// <returns>Whether that needs no name of its own.</returns>
    public static bool? IsMore(Lexeme before) =>
        s_words.Value.GetValueOrDefault(before.Text.Split(' ')[^1]) switch
        {
            "another" => true,
            "fresh" => false,
            _ => before.Text is "one more" or "throw away" ? true : null,
        };

    /// <summary>The same sentence, its names with their roles.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        Models(sentence);
        Clashes(sentence);
        if (sentence.Count > 0 && sentence[0].Text == "but not")
        {
            // Nothing of this sentence is excepted.
            sentence[0] = sentence[0] with { Readings = [new(Part.Glue, "not")] };
        }
        var wishes = sentence.Count(l => l.IsMention || l.Is(Part.Image));
        foreach (var (from, to) in ClauseSplitter.PiecesOf(sentence, at => Parts(sentence[at])
            && Said(sentence, at, sentence.Count) is not ("beside", _)))
        {
            var named = sentence.GetRange(from, to - from).Count(l => l.IsMention);
            if (named > 0 || from < to && sentence[from].IsNumber)
            {
                Piece(sentence, from, to, wishes > named);
            }
        }
        return sentence;
    }

    /// <summary>"That collides with the backup, better at 4": what it collides with stays.
    /// </summary>
    private static void Clashes(List<Lexeme> sentence)
    {
        for (var at = 1; at < sentence.Count; at++)
        {
            if (Said(sentence, at, sentence.Count) is not ("clash", var next)
                || sentence.Take(at).Any(l => l.Is(Part.Question) && !l.IsGlue("is")
                    || l.IsGlue("if") || l.IsGlue("not")))
            {
                continue;
            }
            var end = sentence.FindIndex(next, l => l.IsGlue("comma") || l.IsGlue("but")
                || l.Is(Part.Stop));
            Fade(sentence, at, end < 0 ? sentence.Count : end);
        }
    }

    private static bool Parts(Lexeme lexeme) => ClauseSplitter.IsJoint(lexeme)
        && lexeme.Text is not ("another" or "a second" or "a further" or "one more" or "still");

    /// <param name="others">Something else is named in the sentence.</param>
    private static void Piece(List<Lexeme> sentence, int from, int to, bool others)
    {
        if (others && (Excludes(sentence, from, to) || Tells(sentence, from, to)
            || IsUnwanted(sentence, from, to)))
        {
            Fade(sentence, from, to);
            return;
        }
        for (var at = from; at < to; at++)
        {
            if (Said(sentence, at, to) is not var (key, next))
            {
                continue;
            }
            if (key is "occupied")
            {
                Occupied(sentence, from, at, to);
                return;
            }
            var thing = Thing(sentence, next, to);
            if (key == "beside" && thing < 0)
            {
                Others(sentence, at, next, to);
            }
            // "An hour is too harsh on petra": whom it is told of.
            if (key == "judged" && next < to && Thing(sentence, next, to) is var whom and >= 0
                && sentence[whom].Named(Known.User) is not null)
            {
                Fade(sentence, next, whom + 1);
            }
            if (key == "keeps" && at > from && sentence[at - 1].IsMention && others
                && !sentence.GetRange(from, to - from).Exists(l => l.IsNumber))
            {
                sentence[at] = sentence[at] with { Readings = [new(Part.Verb, "spare")] };
            }
            else if (key is "beside" && thing >= 0)
            {
                sentence[thing] = sentence[thing] with { Role = Role.Beside };
            }
            else if (key is "relation" && thing >= 0
                && sentence[thing].Named(Known.User) is not null)
            {
                Fade(sentence, thing, thing + 1);
            }
            else if (key is "reason" && others && sentence.Take(at).Any(l => l.IsMention))
            {
                Fade(sentence, next, to, l => l.IsMention);
                return;
            }
            else if (key is "why" && at > from && sentence.Take(at).Any(l => l.IsMention
                || l.Is(Part.Reference)) && sentence.Take(at).Any(l => l.Is(Part.Verb)
                    || l.IsNumber))
            {
                // "… because gitea wants 3000": nothing of it is wished.
                Fade(sentence, next, to, l => l.IsMention || l.IsNumber || l.Is(Part.Verb)
                    || l.Is(Part.Path) || l.Is(Part.PortPair));
                return;
            }
            else if (key is "elsewhere"
                && sentence.FindLastIndex(at, at - from + 1, l => l.IsMention) is >= 0 and var last
                && (others || sentence.Take(last).Any(l => l.IsMention)))
            {
                // "…, the api talks to valkey elsewhere" tells of both.
                Fade(sentence, others ? from : last, last + 1, l => l.IsMention);
            }
        }
    }

    /// <summary>"Prowlarr next to the other two": what is there, whatever it is called.</summary>
    private static void Others(List<Lexeme> sentence, int at, int next, int to)
    {
        var end = next;
        while (end < to && (sentence[end].Readings[0].Part == Part.Noise
            || sentence[end].Is(Part.Reference)
            || end > next && sentence[end] is { IsNumber: true, Unit: "" }))
        {
            end++;
        }
        if (at > 0 && sentence.GetRange(next, end - next).Exists(l => l.Is(Part.Reference)))
        {
            Fade(sentence, at, end);
        }
    }

    /// <summary>"…, 3002 is taken by something else": the number is nobody's wish.</summary>
    private static void Occupied(List<Lexeme> sentence, int from, int at, int to)
    {
        if (sentence.GetRange(from, at - from).Where(l => l.Readings[0].Part != Part.Noise)
                .ToList() is [{ IsNumber: true }]
            && sentence.Where((_, i) => i < from || i >= to).Any(l => l.IsNumber))
        {
            Fade(sentence, from, to);
        }
    }

    /// <summary>"…, not photos-db", "… and blog-content not": that is left out.</summary>
    private static bool Excludes(List<Lexeme> sentence, int from, int to)
    {
        var piece = sentence.GetRange(from, to - from);
        var not = piece.FindIndex(l => l.Text is "not" or "nor");
        return from > 0 && not >= 0 && piece.TrueForAll(l => l.IsMention || l == piece[not]
                || l.Readings[0].Part is Part.Noise || IsPlace(l))
            && (not == 0 || not == piece.Count - 1);
    }

    /// <summary>"A redis exporter isn't needed": what is not there is not wished.</summary>
    private static bool IsUnwanted(List<Lexeme> sentence, int from, int to) => to - from > 2
        && sentence[from].Text is "a" or "an" && sentence[to - 1].IsVerb("remove")
        && sentence[to - 1].Text.Split(' ') is ["is" or "not", ..]
        && sentence.GetRange(from, to - from - 1).Exists(l => l.Is(Part.Unknown));

    private static bool IsPlace(Lexeme lexeme) => lexeme.IsGlue("to") || lexeme.IsGlue("on")
        || lexeme.IsGlue("in") || lexeme.IsGlue("for") || lexeme.IsGlue("with");

    /// <summary>"I had plex before", "prometheus comes next week": it tells, and wishes nothing.
    /// </summary>
    private static bool Tells(List<Lexeme> sentence, int from, int to)
    {
        var first = from;
        while (first < to && sentence[first].Readings[0].Part == Part.Noise
            && sentence[first].Text is not ("i" or "we" or "they"))
        {
            first++;
        }
        var words = string.Join(' ', sentence.Skip(first).Take(Math.Min(Longest, to - first))
            .TakeWhile(l => !l.IsMention).Select(l => l.Text));
        var tells = s_words.Value.Any(w => w.Value == "tells"
            && (words == w.Key || words.StartsWith(w.Key + " ", StringComparison.Ordinal)));
        var later = Enumerable.Range(from, to - from).Any(at => at > from
            && Said(sentence, at, to) is var (key, next) && key == "later" && next == to);
        return (tells || later) && !sentence.GetRange(from, to - from).Exists(l => l.IsNumber
            && l.Text != "one day" || l.Is(Part.Reference, "it") && l.Text != "its" && !tells);
    }

    private static void Models(List<Lexeme> sentence)
    {
        var same = false;
        for (var at = 0; at < sentence.Count; at++)
        {
            // "The same memory as prometheus", "the same for gitea as for prometheus"
            var words = sentence[at].IsMention ? [] : sentence[at].Text.Split(' ');
            var compares = words.Length > 0 && (words[^1] is "as" || words is ["as", "for"])
                && (same || words.Contains("same"));
            var said = Said(sentence, at, sentence.Count);
            // "In the same network nginx is in"
            var shared = same || at > 0 && (sentence[at - 1].IsField("network")
                || at > 1 && sentence[at - 2].IsField("network")
                    && sentence[at - 1].Text is "that" or "which" or "the" or "where");
            if ((shared && sentence[at].Named(Known.Service) is not null
                    || sentence[at].Named(Known.User) is not null && SaysGroups(sentence, at))
                && at + 1 < sentence.Count && (sentence[at + 1].IsGlue("is")
                    || sentence[at + 1].Text is "uses" or "has" or "runs" or "sits" or "lives"
                        or "have" or "got" or "belongs to" or "is in"))
            {
                sentence[at] = sentence[at] with { Role = Role.Model };
            }
            var next = compares ? at + 1
                : said is ("model", var end) && !IsWish(sentence, at) ? end : -1;
            same = (!ClauseSplitter.IsJoint(sentence[at]) || Lists(sentence, at))
                && (same || words.Contains("same")
                || words.Length > 0 && words[^1] is "much" or "many");
            if (next >= 0 && Thing(sentence, next, sentence.Count) is var thing and >= 0)
            {
                sentence[thing] = sentence[thing] with { Role = Role.Model };
            }
        }
    }

    /// <summary>"The same TZ, PUID and PGID as sonarr": names of variables on both sides.</summary>
    private static bool Lists(List<Lexeme> sentence, int joint) => joint > 0
        && joint + 1 < sentence.Count && IsVariable(sentence[joint - 1])
        && (IsVariable(sentence[joint + 1]) || ClauseSplitter.IsJoint(sentence[joint + 1]));

    private static bool IsVariable(Lexeme lexeme) => lexeme.Is(Part.Identifier)
        || lexeme.Original is "TZ" || ClauseSplitter.IsJoint(lexeme);

    /// <summary>"The groups that student1 is in", "the same groups and shell student1 has".
    /// </summary>
    private static bool SaysGroups(List<Lexeme> sentence, int at) =>
        sentence.Take(at).Reverse().Take(MostBetween + 2).TakeWhile(l => !l.IsMention
            && !l.IsGlue("comma") && !l.Is(Part.Verb)).Any(l => l.IsField("group")
                || l.Is(Part.Topic, "group") || l.Is(Part.Topic, "shell"));

    /// <summary>"I would like a wiki", "we'd quite like …".</summary>
    private static bool IsWish(List<Lexeme> sentence, int at) => sentence[at].Text is "like"
        && Enumerable.Range(1, 3).Any(d => at >= d && (sentence[at - d].IsGlue("wish")
            || sentence[at - d].Text is "would" or "i" or "we" or "i would" or "we would"
                or "they" or "he" or "she"));

    /// <summary>What words beginning here say, and where they end; null: nothing.</summary>
    public static (string Key, int Next)? Said(List<Lexeme> sentence, int at, int to)
    {
        for (var length = Math.Min(Longest, to - at); length > 0 && !sentence[at].IsMention;
            length--)
        {
            var words = length == 1 ? sentence[at].Text
                : string.Join(' ', sentence.GetRange(at, length).Select(l => l.Text));
            if (s_words.Value.TryGetValue(words, out var key))
            {
                return (key, at + length);
            }
        }
        return null;
    }

    /// <summary>The name that follows, with nothing but small words between; -1: none does.
    /// </summary>
    private static int Thing(List<Lexeme> sentence, int from, int to)
    {
        for (var at = from; at < to && at <= from + MostBetween; at++)
        {
            if (sentence[at].IsMention)
            {
                return at;
            }
            if (ClauseSplitter.IsJoint(sentence[at]) || sentence[at].Readings[0].Part
                is not (Part.Noise or Part.Glue or Part.Reference))
            {
                return -1;
            }
        }
        return -1;
    }

    /// <summary>They mean nothing to anybody.</summary>
    /// <param name="which">Null: all of them.</param>
    public static void Fade(
        List<Lexeme> sentence, int from, int to, Predicate<Lexeme>? which = null)
    {
        for (var at = from; at < to; at++)
        {
            if (which?.Invoke(sentence[at]) != false)
            {
                sentence[at] = sentence[at] with
                {
                    Readings = [new(Part.Noise, "noise")], Namings = [], Possessive = false,
                };
            }
        }
    }
}
