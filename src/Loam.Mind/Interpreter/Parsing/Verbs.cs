using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>Which lexemes are verbs where they stand, and which of a clause's verbs is its own.
/// </summary>
internal static class Verbs
{
    private const int MostBetween = 6;

    /// <summary>Verbs that mean something only by what stands with them; a stronger verb in the
    /// same clause wins: "I want redis removed".</summary>
    private static readonly string[] s_weak = ["set", "have", "limit"];

    /// <summary>A verb by its place: not "the restart policy", "the limit", "a check".</summary>
    public static bool IsVerb(List<Lexeme> all, int at)
    {
        var lexeme = all[at];
        if (!lexeme.Is(Part.Verb))
        {
            return false;
        }
        // "A stopped copy of the site"
        if (lexeme.Text is "stopped" or "paused" or "disabled" or "scratch" && at > 0
            && all[at - 1].Text is "a" or "an" or "another" or "the" or "new")
        {
            return false;
        }
        // "… until everything stops", "whenever it restarts"
        if (at > 1 && lexeme.Text is "stops" or "starts" or "restarts" or "reboots"
            && all[at - 2].Text is "until" or "till" or "when" or "whenever" or "because"
            && (all[at - 1].IsMention || all[at - 1].Is(Part.Reference)))
        {
            return false;
        }
        // "Something for polls"
        if (at > 0 && all[at - 1].Text is "for" && lexeme.IsVerb("probe")
            && lexeme.Text.EndsWith('s'))
        {
            return false;
        }
        // "/mnt/music goes to /music"
        if (IsGivenName(all, at) || LeadsInside(all, at) || at > 0 && all[at - 1].Is(Part.Path)
            && lexeme.Text is "goes to" or "goes into" or "goes" or "comes to" or "go to")
        {
            return false;
        }
        // "Nginx off 80 and onto 8080": from there.
        if (lexeme.Text is "off" && at + 1 < all.Count && (all[at + 1].IsNumber
            || all[at + 1].IsField("port") && at + 2 < all.Count && all[at + 2].IsNumber))
        {
            return false;
        }
        // "The newsletter can go out at eight" does not remove it.
        if (lexeme.Text is "can go" or "may go" or "could go" or "has to go" or "have to go"
            && at + 1 < all.Count && all[at + 1].Text.Split(' ')[0] is "out" or "to" or "into"
                or "from" or "down"
                or "through" or "over" or "up" or "on" or "onto")
        {
            return false;
        }
        var nounToo = lexeme.Is(Part.Field) || lexeme.Is(Part.Noise) || lexeme.IsMention;
        var determined = at > 0 && (all[at - 1].Text is "a" or "an" or "the" or "its" or "my"
            or "our" or "no" or "this" or "that" or "with" or "of" or "for"
            || all[at - 1].Possessive);
        // "We have moved to forgejo" tells of it.
        if (lexeme.Text is "have" or "has" or "had" && at + 1 < all.Count
            && all[at + 1].Text.Split(' ')[0] is { Length: > 3 } done
            && (done.EndsWith("ed", StringComparison.Ordinal) && done is not "need"
                || done is "been" or "gone" or "left" or "taken" or "given"))
        {
            return false;
        }
        // "the redis health check"
        var ofThing = lexeme.IsField("health") && lexeme.Text.Contains(' ')
            && at > 1 && all[at - 1].IsMention && all.Take(at - 1).Any(l => l.Is(Part.Verb));
        // "sonarr's mount of /tv"
        var noun = lexeme.Text is "mount" or "mounts" && at > 0
            && (all[at - 1].Possessive || all[at - 1].Text is "the" or "its" or "a");
        return !noun && !(nounToo && (determined || ofThing || lexeme.IsMention));
    }

    /// <summary>"Host port 8085 goes to port 80 of the container".</summary>
    private static bool LeadsInside(List<Lexeme> all, int at) => at > 1
        && all[at].IsVerb("move") && all[at - 1].IsNumber && all[at - 2].IsField("port")
        && at + 1 < all.Count && (all[at + 1].IsField("port") || all[at + 1].IsNumber);

    /// <summary>"Called probe": whatever the word means elsewhere.</summary>
    private static bool IsGivenName(List<Lexeme> all, int at) => at > 0
        && (all[at - 1].Text is "volume" && at > 1 && all[at - 2].Text is "new" or "a"
            || all[at - 1].Text is "called" or "named" or "name it" or "call it" or "calling it"
                or "naming it" or "by the name of" || (all[at - 1].Text is "as"
                && at > 1 && all[at - 2].Is(Part.Image)))
        && !all[at].Text.Contains(' ', StringComparison.Ordinal);

    public static bool IsStrong(Lexeme lexeme) =>
        lexeme.Key(Part.Verb) is { } key && !s_weak.Contains(key);

    public static bool IsWeakNeed(Lexeme lexeme) => lexeme.IsVerb("have");

    public static bool HasVerb(List<Lexeme> all, int start, int end)
    {
        for (var at = start; at < end; at++)
        {
            if (IsVerb(all, at))
            {
                return true;
            }
        }
        return false;
    }

    public static bool StrongIn(List<Lexeme> all, int start, int end)
    {
        for (var at = start; at < end; at++)
        {
            if (IsVerb(all, at) && IsStrong(all[at]))
            {
                return true;
            }
        }
        return false;
    }

    public static void Read(Clause clause)
    {
        var lexemes = clause.Lexemes.ToList();
        var best = -1;
        for (var at = 0; at < lexemes.Count; at++)
        {
            if (IsVerb(lexemes, at) && (best < 0
                || Strength(lexemes[at]) > Strength(lexemes[best])))
            {
                best = at;
            }
        }
        if (best < 0)
        {
            clause.Verb = IsNew(lexemes) ? "create" : IsMoved(lexemes) ? "move" : "";
            return;
        }
        // "I do not want it to be removed" denies; "I do not want it" removes.
        var unwanted = lexemes[best].Text.Contains("not want", StringComparison.Ordinal)
            || lexemes[best].Text is "no longer want";
        if (unwanted && lexemes.Skip(best + 1).Any(l => !l.IsMention && l.Text is "running" or "run"
            or "to run" or "up" or "started" or "switched on" or "turned on" or "on"))
        {
            clause.Verb = "stop";
            clause.Use(best);
            return;
        }
        var after = unwanted ? lexemes.FindIndex(best + 1, l => l.Is(Part.Verb) && !l.IsMention
            && IsStrong(l)) : -1;
        if (after > 0)
        {
            clause.Verb = lexemes[after].Key(Part.Verb)!;
            clause.Negated = true;
            clause.Use(best);
            clause.Use(after);
            return;
        }
        // "Stop waiting for redis" denies the waiting.
        if (lexemes[best].Text is "stop" or "stops" && best + 1 < lexemes.Count
            && lexemes[best + 1].Is(Part.Verb) && !lexemes[best + 1].IsMention
            && lexemes[best + 1].Text.Split(' ')[0].EndsWith("ing", StringComparison.Ordinal))
        {
            clause.Verb = lexemes[best + 1].Key(Part.Verb)!;
            clause.Negated = true;
            clause.Use(best, best + 1);
            return;
        }
        clause.Verb = lexemes[best].Key(Part.Verb)!;
        // "Take it down for maintenance"
        if (clause.Verb == "remove" && lexemes[best].Text.Split(' ')[0] is "take" or "bring"
            && lexemes.Exists(l => l.Text is "maintenance" or "tonight" or "for now"
                or "for the moment" or "temporarily" or "for a while" or "for a minute"
                or "until tomorrow" or "today" or "for the night"))
        {
            clause.Verb = "stop";
        }
        clause.Negated = clause.Verb == "spare";
        for (var at = 0; at < lexemes.Count; at++)
        {
            if (IsVerb(lexemes, at) && (at == best || Strength(lexemes[at]) == 0))
            {
                clause.Use(at);
                clause.Wants |= lexemes[at].IsVerb("have");
            }
        }
        ReadNegation(clause, best);
    }

    /// <summary>"Nginx off 80 and onto 8080".</summary>
    private static bool IsMoved(List<Lexeme> lexemes)
    {
        var off = lexemes.FindIndex(l => l.Text is "off");
        var onto = lexemes.FindIndex(Math.Max(0, off), l => l.IsGlue("on") || l.IsGlue("to"));
        return off > 0 && onto > off && lexemes.Skip(off).Take(3).Any(l => l.IsNumber)
            && lexemes.Skip(onto).Take(3).Any(l => l.IsNumber);
    }

    /// <summary>"New user ann": what is new is to be made.</summary>
    private static bool IsNew(List<Lexeme> lexemes)
    {
        var first = lexemes.FindIndex(l => !l.IsGlue("and") && !l.IsGlue("comma")
            && l.Text is not ("a" or "an"));
        // "Users alice and bob, both sudo"
        if (first >= 0 && first + 1 < lexemes.Count && lexemes[first + 1].Is(Part.Unknown)
            && (lexemes[first].IsField("user") || lexemes[first].Text is "users" or "user named"
                or "user called"))
        {
            return true;
        }
        if (first < 0 || !lexemes[first].Text.StartsWith("new", StringComparison.Ordinal))
        {
            return false;
        }
        var what = lexemes[first].Text == "new" && first + 1 < lexemes.Count
            ? lexemes[first + 1] : lexemes[first];
        return what.Is(Part.Topic, "account") || what.IsJobOrVolume()
            || (what.IsMention && what.Named(Known.Service) is null
                && what.Namings[0].Known is Known.App or Known.Role);
    }

    private static bool IsJobOrVolume(this Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.Is(Part.Topic, "job") || lexeme.IsField("volume") || lexeme.IsField("network")
            || lexeme.IsField("certificate") || lexeme.Is(Part.Topic, "letsencrypt"));

    private static int Strength(Lexeme lexeme) => lexeme.Key(Part.Verb) switch
    {
        "set" or "have" => 0,
        "limit" => 1,
        _ => 2,
    };

    private static void ReadNegation(Clause clause, int verb)
    {
        // "Start neither of them"
        if (verb + 1 < clause.Count && clause[verb + 1].Text is "neither" or "none")
        {
            clause.Negated = true;
            clause.Use(verb + 1);
            return;
        }
        for (var at = verb - 1; at >= 0 && at >= verb - MostBetween; at--)
        {
            if (clause[at].IsGlue("comma"))
            {
                return;
            }
            if (clause[at].IsGlue("not")
                || (clause[at].IsGlue("without") && clause.Verb == "publish"))
            {
                // Of these the opposite is what is wished, not that nothing happens.
                var opposite = clause.Verb switch
                {
                    "publish" => "unpublish",
                    "connect" => "disconnect",
                    _ => null,
                };
                clause.Negated = opposite is null;
                clause.Verb = opposite ?? clause.Verb;
                clause.Use(at);
                return;
            }
        }
    }
}
