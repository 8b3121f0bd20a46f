using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>A piece of a sentence between two joints.</summary>
/// <param name="From">Its first lexeme.</param>
/// <param name="To">Behind its last one.</param>
/// <param name="Loss">What speaks against leaving it out; 0.05: nothing, 0.25 and more: it may
/// wish something.</param>
/// <param name="IsTold">It is said as what somebody tells, or why.</param>
/// <param name="Hearsay">How likely it only tells something: <see cref="Parsing.Hearsay"/>.</param>
internal sealed record Piece(int From, int To, double Loss, bool IsTold, double Hearsay);

/// <summary>Tells apart what a turn wishes and what it only tells: "Reception says patients get the
/// reminders too late in the day", "regards, Petra". Known by how it is said: who does something,
/// a verb of telling, the past; never by what it is about.</summary>
internal static class Telling
{
    /// <summary>Leaving out a piece that says nothing Loam could do.</summary>
    private const double Told = 0.05;

    /// <summary>A piece of which nobody can say whether it is wished.</summary>
    private const double Unclear = 0.1;

    /// <summary>A wish of which no word is known.</summary>
    private const double Wish = 0.25;

    /// <summary>It begins with what to do.</summary>
    private const double Act = 0.5;
    private const double Place = 0.3;
    private const double Name = 0.3;
    private const double Word = 0.3;
    private const double Refers = 0.2;

    /// <summary>What is as likely to only tell something may be left out.</summary>
    private const double Likely = 0.5;

    /// <summary>Words of the longest phrase.</summary>
    private const int Longest = 3;

    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_words = new(() =>
        WordFile.Read("en", "telling").GroupBy(l => l.Key, StringComparer.Ordinal).ToDictionary(
            g => g.Key, g => g.Select(l => l.Phrase).ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal));

    /// <summary>The pieces of a sentence, in their order.</summary>
    /// <param name="isEdge">It opens or ends the turn.</param>
    public static List<Piece> Pieces(List<Lexeme> sentence, bool isEdge)
    {
        var pieces = new List<Piece>();
        var moods = new List<Mood>();
        for (var (from, at) = (0, 1); at <= sentence.Count; at++)
        {
            if (at < sentence.Count && !Begins(sentence, at))
            {
                continue;
            }
            var said = Said(sentence, from, at);
            var mood = IsReason(sentence[from]) ? Mood.Reason
                : sentence[from].IsGlue("if") && said.Exists(l => l.IsMention) ? Mood.Wished
                : MoodOf(said);
            var last = pieces.Count > 0 ? moods[^1] : Mood.Unclear;
            // "22 and 443", "too late / in the day": it goes on with what was said before.
            var goesOn = pieces.Count > 0 && mood == Mood.Unclear
                && !IsConsequence(sentence[from]) && (IsList(said)
                    || last is Mood.Told or Mood.Reason && IsLoose(said));
            // "New policy: …", but "call it: …" is said with what follows.
            goesOn |= pieces.Count > 0 && sentence[from - 1].Text == ":" && last != Mood.Told
                && pieces[^1].Loss > Told + Unclear;
            if (goesOn)
            {
                (from, mood) = (pieces[^1].From, last == Mood.Unclear ? mood : last);
                said = Said(sentence, from, at);
                pieces.RemoveAt(pieces.Count - 1);
                moods.RemoveAt(moods.Count - 1);
            }
            if (said.Count == 0)
            {
                continue;
            }
            pieces.Add(new(from, at, Loss(said, mood, isEdge && at - from == sentence.Count),
                mood is Mood.Told or Mood.Reason, 0));
            moods.Add(mood);
            from = at;
        }
        if (pieces.Count > 0)
        {
            pieces[^1] = pieces[^1] with { To = sentence.Count };
        }
        return [.. pieces.Zip(moods, (piece, mood) => Weighed(sentence, piece, mood))];
    }

    /// <summary>With what was learned of such pieces.</summary>
    private static Piece Weighed(List<Lexeme> sentence, Piece piece, Mood mood)
    {
        var said = Said(sentence, piece.From, piece.To);
        var hearsay = Parsing.Hearsay.Of(said);
        var loss = hearsay < Likely ? mood == Mood.Told && IsUse(said) ? Wish : 0
            : said.Count < 2 || mood == Mood.Wished && IsNeeded(said) || IsCare(said) ? 0
            : -Unclear;
        return piece with
        {
            Hearsay = hearsay,
            Loss = loss < 0 ? Math.Min(piece.Loss, -loss) : Math.Max(piece.Loss, loss),
        };
    }

    /// <summary>"Grafana is going to use it": said of what is wished.</summary>
    private static bool IsUse(List<Lexeme> said) => said.Exists(
        l => l.Is(Part.Reference) || l.Text.EndsWith(" it", StringComparison.Ordinal))
        && said.Exists(l => l.IsMention && l.Named(Known.Service) is not null);

    /// <summary>"Keep it off the network", "keep its data".</summary>
    private static bool IsCare(List<Lexeme> said) => said[0].Text.Split(' ')[0] is "keep";

    /// <summary>A wish with something in it that only it can be about.</summary>
    private static bool IsNeeded(List<Lexeme> said) => Narrows(said[0])
        || said.Exists(l => Value(l) > 0 || l.Is(Part.Reference));

    private enum Mood { Unclear, Wished, Told, Reason }

    private static Mood MoodOf(List<Lexeme> said) => said.Count == 0 ? Mood.Unclear
        : IsWished(said) ? Mood.Wished : Tells(said) ? Mood.Told : Mood.Unclear;

    private static List<Lexeme> Said(List<Lexeme> sentence, int from, int to) =>
        sentence[from..to].FindAll(l => !(ClauseSplitter.IsJoint(l) && !l.IsGlue("also"))
            && !IsConsequence(l) && l.Text is not ("then" or "(" or ")" or "-" or "--" or "–"
                or "—" or "/"));

    private static bool Begins(List<Lexeme> sentence, int at) =>
        ClauseSplitter.IsJoint(sentence[at - 1]) && !ClauseSplitter.IsJoint(sentence[at])
            && !sentence[at - 1].IsGlue("also")
        || (IsReason(sentence[at]) || IsConsequence(sentence[at]))
            && !ClauseSplitter.IsJoint(sentence[at - 1])
        || sentence[at].Text is "(" or "-" or "--" or "–" or "—" || sentence[at - 1].Text is ")"
        // "The board decided that the backup is kept for 21 days"
        || at > 1 && sentence[at - 1].Text is "that" && Is("does", sentence[at - 2].Text);

    private static bool IsReason(Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.IsGlue("because") && !lexeme.Is(Part.Reference)
            && lexeme.Text is not ("which" or "who" or "whose" or "that" or "where" or "in order to"
                or "so that" or "so we" or "so i" or "so it" or "so they")
        || lexeme.Text is "otherwise" or "while" or "until" or "till" or "unless" or "because");

    private static bool IsConsequence(Lexeme lexeme) => !lexeme.IsMention
        && lexeme.Text is "so" or "hence" or "therefore" or "thus";

    /// <summary>What would be lost: values, names, and what Loam could do with them.</summary>
    private static double Loss(List<Lexeme> said, Mood mood, bool isAlone)
    {
        var values = said.Sum(Value);
        // Somebody who has an account may just be who says it.
        var people = said.Count(l => l.IsMention && l.Namings.All(n => n.Known == Known.User));
        var names = said.Count(l => l.IsMention) - people;
        var words = said.Count(IsAct);
        if (mood is Mood.Told or Mood.Reason)
        {
            // "The api listens on 3001" could be wished, "somebody tried 300 of them" not.
            var past = mood == Mood.Reason || Is("who", said[First(said) is var first and >= 0
                ? first : 0].Text) && said.Exists(l => IsPast(l.Text));
            return Told + values * (past ? 0.5 : 1) + names * 0.02
                + (values > 0 && !past ? words * Told : 0)
                + (values > 0 && Places(said) ? Place : 0);
        }
        var content = values * 2 + names * Name + words * Word
            + said.Count(l => l.Is(Part.Reference)) * Refers;
        if (mood == Mood.Wished)
        {
            return (Opens(said) ? Act : Wish) + (content + people * Name) * 1.5;
        }
        var ends = isAlone || said.Exists(l => Is("end", l.Text));
        return Told + content + (ends ? 0 : Unclear + people * Name);
    }

    /// <summary>A word of something Loam does or knows.</summary>
    private static bool IsAct(Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.Readings[0].Part is Part.Topic or Part.Field
            || lexeme.Readings[0] is { Part: Part.Verb, Key: not ("have" or "set") });

    /// <summary>Nothing but values and names: more of a list.</summary>
    private static bool IsList(List<Lexeme> said) => said.Count > 0 && said.TrueForAll(l =>
        Value(l) > 0 || l.IsMention || l.Readings[0].Part is Part.Noise
            || l.Readings[0].Part is Part.Glue && !l.IsGlue("wish") && !l.IsGlue("not"));

    /// <summary>No value, no name and nothing to do.</summary>
    private static bool IsLoose(List<Lexeme> said) => said.TrueForAll(l => Value(l) == 0
        && !l.IsMention && l.Readings[0].Part is not (Part.Verb or Part.Topic or Part.Field));

    /// <summary>It narrows or continues a wish, begins with what to do, asks for it politely, or
    /// says how it should be.</summary>
    private static bool IsWished(List<Lexeme> said)
    {
        var wish = Find("wish", said);
        return said.Exists(IsMore) || Narrows(said[0]) || Opens(said)
            || wish >= 0 && !Quotes(said, wish) && !IsRelative(said, wish)
            || said.Exists(l => l.IsGlue("wish") && l.Text.Split(' ')[^1] is not ("be" or "been"))
            || said.Exists(l => l.IsVerb("create") || l.IsVerb("spare"));
    }

    /// <summary>"Members who need an account": a wish of theirs, told of.</summary>
    private static bool IsRelative(List<Lexeme> said, int wish) => wish > 1
        && said[wish - 1].Text is "who" or "which" or "that" && !said[wish - 2].IsGlue("so");

    /// <summary>It begins with what to do: not "boot hangs", "we have moved".</summary>
    private static bool Opens(List<Lexeme> said)
    {
        var first = First(said);
        return first >= 0 && !said[first].IsMention && Verbs.IsVerb(said, first)
            && !(said[first].IsVerb("have") && said[first].Text.Split(' ')[0] is "i" or "we"
                or "they" or "you" or "he" or "she" && said[first].Text.EndsWith("have",
                    StringComparison.Ordinal))
            && !(said[first].Text.Split(' ')[0] is "have" or "has" or "had" && first + 1
                < said.Count && said[first + 1].Text is "you" or "i" or "we" or "they")
            && !(first + 1 < said.Count && IsFinite(said, first + 1)
                && said[first + 1].Text.EndsWith('s'));
    }

    private static int First(List<Lexeme> said) =>
        said.FindIndex(l => l.Readings[0].Part != Part.Noise || l.IsMention);

    /// <summary>"Radarr too", "the other as well": the wish goes on.</summary>
    private static bool IsMore(Lexeme lexeme) => !lexeme.IsMention && lexeme.Text is "as well"
        or "neither" or "nor" or "respectively" or "both" or "likewise" or "either" or "ditto"
        or "the same";

    /// <summary>"But not from there", "only for us".</summary>
    private static bool Narrows(Lexeme lexeme) => lexeme.IsGlue("only") || lexeme.IsGlue("except")
        || lexeme.IsGlue("without") || lexeme.IsGlue("not") && lexeme.Text is "not" or "but not";

    /// <summary>"Metrics are on 3000": it says where a thing is, or what it is called.</summary>
    private static bool Places(List<Lexeme> said)
    {
        var value = said.FindIndex(l => Value(l) > 0);
        return value > 0 && said.Skip(Math.Max(0, value - 3)).Take(Math.Min(3, value)).Any(l =>
            l.IsGlue("is") || l.Text is "has" or "sits" or "sit" or "called" or "named" or "lives");
    }

    /// <summary>It names what only a wish needs.</summary>
    public static double Value(Lexeme lexeme) => lexeme.Readings[0].Part switch
    {
        Part.Key or Part.Assignment or Part.Image or Part.Mount or Part.Command or Part.Cidr => 0.6,
        Part.Address or Part.PortPair or Part.PortRange or Part.Path or Part.Quoted or Part.Email
            or Part.Identifier => 0.4,
        Part.Version or Part.Domain or Part.Url => 0.2,
        Part.Number or Part.Amount => 0.15,
        Part.Topic when lexeme.Readings[0].Key.StartsWith("fs:", StringComparison.Ordinal) => 0.4,
        _ => 0,
    };

    private static bool Is(string key, string phrase) => s_words.Value[key].Contains(phrase);

    /// <summary>The first lexeme at which words of this kind stand, its own words or with those
    /// after it; -1: none do.</summary>
    private static int Find(string key, List<Lexeme> said)
    {
        for (var at = 0; at < said.Count; at++)
        {
            if (said[at].IsMention)
            {
                continue;
            }
            var words = string.Join(' ', said.Skip(at).Take(3).Select(l => l.Text)).Split(' ');
            var own = said[at].Text.Split(' ').Length;
            for (var from = 0; from < own; from++)
            {
                for (var length = 1; length <= Longest && from + length <= words.Length; length++)
                {
                    if (Is(key, string.Join(' ', words, from, length)))
                    {
                        return at;
                    }
                }
            }
        }
        return -1;
    }

    /// <summary>Somebody or something is said to be or to do something.</summary>
    private static bool Tells(List<Lexeme> said)
    {
        var who = said.FindIndex(l => Is("who", l.Text.Split(' ')[0]));
        who = said.Take(Math.Max(who, 0)).All(l => !l.IsMention && l.Readings[0].Part is Part.Noise
            or Part.Glue) ? who : -1;
        // "Back up uploads": what is acted on does nothing itself.
        var first = said.Count > 1 && said[0].IsVerb("backup")
            && said[0].Text is "back up" or "backup" ? 2 : 1;
        return Is("does", said[0].Text) && IsPast(said[0].Text)
            || Enumerable.Range(first, said.Count - first).Any(at => IsFinite(said, at))
            || Find("does", said) >= first || who >= 0 && (who + 1 < said.Count
                || said[who].Text.Contains(' ', StringComparison.Ordinal));
    }

    /// <summary>A verb of the past, or of what somebody else does.</summary>
    private static bool IsFinite(List<Lexeme> said, int at)
    {
        var lexeme = said[at];
        var word = lexeme.Text.Split(' ')[0];
        return !lexeme.IsMention && (Is("is", word) || lexeme.IsGlue("is") || Is("does", word)
            || IsThird(said, at) || IsPast(word));
    }

    /// <summary>"Maria wants to sleep better", "security wants us on it": others' wishes, told.
    /// </summary>
    private static bool Quotes(List<Lexeme> said, int wish)
    {
        var does = Find("does", said);
        return does >= 0 && does < wish && !said.Take(wish).Any(l => l.IsMention
            && l.Named(Known.User) is null);
    }

    /// <summary>"Hugo renders": a word nobody knows, as somebody's doing.</summary>
    private static bool IsThird(List<Lexeme> said, int at)
    {
        var word = said[at].Text;
        return said[at].Readings[0].Part == Part.Unknown && word.Length > 3
            && word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal)
            && at > 0 && said[at - 1].Readings[0].Part is Part.Unknown or Part.Mention or Part.Topic
                or Part.Field or Part.Verb
            && !said[at - 1].Text.EndsWith('s') && at + 1 < said.Count
            && said[at + 1].Readings[0].Part is Part.Noise or Part.Glue or Part.Reference;
    }

    private static bool IsPast(string word) => word.Length > 4
        && word.EndsWith("ed", StringComparison.Ordinal)
        && !word.Contains('-', StringComparison.Ordinal);
}
