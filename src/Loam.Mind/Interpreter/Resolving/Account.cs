using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects.Firewall;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What a reading explains of what was said. Words nobody took speak against it, values
/// far more than others; so do a verb that its subject does not know, what a wish lacks, and what
/// the reading had to assume.</summary>
internal static class Account
{
    /// <summary>What leaves more open is asked about, not proposed.</summary>
    public const double Threshold = 0.55;

    private const double StrangeVerb = 0.35;
    private const double Contradictory = 0.6;
    private const double Mixed = 0.35;
    private const double Incomplete = 0.35;
    private const double Untargeted = 0.2;
    private const double NotThere = 0.35;
    private const double Assumed = 0.3;
    private const double Faint = 0.6;
    private const double Untraced = 0.5;
    private const double Unmeasured = 0.4;
    private const double JustAWord = 0.3;
    private const double Guessed = 0.05;

    public static double Of(IReadOnlyList<Clause> clauses) => Of(clauses, []);

    /// <param name="missing">What was said and left no trace in what changed.</param>
    public static double Of(IReadOnlyList<Clause> clauses, IReadOnlyList<Lexeme> missing) =>
        Math.Clamp(1 - clauses.Sum(c => Missed(c)) - missing.Count * Untraced, 0, 1);

    /// <summary>As <see cref="Of(IReadOnlyList{Clause}, IReadOnlyList{Lexeme})"/>, where words that
    /// mean nothing here do not count in pieces in which something is told: however many they
    /// are, they wish nothing.</summary>
    /// <param name="guesses">In others they count the less the likelier those only tell; that
    /// must be better by something.</param>
    public static double WithoutTalk(IReadOnlyList<Clause> clauses,
        IReadOnlyList<Lexeme> missing, bool guesses)
    {
        var told = clauses.Select(c => Telling.Pieces([.. c.Lexemes], isEdge: false)).ToList();
        double Left(bool guessed) => Math.Clamp(1 - clauses.Zip(told, (clause, pieces) =>
            Missed(clause, pieces, guessed)).Sum() - missing.Count * Untraced, 0, 1);
        return guesses ? Math.Max(Left(guessed: false), Left(guessed: true) - Guessed)
            : Left(guessed: false);
    }

    /// <summary>What speaks against the reading of one clause; 0: nothing.</summary>
    public static double Missed(Clause clause) => Missed(clause, [], guesses: false);

    private static double Missed(Clause clause, List<Piece> pieces, bool guesses)
    {
        var missed = clause.Question is null && IsStrange(clause) ? StrangeVerb : 0;
        var reason = false;
        var purpose = false;
        var asides = Statements.In(clause);
        for (var at = 0; at < clause.Count; at++)
        {
            reason |= clause[at].IsGlue("because") || clause[at].Text is "while";
            // "For the office" ends with its piece, a reason does not.
            purpose = clause[at].IsGlue("for")
                || purpose && !ClauseSplitter.IsJoint(clause[at]);
            missed += clause[at].Corrected ? 0.04 : 0;
            if (!clause.IsFree(at))
            {
                continue;
            }
            var piece = pieces.Find(p => p.From <= at && at < p.To);
            var told = reason || purpose || asides.Contains(at) || SaysWhose(clause, at)
                || piece is { IsTold: true } && IsTalk(clause[at]);
            missed += Weight(clause[at], told)
                * (guesses && piece is not null && IsSpeech(clause, piece)
                    ? Doubt(clause[at], piece.Hearsay) : 1)
                + (IsMeasure(clause, at) || IsOtherName(clause, at) ? Unmeasured : 0);
        }
        return missed;
    }

    private static bool IsTalk(Lexeme lexeme) => !lexeme.IsMention
        && lexeme.Readings[0].Part is Part.Unknown or Part.Topic or Part.Verb or Part.Quoted;

    /// <summary>Words that mean nothing stand between some that everybody uses; gibberish does not
    /// have those.</summary>
    private static bool IsSpeech(Clause clause, Piece piece)
    {
        var said = Enumerable.Range(piece.From, piece.To - piece.From).Select(at => clause[at])
            .Where(l => !l.IsMention && !ClauseSplitter.IsJoint(l)).ToList();
        return said.Count(l => l.Readings[0].Part is Part.Noise or Part.Glue or Part.Reference
            or Part.Verb) * 3 >= said.Count(l => l.Readings[0].Part == Part.Unknown);
    }

    /// <summary>How much an unread word still counts: little where it is just a word, and in full
    /// where it is a value or a name.</summary>
    private static double Doubt(Lexeme lexeme, double hearsay)
    {
        var letters = lexeme.Text.All(c => char.IsLetter(c) || c is ' ' or '\'');
        return lexeme.Readings[0].Part switch
        {
            _ when lexeme.IsMention => lexeme.Namings.All(n => n.Known == Known.User)
                ? 1 - hearsay : 1,
            Part.Unknown or Part.Verb when letters => JustAWord * (1 - hearsay),
            Part.Number or Part.Amount when letters => 1 - hearsay,
            Part.Topic or Part.Quoted or Part.Glue => 1 - hearsay,
            _ => 1,
        };
    }

    /// <summary>It is said to do what its subject does not know.</summary>
    public static bool IsStrange(Clause clause) => clause is { Subject: { } subject,
        IsInherited: false } && !subject.Words.HasVerb(clause.Verb);

    /// <summary>A value, a field or a name was not understood, not only some word.</summary>
    public static bool MissesMuch(IReadOnlyList<Clause> clauses) => clauses.Any(c =>
        Enumerable.Range(0, c.Count).Any(at => c.IsFree(at) && Weight(c[at], false) >= 0.2
            && !c[at].IsGlue("if")));

    /// <summary>What was not understood, as it was typed.</summary>
    public static List<string> Unread(IReadOnlyList<Clause> clauses) => Unread(clauses, []);

    public static List<string> Unread(
        IReadOnlyList<Clause> clauses, IReadOnlyList<Lexeme> missing)
    {
        var unread = new List<string>();
        foreach (var clause in clauses)
        {
            for (var at = 0; at < clause.Count; at++)
            {
                if (clause.IsFree(at) && Weight(clause[at], false) > 0
                    || missing.Contains(clause[at], ReferenceEqualityComparer.Instance))
                {
                    unread.Add(clause[at].Original);
                }
            }
        }
        return unread;
    }

    /// <summary>"The new label printer at 192.168.20.77", "our tax advisor (81.2.69.160)": the
    /// address alone says who is meant.</summary>
    private static bool SaysWhose(Clause clause, int at)
    {
        var next = at;
        while (next < clause.Count && clause[next].Readings[0].Part is Part.Unknown or Part.Noise)
        {
            next++;
        }
        while (next < clause.Count && (clause[next].Text is "at" or "on" or "with" or "(" or "is"
            or "has" or "," or ":" or "called" || clause[next].Readings[0].Part == Part.Noise))
        {
            next++;
        }
        return clause[at].Readings[0].Part == Part.Unknown && next < clause.Count
            && clause[next].Readings[0].Part is Part.Address or Part.Cidr;
    }

    /// <summary>"Api 2.4.0 on 3005 as api-staging": another one is meant.</summary>
    private static bool IsOtherName(Clause clause, int at) => at > 0
        && clause[at - 1].IsGlue("as") && clause[at].Readings[0].Part == Part.Unknown
        && clause[at].Text.Contains('-', StringComparison.Ordinal);

    /// <summary>"All configs": the word says of what it is all.</summary>
    private static bool IsMeasure(Clause clause, int at)
    {
        var before = at - 1;
        while (before >= 0 && clause[before].Text is "the" or "our" or "my" or "of" or "these"
            or "those" or "of the" or "of our" or "of my" or "its" or "other")
        {
            before--;
        }
        return clause[at].Readings[0].Part == Part.Unknown && before >= 0
            && clause[at].Text.EndsWith('s')
            && clause[before].Text is "all" or "all of" or "all the" or "all of the"
                or "all our" or "all my" or "all of our";
    }

    private static double Weight(Lexeme lexeme, bool reason) => lexeme.Readings[0].Part switch
    {
        // Which belongs to which is not read.
        _ when lexeme.Text == "respectively" => 0.5,
        Part.Unknown or Part.Domain or Part.Email or Part.Url => reason ? 0.02 : 0.12,
        Part.Verb => reason ? 0 : lexeme.Is(Part.Noise) ? 0 : 0.12,
        Part.Topic => reason ? 0 : 0.2,
        Part.Field => reason || lexeme.IsField("service") || lexeme.IsField("status")
            || lexeme.Is(Part.Noise) ? 0 : 0.2,
        Part.Glue when reason && lexeme.Text is "while" => 0,
        Part.Glue when reason && lexeme.Text is "while" => 0,
        Part.Glue => lexeme.IsGlue("if") ? 0.25 : lexeme.IsGlue("not") && !reason ? 0.3 : 0,
        Part.Amount => lexeme.Key(Part.Amount)![0] == 'x' ? 0.5 : 0.1,
        Part.Mention => reason ? 0 : 0.2,
        Part.Command or Part.Image or Part.PortPair or Part.Path or Part.Mount
            or Part.Assignment or Part.Cidr or Part.Address or Part.PortRange or Part.Key
            or Part.Identifier or Part.Number or Part.Version => 0.5,
        Part.Quoted => 0.25,
        _ => 0,
    };

    /// <summary>What speaks against a wish as it was read, before it is tried.</summary>
    public static double Cost(Clause clause) => Missed(clause)
        + (clause.Question is not null ? 0
            : clause.Subject is null ? Lacks(clause)
            : clause.Subject is FirewallSubject && (!SpeaksOfPackets(clause)
                || FirewallClaim.IsOfContainers(clause)) ? Faint : 0);

    /// <summary>As <see cref="Cost(Clause)"/>, and what the state says to it.</summary>
    public static double Cost(Clause clause, Session session)
    {
        var targets = new TargetResolver(session.Draft.State, session.Focus);
        var strange = clause is { Subject: null, Question: null } && clause.Targets.Exists(t =>
            t.Reference is null && targets.Candidates(t).Count == 0
                && !(t.Named(Known.App) is not null && clause.Verb is "" or "create" or "have"
                    or "set" or "start" or "replace" or "publish"));
        var assumes = clause.Attributes.OfType<FirewallAttribute>().Any(w => !w.OfRules
            && !w.LocksDown && w is { Swap: null, Enable: null } && w.Groups.Exists(g => g is
                { Strong: false, Rate: null, Log: null, Interface: null, Sources.Count: 0,
                    Destinations.Count: 0, Rules.Count: 0 }));
        assumes |= clause.Attributes.OfType<Subjects.People.UserAttribute>().Any(
            u => u is { Creates: true, SaysAccount: false });
        return Cost(clause) + (strange ? NotThere : 0) + (assumes ? Assumed : 0);
    }

    /// <summary>"The api talks to valkey now" says nothing of the firewall.</summary>
    private static bool SpeaksOfPackets(Clause clause) => clause.Lexemes.Any(l =>
        l.IsNumber || l.Is(Part.Cidr) || l.Is(Part.Address) || l.Is(Part.PortRange)
        || l.Is(Part.Topic, "allow") || l.Is(Part.Topic, "block") || l.Is(Part.Topic, "open")
        || l.Is(Part.Topic, "close") || l.Is(Part.Topic, "reject")
        || l.Is(Part.Topic, "firewall") || l.Is(Part.Topic, "ban")
        || l.Is(Part.Topic, "lockdown") || Topics.IsPort(l));

    /// <summary>"Portal 30 minutes, and the api debug": a value stands between two things, so it is
    /// that of one of them.</summary>
    private static bool AreApart(Clause clause)
    {
        var things = Enumerable.Range(0, clause.Count).Where(at => clause[at].IsMention
            && clause.Targets.Exists(t => t.Reference is null && t.Text == clause[at].Text))
            .ToList();
        return things.Count > 1 && Enumerable.Range(things[0], things[^1] - things[0])
            .Any(at => clause[at].IsNumber && !clause[at].IsMention
                || clause[at].Readings[0].Part is Part.Version or Part.PortPair
                    or Part.Assignment or Part.Path);
    }

    /// <summary>What a wish about services lacks to be one.</summary>
    private static double Lacks(Clause clause)
    {
        var contradicts = clause.Attributes.OfType<LimitAttribute>().GroupBy(l => l.Limit)
            .Any(g => g.Count() > 1) || clause.Attributes.OfType<VersionAttribute>().Count() > 1
            || clause is { Verb: "spare", Attributes.Count: > 0 };
        var twice = clause.Targets.Count > 1
            && (clause.Attributes.OfType<PortAttribute>().Count() > 1 || AreApart(clause));
        var acts = clause.Verb is not ("" or "set" or "have" or "limit" or "move" or "raise"
            or "lower");
        var made = clause.Attributes.OfType<ImageAttribute>().Any();
        var cost = contradicts ? Contradictory : twice ? Mixed : 0;
        if (clause.Attributes.Exists(a => a is BareAttribute))
        {
            cost += Incomplete;
        }
        if (clause.Targets.Count == 0 && !made)
        {
            return cost + (clause.Attributes.Count == 0 && !acts ? Incomplete : Untargeted);
        }
        return cost + (clause.Attributes.Count == 0 && !acts && !Likewise.IsSaid(clause)
            && clause.Targets.TrueForAll(t => t.Version is null) ? Incomplete : 0);
    }
}
