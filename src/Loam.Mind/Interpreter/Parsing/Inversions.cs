using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>Wishes that name things the other way round: "prometheus should come up before
/// grafana", "jupyter need not see /data/raw".</summary>
internal static class Inversions
{
    /// <summary>Words between a thing and a verb about it.</summary>
    private const int MostBetween = 5;

    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        Unseen(sentence);
        Before(sentence);
        Played(sentence);
        Headed(sentence);
        return sentence;
    }

    /// <summary>"Jupyter should no longer see /data/raw": it is mounted there no longer.</summary>
    private static void Unseen(List<Lexeme> sentence)
    {
        for (var at = 1; at + 1 < sentence.Count; at++)
        {
            var not = sentence.FindLastIndex(at, l => l.IsGlue("not") && !l.IsMention);
            if (sentence[at].Text is "see" or "sees" or "seeing" && not >= 0
                && at - not < MostBetween && sentence[at + 1].Is(Part.Path)
                && !sentence.GetRange(not, at - not).Exists(ClauseSplitter.IsJoint))
            {
                sentence[at] = sentence[at] with { Readings = [new(Part.Verb, "unmount")] };
                Roles.Fade(sentence, not, at);
            }
        }
    }

    /// <summary>"The kids want to play minecraft": it shall run.</summary>
    private static void Played(List<Lexeme> sentence)
    {
        for (var at = 1; at + 1 < sentence.Count; at++)
        {
            if (sentence[at].Text is "play" && sentence[at - 1].IsGlue("wish")
                && sentence[at + 1].Named(Known.Service) is not null
                && !sentence.Exists(l => l.Is(Part.Verb) && !l.Is(Part.Noise) && !l.IsMention))
            {
                sentence[at] = sentence[at] with { Readings = [new(Part.Verb, "start")] };
            }
        }
    }

    /// <summary>"Jellyfin: remove it and its config volume": the one it is about stands where
    /// "it" does, so that the volume is its, too.</summary>
    private static void Headed(List<Lexeme> sentence)
    {
        var comma = sentence.FindIndex(l => l.IsGlue("comma"));
        var head = comma < 1 ? [] : sentence.GetRange(0, comma).FindAll(l => l.IsMention);
        if (head is [var thing] && thing.Named(Known.Service) is not null
            && comma + 3 < sentence.Count && sentence[comma + 1].IsVerb("remove")
            && sentence[comma + 2].Text is "it" && sentence.Exists(l => l.IsField("volume"))
            && !sentence.GetRange(0, comma).Exists(l => l.Is(Part.Verb) && !l.Is(Part.Noise)
                && !l.IsMention))
        {
            sentence[comma + 2] = thing;
            sentence.RemoveRange(0, comma + 1);
        }
    }

    /// <summary>"Prometheus should come up before grafana": grafana waits for prometheus.
    /// </summary>
    private static void Before(List<Lexeme> sentence)
    {
        var at = sentence.FindIndex(l => l.Text is "before" && !l.IsMention);
        if (at < 2)
        {
            return;
        }
        var next = at + 1;
        while (next < sentence.Count && sentence[next].Text is "the" or "our" or "my")
        {
            next++;
        }
        var first = sentence.FindLastIndex(at - 1, l => l.Named(Known.Service) is not null);
        if (next >= sentence.Count || sentence[next].Named(Known.Service) is null || first < 0
            || at - first > MostBetween + 1 || sentence.Take(first).Any(l => l.IsMention
                || l.Is(Part.Verb) && !l.Is(Part.Noise))
            || !sentence.GetRange(first + 1, at - first - 1).TrueForAll(IsStart)
            || !sentence.GetRange(first + 1, at - first - 1).Exists(l => l.IsVerb("start")
                || l.Text.Split(' ')[^1] is "come" or "comes" or "be" or "boot" or "boots" or "run"
                    or "running"))
        {
            return;
        }
        // "… before the worker starts"
        if (next + 1 < sentence.Count && sentence[next + 1].IsVerb("start")
            && sentence[next + 1].Text.EndsWith('s'))
        {
            sentence.RemoveAt(next + 1);
        }
        var later = sentence[next];
        var verb = new Lexeme("waits for", sentence[at].Original,
            [new Reading(Part.Verb, "depend")]);
        sentence[next] = sentence[first];
        sentence.RemoveRange(first, next - first);
        sentence.InsertRange(first, [later, verb]);
    }

    private static bool IsStart(Lexeme lexeme) => lexeme.IsVerb("start") || lexeme.IsGlue("wish")
        || lexeme.IsGlue("is") || lexeme.Readings[0].Part == Part.Noise || lexeme.IsField("status")
        || lexeme.Text is "come" or "comes" or "be" or "up" or "boot" or "boots" or "run"
            or "ready" or "there" or "healthy" or "running";
}
