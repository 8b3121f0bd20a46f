using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>What the words of a piece are: things, values, joints.</summary>
internal static partial class ClauseSplitter
{
    /// <summary>"Worker off, api to 4 replicas", "a memcached for the api, 1 GB for the api": what
    /// it says is not said of what stands before it.</summary>
    private static bool MeasuresAnother(
        List<Lexeme> piece, Lexeme thing, List<Lexeme> before, string verb) =>
        Measures(piece) && (IsLifeWithout(verb, before) || thing.Named(Known.Service) is not null
            && thing.Named(Known.App) is null && !before.Exists(IsValue)
            && before.Exists(l => IsMakeable(l) && l.Named(Known.Service) is null))
        || piece.Exists(IsPolicy) && before.Exists(IsPolicy);

    /// <summary>It is stopped or started, and no amount of it is said.</summary>
    private static bool IsLifeWithout(string verb, List<Lexeme> before) =>
        verb is "stop" or "start" or "restart" or "remove" && !before.Exists(IsValue)
        && before.Exists(l => l.Named(Known.Service) is not null);

    /// <summary>How much of something a service gets.</summary>
    private static bool Measures(IReadOnlyList<Lexeme> piece) => piece.Any(l => !l.IsMention
        && (l is { IsNumber: true, Unit: "Ki" or "Mi" or "Gi" or "m" or "core" }
            || l.Key(Part.Amount) is ['x', ..]
            || (l.IsField("replicas") || l.IsField("memory") || l.IsField("cpu"))
                && piece.Any(n => n is { IsNumber: true, IsMention: false, Value: > 0 })));

    /// <summary>When it is started again.</summary>
    private static bool IsPolicy(Lexeme lexeme) => !lexeme.IsMention && (lexeme.IsField("onfailure")
        || lexeme.IsField("always") || lexeme.Text is "never");

    /// <summary>What kinds of things of the state are named.</summary>
    private static HashSet<Known> Kinds(List<Lexeme> lexemes) =>
        [.. lexemes.Where(l => l.IsMention).SelectMany(l => l.Namings).Select(n => n.Known)
            .Where(k => k is Known.Service or Known.User or Known.Job or Known.Rule
                or Known.Certificate or Known.Interface or Known.Mount)];

    private static bool IsBackup(Lexeme lexeme) =>
        lexeme.IsField("backup") || lexeme.IsVerb("backup");

    private static bool IsTimeOfDay(Lexeme lexeme) => IsTime(lexeme) || lexeme.IsNumber;

    /// <summary>"Export hourly, prune-notebooks on the 2nd": each job has a time of its own.
    /// </summary>
    private static bool IsJobOfItsOwn(List<Lexeme> piece, List<Lexeme> before)
    {
        var lead = piece.FindIndex(l => l.IsMention || l.Readings[0].Part != Part.Noise);
        return lead >= 0 && piece[lead].Named(Known.Job) is { } job && lead + 1 < piece.Count
            && !piece[lead].Possessive
            && piece.Skip(lead + 1).Any(l => IsTime(l) || l.IsNumber || l.IsGlue("on"))
            && before.Exists(l => l.Named(Known.Job) is { } other && other != job)
            && before.Exists(l => IsTime(l) || l.IsNumber);
    }

    private static bool IsJobWord(Lexeme lexeme) =>
        lexeme.Is(Part.Topic, "job") && !lexeme.IsMention;

    private static bool IsTime(Lexeme lexeme) => lexeme.IsField("schedule")
        || Times.TimeWords.English.Of(lexeme.Text, "day") is not null
        || lexeme is { IsNumber: true, Unit: "min" or "h" };

    private static bool IsReason(Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.Text is "because" or "since" or "now that" or "as we" or "as it" or "so that"
            or "given that" or "in case" or "that is why" or "because of" or "due to" or "until"
            or "so it" or "so they"
            or "before" or "when" or "whenever" or "while" or "as soon as" or "in order to");

    private static bool IsShareMark(Lexeme lexeme) => lexeme.IsGlue("each");

    public static bool IsMakeable(Lexeme lexeme) =>
        lexeme.Named(Known.App) is not null || lexeme.Named(Known.Role) is not null
        || lexeme.Is(Part.Image);

    private static bool IsThing(Lexeme lexeme) =>
        lexeme is { IsMention: true, Role: not Role.Model } || lexeme.Is(Part.Image)
        || (lexeme.Is(Part.Reference) && lexeme.Key(Part.Reference) is "other" or "all");

    public static bool IsValue(Lexeme lexeme) => lexeme.IsNumber || lexeme.Is(Part.PortPair)
        || lexeme.Is(Part.Version) || lexeme.Is(Part.Assignment) || lexeme.Is(Part.Path)
        || lexeme.Is(Part.Mount)
        || lexeme.IsField("replicas") && lexeme.Text is "copy" or "instance" or "replica"
        || (lexeme.Key(Part.Amount) is { } key && key is not ("more" or "less"));

    public static bool IsJoint(Lexeme lexeme) =>
        lexeme.IsGlue("and") || lexeme.IsGlue("comma") || lexeme.IsGlue("but")
        || lexeme.IsGlue("also");

    /// <summary>"Ines out, new user leo", "user deploy, plus volume releases at /srv/releases":
    /// somebody who comes where another goes, and a volume after an account.</summary>
    private static bool IsOtherKind(List<Lexeme> piece, List<Lexeme> before)
    {
        var lead = piece.FindIndex(l => l.Readings[0].Part != Part.Noise);
        if (lead < 0 || lead + 1 >= piece.Count || before.Exists(l => l.IsField("volume")))
        {
            return false;
        }
        // "… and its backup at 5", "user jonas with sudo, a secret STRIPE_KEY", "keep 10, and cache
        // 256 MB"
        if (piece[lead].Text is "its" or "their" && piece.Exists(IsBackup)
                && piece.Exists(IsTimeOfDay) && !before.Exists(IsBackup)
                && before.Exists(IsValue) && before.Exists(IsThing)
            || piece[lead].IsField("secret") && (piece[lead + 1].Is(Part.Identifier)
                    || piece[lead + 1].IsField("name"))
                && before.Exists(l => l.IsField("user") || l.Is(Part.Topic, "account"))
            || piece[lead].Named(Known.Service) is not null && Measures(piece)
                && before.Exists(l => l.Is(Part.Topic, "retain")) && before.Exists(IsValue)
                && !before.Exists(IsThing))
        {
            return true;
        }
        var comes = piece[lead].Is(Part.Topic, "account") && piece[lead + 1].Is(Part.Unknown)
            && piece[lead].Text.StartsWith("new ", StringComparison.Ordinal)
            && before.Exists(l => l.Named(Known.User) is not null)
            && VerbOf(before) == "remove";
        return comes || piece[lead].IsField("volume") && piece[lead].Text.Split(' ')[0] is "volume"
            && piece.Exists(l => l.Is(Part.Path)) && before.Exists(l => l.IsField("user")
                || l.Is(Part.Topic, "account"));
    }

    /// <summary>"Stop it, start it with 6 GB next time", "…, start it again later by hand": it
    /// stays stopped, and only what it shall have then is wished.</summary>
    private static void Delay(List<Clause> clauses)
    {
        for (var at = clauses.Count - 1; at > 0; at--)
        {
            var clause = clauses[at];
            if (clause.Verb == "start" && (clause.Lexemes.Any(l => l.Is(Part.Topic, "later"))
                    || clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(
                        p => p is ({ Text: "next" }, { Text: "time" })))
                && clauses.Take(at).Any(c => c.Verb == "stop"))
            {
                if (clause.Lexemes.Any(IsValue))
                {
                    clause.Verb = "set";
                }
                else
                {
                    clauses.RemoveAt(at);
                }
            }
        }
    }

    /// <summary>"Delete the smoke-test, vacuum on Saturdays": when another job shall run.</summary>
    private static bool IsJobAtTime(List<Lexeme> piece)
    {
        var job = piece.FindIndex(l => l.Readings[0].Part != Part.Noise || l.IsMention);
        return job >= 0 && piece[job].Named(Known.Job) is not null && job + 1 < piece.Count
            && (piece[job + 1].IsField("schedule") || piece[job + 1].Text is "daily" or "nightly"
                or "weekly" or "hourly" or "monthly"
                || piece[job + 1].Text.Split(' ')[0] is "every" or "each"
                || piece[job + 1].Text is "at" && job + 2 < piece.Count
                    && piece[job + 2].IsNumber);
    }

    /// <summary>"… to 1Gi", "a third portal".</summary>
    private static bool HasValue(List<Lexeme> piece) => piece.Exists(IsValue)
        || Enumerable.Range(1, Math.Max(0, piece.Count - 1)).Any(
            at => piece[at].Named(Known.Service) is not null
                && Attributes.CountReader.Place(piece[at - 1]) > 0);

    /// <summary>"Zsh for hugo", "debug for the api": what somebody or something shall have.
    /// </summary>
    private static bool IsFor(List<Lexeme> piece)
    {
        var glue = piece.FindIndex(l => l.IsGlue("for"));
        return glue > 0 && glue + 1 < piece.Count
            && piece.FindIndex(glue, l => l.IsMention) is var who and > 0
            && piece.GetRange(glue + 1, who - glue - 1).TrueForAll(
                l => l.Readings[0].Part == Part.Noise)
            && piece.GetRange(0, glue).Exists(l => l.Readings[0].Part is not Part.Noise)
            && piece.GetRange(0, glue).TrueForAll(l => !l.IsMention && !IsJoint(l));
    }

    private static bool IsPlaced(List<Lexeme> piece) =>
        piece.Find(l => l.Readings[0].Part != Part.Noise) is { } lead && (lead.IsGlue("in")
            || lead.Text is "behind" or "after" || lead.IsGlue("on")
            || lead.IsGlue("from") || lead.IsGlue("to"));

    /// <summary>A value is said of each thing; "…, both with a gig", behind the piece that ends at
    /// a place, is a wish of its own.</summary>
    private static bool SharesEach(List<Lexeme> all, int end)
    {
        var each = all.FindIndex(l => l.IsGlue("each"));
        return each >= 0
            && !(each > end && IsJoint(all[each - 1]) && Reach.ValueOfAll(all, each));
    }
}
