using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Mind.Interpreter.Answering;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

internal sealed record TurnResult(
    Outcome Outcome, string Message, double Confidence, ImmutableArray<string> Suggestions)
{
    /// <summary>An answer of several things as rows.</summary>
    public Listing? Listing { get; init; }

    /// <summary>It is not known of what anything was wished.</summary>
    public bool LacksTarget { get; init; }
}

/// <summary>Runs the wishes of one turn and decides what the turn has come to. Either all of a
/// turn's edits stand or none.</summary>
/// <param name="trusted">The person has confirmed the reading.</param>
internal sealed partial class TurnRun(Session session, List<Clause> clauses, bool trusted)
{
    /// <summary>Of what is understood but for some talk, at most.</summary>
    private const double Talkative = Restating.Sure - 0.01;

    /// <summary>The turn says the same of something else.</summary>
    private bool _continues;
    private readonly List<Reply> _replies = [];

    /// <summary>What was said and left no trace in what changed.</summary>
    private List<Lexeme> _missing = [];
    private readonly Core.StateFiles.StateSet _start = session.Draft.Files;
    private readonly Earlier _before = new(session.Draft.Files, session.Focus, session.About,
        session.LastWishes, session.LastMade, session.Risk);

    public TurnResult Go()
    {
        if (Refusals.Of(clauses, session.Draft.State) is { } refusal)
        {
            return new(Outcome.Refusal, refusal, 1, []);
        }
        if (clauses.Count > 0 && clauses.TrueForAll(IsCourtesy))
        {
            return new(Outcome.NoChange, session.Draft.Files.ChangedFrom(session.Base).Any()
                ? "What was said before stands; nothing is added." : "Nothing is to be done.",
                1, []);
        }
        if (clauses.Count > 0 && IsConditional(clauses[0]))
        {
            return new(Outcome.Refusal, "I can't yet make things wait for a condition; what fails "
                + "is started again by itself, and `loam status` shows how things are.", 1, []);
        }
        foreach (var clause in clauses.Where(c => c.Verb == "undo" && !IsUndo(c)
            && c.Subject is null && c.Attributes.Count == 0 && c.Targets.TrueForAll(IsMadeHere)))
        {
            clause.Verb = "remove";
        }
        // "The worker is fine, leave it alone", where nothing was wished before
        clauses.FindAll(c => c is { Verb: "undo", Subject: null, Attributes.Count: 0 }
            && session.Before.Count == 0 && c.Targets.Exists(t => t.Reference is null)
            && c.Lexemes.Any(l => l.IsVerb("undo") && l.Text.Split(' ')[0] is "leave" or "keep"))
            .ForEach(c => c.Verb = "spare");
        foreach (var clause in clauses.Where(c => c.Verb == "undo" && session.Before.Count > 0
            && c.Targets.Count > 0 && c.Targets.TrueForAll(t => t.Named(Known.App) is not null
                && t.Named(Known.Service) is null)).ToList())
        {
            Pop();
            clause.Verb = "create";
        }
        clauses.FindAll(IsTakenBack).ForEach(c => c.Verb = "undo");
        clauses.Where(c => IsWhyNot(c) || IsSaidAgain(c)).ToList().ForEach(c => clauses.Remove(c));
        new Stated(session, clauses).Settle();
        new Circumstances(session, clauses).Settle();
        Settle();
        var cancels = session.Before.Count == 0 && clauses is [_, .., var last] && IsUndo(last)
            && last.Lexemes.Any(l => l.Text is "never mind" or "nevermind" or "forget it"
                or "forget about it" or "scratch that")
            && clauses.TrueForAll(c => c.Question is null);
        var undone = Undo();
        if (cancels && undone is not null)
        {
            // "I wanted to restart it, but never mind"
            return undone with { Message = "Then nothing is to be done." };
        }
        Correct();
        Continue();
        var remaining = clauses.Where(c => c.Verb != "undo" || c.Question is not null).ToList();
        if (remaining.Count == 0 || (undone is not null && remaining.TrueForAll(IsEmpty)))
        {
            return undone ?? new(Outcome.Refusal, Refusals.NotUnderstood, 0, []);
        }
        var result = Run(remaining);
        session.LastSaid = remaining;
        // "What does the site certificate cover?", "add x.example": it is spoken of.
        if (remaining is [{ Question: not null } asked] && asked.Attributes
            .OfType<Subjects.People.CertificateAttribute>().ToList() is [{ Names: [var name] }])
        {
            session.About = new(Subjects.People.PeopleSubject.Instance, [name]);
        }
        return undone?.Outcome == Outcome.Proposal && result.Outcome == Outcome.NoChange ? undone
            // "Oh, the api depends on it? Keep it then"
            : undone is not null && result.Outcome == Outcome.Answer
                ? undone with { Message = $"{result.Message} {undone.Message}" } : result;
    }

    /// <summary>What somebody else has done stands as this turn.</summary>
    public TurnResult Stand(IReadOnlyList<Reply> replies)
    {
        _replies.AddRange(replies);
        return Done(clauses, new Resolver(session, clauses));
    }

    /// <summary>"Actually don't": nothing but a no.</summary>
    private bool IsTakenBack(Clause clause) => session.Before.Count > 0 && IsEmpty(clause)
        && clause.Lexemes.Any(l => l.IsGlue("not")) && clause.Lexemes.All(l => l.IsGlue("not")
            || l.IsGlue("instead") || l.IsGlue("comma") || l.Readings[0].Part == Part.Noise);

    /// <summary>"X has too little memory, make it 384MB": the second says what the first
    /// wants.</summary>
    private void Settle()
    {
        for (var at = 0; at + 1 < clauses.Count; at++)
        {
            var (vague, exact) = (clauses[at], clauses[at + 1]);
            if (vague.Attributes is [LimitAttribute { Amount.IsVague: true } wish]
                && vague.Targets.Count > 0 && vague.Question is null
                && exact.Attributes.OfType<LimitAttribute>().Any(l => l.Limit == wish.Limit
                    && !l.Amount.IsVague)
                && exact.Targets.TrueForAll(t => t.Reference is "it" or "them"))
            {
                exact.Targets.Clear();
                exact.Targets.AddRange(vague.Targets);
                clauses.RemoveAt(at);
            }
        }
    }

    /// <summary>"Remove redis, we don't use it any more": the second says why.</summary>
    private bool IsWhyNot(Clause clause) => clauses.IndexOf(clause) is var at and > 0
        && clauses[at - 1] is { Negated: false, Verb: "remove" or "stop" or "unmount"
            or "unpublish" or "disconnect" }
        && clause is { Negated: true, Verb: "have", Question: null, Attributes.Count: 0 }
            or { Verb: "remove", Question: null }
            && (clause is { Attributes.Count: 0, Subject: null }
                || !clause.Lexemes.Any(l => l.IsMention))
        && clause.Lexemes.Any(l => l.Text.Split(' ')[^1] is "use" or "need" or "want" or "used"
            or "needed" && (clause.Negated || l.IsVerb("remove")))
        && clause.Targets.TrueForAll(t => t.Reference is not null
            || t.Named(Known.Service) is null
            || clauses[at - 1].Targets.Exists(o => o.Namings.SequenceEqual(t.Namings)));

    /// <summary>"We don't need the archive, drop it": the second says the first again.</summary>
    private bool IsSaidAgain(Clause clause) => clauses.IndexOf(clause) is var at and > 0
        && clause is { Question: null, Negated: false, Verb: "remove" or "unmount" or "stop" }
        && clauses[at - 1] is { Question: null, Negated: false } before
        && (before.Verb == clause.Verb || "unmount" == before.Verb || clause.Verb == "unmount")
        && before.Verb is "remove" or "unmount" or "stop"
        && (clause is { Subject: null, Targets.Count: 0, Attributes.Count: 0 }
            && !clause.Lexemes.Any(l => l.IsMention || l.IsNumber || l.Is(Part.Reference))
            || clause.Lexemes.All(l => l.Is(Part.Verb) || l.Is(Part.Reference, "it")
            || l.Is(Part.Reference, "them") || l.Readings[0].Part is Part.Noise or Part.Glue))
        && (before.Attributes.Count > 0 || before.Targets.Exists(t => t.Reference is null));

    private static bool IsCourtesy(Clause clause) => IsEmpty(clause) && clause.Count > 0
        && clause.Foreign is null && clause.Lexemes.All(l => l.Is(Part.Noise) || l.IsGlue("yes")
            || l.IsGlue("comma") || l.IsGlue("no") || l.Text is "no" or "nope" or "sorry" or "oh"
                or "wait" or "hmm");

    /// <summary>"If the api is down, restart it".</summary>
    private bool IsConditional(Clause clause)
    {
        var first = clause.Lexemes.FirstOrDefault(l => l.Readings[0].Part != Part.Noise);
        var next = clause.Lexemes.SkipWhile(l => l != first).Skip(1)
            .FirstOrDefault(l => l.Readings[0].Part != Part.Noise);
        // "When it gets colder than 2 degrees start …": a measure nobody takes.
        if (clause.Question is null && first?.Text is "if" or "when" or "whenever" or "as soon as"
            && clause.Lexemes.Any(l => l.Text is "below" or "above" or "less" or "less than"
                or "more than" or "exceeds" or "drops" or "rises" or "falls" or "reaches" or "over"
                or "colder" or "warmer" or "hotter")
            && clauses.Exists(c => c.Lexemes.Any(l => l.IsVerb("start") || l.IsVerb("stop")
                || l.IsVerb("restart") || l.Text is "started" or "stopped" or "run")))
        {
            return true;
        }
        // "If export breaks, tell me" is something a job can do.
        var told = clause.Attributes.OfType<Subjects.Jobs.JobWish>().Any(
            w => w.OnFailure is not null || w.OnSuccess is not null);
        return clause.Question is null && !told && first?.Text is "if" or "whenever" or "unless"
            && next is not null && (next.IsMention || next.Is(Part.Reference));
    }

    /// <summary>"Never mind the redis": what this conversation added goes again.</summary>
    private bool IsMadeHere(Target target) => target.Named(Known.Service) is { } name
        && session.Draft.State.Services.ContainsKey(name)
        && !session.BaseState.Services.ContainsKey(name);

    private static bool IsEmpty(Clause clause) => clause.Targets.Count == 0
        && clause.Attributes.Count == 0 && clause.Verb.Length == 0 && clause.Question is null;

    /// <summary>"… and the worker": the verb is that of the turn before.</summary>
    private void Continue()
    {
        if (clauses is [{ Verb: "", Question: null, Subject: null } first, ..]
            && session.LastWishes is [.., { Subject: null }]
            && first.Targets.Count > 0 && first.Attributes.Count == 0
            && first.Lexemes[0] is var opening
            && (opening.IsGlue("and") || opening.IsGlue("also") || first.Lexemes.Any(
                l => l.IsGlue("also") || l.Text.Split(' ')[0] is "same" or "likewise" or "ditto")))
        {
            var last = session.LastWishes[^1];
            _continues = true;
            first.Verb = last.Verb;
            first.Attributes.AddRange(last.Attributes.Where(a => a is LimitAttribute
                or VariableAttribute or ReadOnlyAttribute or RestartAttribute
                or LabelAttribute or ProbeAttribute or NetworkAttribute));
        }
    }

    private TurnResult Run(List<Clause> wishes)
    {
        var from = session.Draft.Files;
        var resolver = new Resolver(session, wishes);
        var focus = session.Focus;
        foreach (var clause in wishes)
        {
            // "Redis, and back it up"
            session.Focus = clause.Subject is not null && resolver.Made.Count > 0
                && clause.Lexemes.Any(l => l.Key(Part.Reference) is "it" or "them")
                ? [.. resolver.Made] : Antecedent(clause, resolver) ?? focus;
            _replies.AddRange(clause.Question is not null
                ? [(Subjects.Storage.StorageAnswers.IsOverview(clause) ? null
                    : Inquiry.To(clause, session)) ?? clause.Subject?.Answer(clause, session)
                    ?? Answering.Answers.To(clause, session)]
                : IsSpared(clause) ? [Reply.Same("")]
                : clause.Subject?.Resolve(clause, session) ?? resolver.Resolve(clause));
            if (_replies.Exists(r => r.Kind == ReplyKind.Question))
            {
                _asking = clause;
                break;
            }
        }
        session.Focus = focus;
        if (_replies.Find(r => r.Kind == ReplyKind.Question) is { } question)
        {
            session.Draft.Restore(_start);
            if (Answered(wishes, question) is { } again)
            {
                return again;
            }
            session.Pending = question.Fill is null ? null : new(wishes, question.Fill);
            return new(Outcome.Question, question.Text, 1, question.Suggestions)
            {
                LacksTarget = question.IsAimless,
            };
        }
        if (_replies.Find(r => r.Kind == ReplyKind.Refusal) is { } refused)
        {
            session.Draft.Restore(_start);
            return new(Outcome.Refusal, refused.Text, 1, []);
        }
        if (_replies.Exists(r => r.Kind == ReplyKind.Done))
        {
            resolver.Order();
            _missing = trusted ? [] : Witness.Missing(
                wishes, session.Draft.StateOf(from), session.Draft.State, _replies);
            return Supposed(wishes) ?? Doubtful(wishes, from) ?? Done(wishes, resolver);
        }
        Remember(resolver);
        return Undone(wishes);
    }

    /// <summary>"Grow influx's volume and give it 2 GB of memory": whose volume was named, where no
    /// service was. Null: nobody was.</summary>
    private List<string>? Antecedent(Clause clause, Resolver resolver)
    {
        if (clause.Subject is not null || clause.Attributes.Count == 0
            || resolver.Touched.Count > 0
            || !clause.Targets.Exists(t => t.Reference is "it"))
        {
            return null;
        }
        var services = session.Draft.State.Services;
        var said = clauses.TakeWhile(c => c != clause)
            .Where(c => c.Subject is Subjects.Storage.StorageSubject).SelectMany(c => c.Lexemes)
            .Where(l => l.IsMention).ToList();
        var named = said.Select(l => l.Named(Known.Service)).OfType<string>()
            .Where(services.ContainsKey).Distinct().ToList();
        named = named.Count > 0 ? named : [.. said.Select(l => l.Named(Known.Volume))
            .OfType<string>().SelectMany(v => services.Values.Where(s => s.Volumes.Any(
                m => m.Source == v)).Select(s => s.Name)).Distinct()];
        return named is [_] ? named : null;
    }

    /// <summary>"Sanne stays": nothing is wished of her.</summary>
    private static bool IsSpared(Clause clause) => clause.Verb == "spare"
        && clause.Subject is not null and not Subjects.Firewall.FirewallSubject;

    private void Remember(Resolver resolver)
    {
        if (resolver.Touched.Count > 0)
        {
            session.Focus = _continues ? [.. session.Focus.Union(resolver.Touched)]
                : [.. resolver.Touched];
        }
        else if (clauses.SelectMany(c => c.Targets).Select(t => t.Named(Known.Service))
            .OfType<string>().Distinct().ToList() is { Count: > 0 } named)
        {
            session.Focus = named;
        }
    }

    /// <summary>Nothing was to be done.</summary>
    private TurnResult Undone(List<Clause> wishes)
    {
        foreach (var (kind, outcome) in (ReadOnlySpan<(ReplyKind, Outcome)>)
            [(ReplyKind.Answer, Outcome.Answer), (ReplyKind.Same, Outcome.NoChange),
             (ReplyKind.NotYet, Outcome.Refusal)])
        {
            var texts = _replies.Where(r => r.Kind == kind && r.Text.Length > 0)
                .Select(r => r.Text).Distinct().ToList();
            if (texts.Count > 0 && kind == ReplyKind.Same && !trusted
                && Account.Of(wishes) < Account.Threshold)
            {
                var unread = string.Join(", ", Account.Unread(wishes).Take(4));
                return new(Outcome.Question, $"I'm not sure I understand \"{unread}\". "
                    + $"{string.Join(" ", texts.Take(2))} What shall be different?",
                    Account.Of(wishes), []);
            }
            if (texts.Count > 0)
            {
                var kept = kind == ReplyKind.NotYet
                    && session.Draft.Files.ChangedFrom(session.Base).Any()
                    ? " What was said before stays." : "";
                return new(outcome, string.Join(" ", texts.Take(3)) + kept,
                    Account.Of(wishes), [])
                {
                    Listing = kind == ReplyKind.Answer && wishes is [var asked]
                        ? Listings.Of(asked, session.Draft.State) : null,
                };
            }
        }
        return new(Outcome.Refusal, Refusals.NotUnderstood, 0, []);
    }

    /// <summary>"Petra takes over from joost", who is no administrator: half of it is done only
    /// where that is wanted.</summary>
    private TurnResult? Supposed(List<Clause> wishes)
    {
        if (trusted || _replies.Find(r => r.IsAbsent) is not { } absent)
        {
            return null;
        }
        session.Draft.Restore(_start);
        session.Pending = new(wishes, answer => answer.Lexemes.Any(l => l.IsGlue("yes")));
        return new(Outcome.Question, $"{absent.Text} Shall I {Sentences.Join(_replies)} all the "
            + "same?", 1, ["yes", "no"]);
    }

    /// <summary>What was not understood is asked about, never passed over.</summary>
    private TurnResult? Doubtful(List<Clause> wishes, Core.StateFiles.StateSet from)
    {
        var confidence = Confidence(wishes);
        if (trusted || confidence >= Account.Threshold)
        {
            return null;
        }
        session.Draft.Restore(from);
        var unread = Account.Unread(wishes, _missing);
        session.Pending = new(wishes, answer => answer.Lexemes.Any(l => l.IsGlue("yes")));
        return new(Outcome.Question, $"I'm not sure I understand "
            + $"\"{string.Join(", ", unread.Take(4))}\". Shall I {Sentences.Join(_replies)}?",
            confidence, ["yes", "no"]);
    }

    private TurnResult Done(List<Clause> wishes, Resolver resolver)
    {
        var before = session.Draft.State;
        session.Before.Push(_before);
        Remember(resolver);
        session.Undone = [];
        session.LastMade = [.. resolver.Made];
        session.About = wishes[^1].Subject is null ? null : session.About;
        // "Add nils and add olga": "both" are all of them.
        if (wishes.Count > 1 && session.About is { Subject: Subjects.People.PeopleSubject } about)
        {
            session.About = about with
            {
                Names = [.. wishes.SelectMany(w => w.Attributes)
                    .OfType<Subjects.People.UserAttribute>().SelectMany(u => u.Users
                        .Concat(u.Names)).Union(about.Names)],
            };
        }
        session.LastWishes = [.. wishes.Where(w => w.Question is null)];
        var risk = _replies.Max(r => r.Risk);
        session.Risk = (Risk)Math.Max((int)session.Risk, (int)Wide(wishes, risk));
        Core.Invariant.Require(before is not null, "a proposal is a valid state");
        var same = !session.Draft.Files.ChangedFrom(session.Base).Any();
        return new(same ? Outcome.NoChange : Outcome.Proposal,
            same ? "Then everything stays as it is." : Sentences.Of(_replies) + LeftOut(wishes),
            trusted ? 1 : Confidence(wishes), Offers(resolver));
    }

    /// <summary>What is understood but for some talk is less than sure: another way to read it may
    /// be better.</summary>
    private double Confidence(List<Clause> wishes) => Account.Of(wishes, _missing) is var strict
        && strict >= Account.Threshold ? strict
            : Math.Max(strict, Math.Min(Talkative, Account.WithoutTalk(wishes, _missing,
                // What takes something away is not proposed on a guess.
                guesses: !wishes.Exists(w => w.Verb is "remove" or "stop"))));

    /// <summary>Values that nothing took are named, never passed over.</summary>
    private static string LeftOut(List<Clause> wishes)
    {
        if (wishes.SelectMany(w => w.Lexemes).Any(
            l => l.IsField("password") && !l.IsMention))
        {
            return " Passwords are made by Loam and never taken from a sentence; `loam secret "
                + "set NAME` sets another.";
        }
        var unread = Account.Unread(wishes);
        return Account.Of(wishes) > 0.9 || !Account.MissesMuch(wishes) ? ""
            : $" I left out what I did not understand: \"{string.Join(" ", unread.Take(6))}\".";
    }

    /// <summary>What concerns everything is worth a second look.</summary>
    private Risk Wide(List<Clause> wishes, Risk risk)
    {
        var all = wishes.Exists(w => w.Verb is "stop" or "remove" && w.Attributes.Count == 0
            && w.Targets.Exists(t => t.Reference == "all"));
        return !all || session.BaseState.Services.Count < 2 ? risk
            : wishes.Exists(w => w.Verb == "remove") ? Risk.Critical : Risk.High;
    }

    private ImmutableArray<string> Offers(Resolver resolver) => resolver.Made.Count switch
    {
        0 => ["undo that"],
        _ when session.Draft.State.Services.TryGetValue(resolver.Made[^1], out var made)
            && made.PublishesPorts => [$"on port {session.Draft.FreePort(8080, "tcp")} instead"],
        _ => ["with 1GB of memory"],
    };

    /// <summary>Takes the last turn that changed something back.</summary>
    private TurnResult? Undo()
    {
        if (clauses.Count == 0 || !clauses.Exists(IsUndo))
        {
            return null;
        }
        if (session.Before.Count == 0)
        {
            return new(Outcome.NoChange, "There is nothing in this conversation to take back; "
                + "`loam revert` takes an applied change back.", 1, []);
        }
        var about = session.Focus;
        var spoken = session.About;
        session.Undone = session.LastWishes;
        Pop();
        // "No, only lock him"
        session.About ??= spoken;
        session.Focus = session.Focus.Count > 0 ? session.Focus
            : [.. about.Where(session.Draft.State.Services.ContainsKey)];
        var left = session.Draft.Files.ChangedFrom(session.Base).Any();
        return new(left ? Outcome.Proposal : Outcome.NoChange,
            left ? "I take that back; what was said before stays."
                : "I take that back, so nothing changes.", 1, []);
    }

    private static bool IsUndo(Clause clause) => clause.Verb == "undo" && clause.Question is null
        && clause.Attributes.Count == 0
        && clause.Targets.TrueForAll(t => t.Reference is "it" or "them");

    private void Pop()
    {
        var (files, focus, about, wishes, made, risk) = session.Before.Pop();
        session.Draft.Restore(files);
        session.Focus = focus;
        session.About = about;
        session.LastWishes = wishes;
        session.LastMade = made;
        session.Risk = risk;
    }
}
