using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects.Jobs;

namespace Loam.Mind.Interpreter;

/// <summary>Turns that lead to one proposal. Each turn adds to it, revises it, takes the turn
/// before back, or answers the question that is open.</summary>
public sealed partial class Conversation
{
    /// <summary>Characters of one turn; more is no sentence.</summary>
    private const int LongestTurn = 2000;

    private const int MostWords = 250;
    private const int MostClauses = 24;

    private readonly Session? _session;
    private readonly string? _broken;
    private readonly StateSet _files;

    /// <summary>The sentences that stand, each with the moment before it was said.</summary>
    private List<Saying> _said = [];

    /// <summary>The clauses of the turn that was read last.</summary>
    private List<Clause> _clauses = [];

    /// <summary>The words that were recognised last.</summary>
    private Heard? _heard;

    /// <param name="files">The approved state the proposal starts from.</param>
    /// <param name="now">The time a restart is marked with.</param>
    public Conversation(StateSet files, DateTimeOffset now)
    {
        _files = files;
        var reading = StateReader.Read(files);
        if (reading.State is { } state)
        {
            _session = new(files, state, now);
        }
        else
        {
            _broken = $"The state files have errors, so I propose nothing until they are mended: "
                + reading.Findings.First(f => f.IsError);
        }
    }

    /// <summary>The proposal before anything was said.</summary>
    public Proposal Nothing => _broken is null
        ? Made(Outcome.NoChange, "Nothing was said.", 1, []) : Broken();

    /// <summary>A question is open, and the next turn may be its answer.</summary>
    public bool IsAsking => _session?.Pending is not null;

    /// <summary>What was said about an earlier state and is done: whom it was about is remembered,
    /// so that "it" means the same, and nothing of it is proposed again.</summary>
    public void Recall(IEnumerable<string> turns)
    {
        foreach (var turn in turns)
        {
            Say(turn);
        }
        if (_session is null)
        {
            return;
        }
        var now = _session.Remember().Now;
        bool IsThere(string name) => _session.BaseState.Services.ContainsKey(name);
        _session.Recall(new(now with
        {
            Files = _files,
            Focus = [.. now.Focus.Where(IsThere)],
            Made = [.. now.Made.Where(IsThere)],
            Risk = Risk.Low,
        }, [], null, _session.LastSaid, _session.Undone));
        _said = [];
    }

    /// <summary>Takes one turn and says what the conversation has come to.</summary>
    public Proposal Say(string turn)
    {
        if (_session is null)
        {
            return Broken();
        }
        if (turn.Length > LongestTurn)
        {
            return TooMuch(Outcome.Refusal, $"That is too long for me: say it in fewer than "
                + $"{LongestTurn} characters, one wish after the other.");
        }
        var (before, said) = (_session.Remember(), _said.ToList());
        _session.Effort.Begin();
        try
        {
            return More.IsAsked(turn) && !IsAsking ? Explained(turn, _session)
                : Spared(turn, _session) ?? FieldsBack(turn, _session)
                    ?? OnlyStopped(turn, _session) ?? Corrected(turn, _session)
                    ?? Plain(turn, _session);
        }
        catch (TooMuchException)
        {
            _session.Effort.Begin();
            _session.Recall(before);
            _said = said;
            return TooMuch(Outcome.Question, "That is much at once, and I would rather not guess: "
                + "say it in smaller steps, one wish at a time. What comes first?");
        }
    }

    /// <summary>What is proposed, or what was last spoken of, at length.</summary>
    private Proposal Explained(string turn, Session session)
    {
        var said = More.Of(session) is { } more ? Made(Outcome.Answer, more, 1, [])
            : Plain(turn, session);
        return said with { AsksMore = true };
    }

    /// <summary>A turn that takes half of itself back is read as two.</summary>
    private Proposal? Corrected(string turn, Session session)
    {
        if (session.Pending is not null || TakenBack.Of(turn) is not { } corrected)
        {
            return null;
        }
        var (before, said) = (session.Remember(), _said.ToList());
        Proposal? Heard(string text) => Plain(text, session) is
            { Outcome: Outcome.Proposal, Confidence: >= Restating.Sure } sure ? sure : null;
        // What names its things is a wish by itself: what was begun need not make sense.
        var whole = Lexemes(corrected.Correction, session, out _).Exists(l => l.IsMention
            || l.Is(Part.Image)) ? Heard(corrected.Correction) : null;
        if (whole is null)
        {
            session.Recall(before);
            _said = [.. said];
            var wish = Plain(corrected.Wish, session);
            session.Recall(wish.Outcome == Outcome.Proposal ? session.Remember() : before);
            whole = wish.Outcome == Outcome.Proposal ? Heard($"no, {corrected.Correction}")
                : Heard(corrected.Correction);
        }
        if (whole is null)
        {
            session.Recall(before);
            _said = said;
            return null;
        }
        session.UndoesTo(before);
        _said = [.. said, new(turn, before, Stands: true)];
        return whole;
    }

    private Proposal Plain(string turn, Session session)
    {
        var before = session.Remember();
        var plain = Attempt(turn, session);
        if (Restated(turn, before, plain, session) is { } restated)
        {
            return restated;
        }
        // "512 MB at most", of what is new and gets that anyhow: it is proposed.
        if (plain.Outcome == Outcome.NoChange && session.Focus.Count > 0
            && _clauses.Exists(c => c is { Question: null, Subject: null, Attributes.Count: > 0 })
            && session.Focus.TrueForAll(f => session.Draft.State.Services.ContainsKey(f)
                && !session.BaseState.Services.ContainsKey(f)))
        {
            plain = plain with { Outcome = Outcome.Proposal };
        }
        if (plain.Outcome is Outcome.Proposal or Outcome.Question or Outcome.NoChange)
        {
            Keep(turn, before, plain.Outcome);
        }
        return plain;
    }

    /// <summary>The turn stands now; with the question it answers it is one sentence.</summary>
    private void Keep(string turn, Moment before, Outcome outcome)
    {
        if (_clauses.Exists(c => c.Verb == "undo") && _said.Count > 0)
        {
            _said.RemoveAt(_said.Count - 1);
            if (_clauses.TrueForAll(c => c.Verb == "undo"))
            {
                return;
            }
        }
        if (before.Pending is not null && _said.Count > 0)
        {
            _said[^1] = new($"{_said[^1].Text} {turn}", _said[^1].Before,
                outcome == Outcome.Proposal);
            return;
        }
        if (_said is [.., { Stands: true } last] && _clauses is [{ Verb.Length: > 0 } clause]
            && clause.Lexemes.All(l => l.IsMention || !l.Is(Part.Verb)))
        {
            // "Prometheus also" is kept as what it means.
            var earlier = Lexemes(last.Text, _session!, out _);
            turn = Restating.Of(last.Text, earlier, turn, _clauses)
                .FirstOrDefault(r => r.OnTop, new(turn, OnTop: true)).Text;
        }
        _said.Add(new(turn, before, outcome == Outcome.Proposal));
    }

    /// <summary>"Keep petra", "not photos": what was said of it is taken back, and everything else
    /// that was said is said again.</summary>
    private Proposal? Spared(string turn, Session session)
    {
        if (_said.Count == 0 || session.Pending is not null
            || Restating.Spared(Lexemes(turn, session, out _).ConvertAll(l => IsGone(l.Text)
                ? l with { Readings = [new(Part.Unknown, l.Text)] } : l)) is not { } things)
        {
            return null;
        }
        var now = session.Remember();
        var texts = _said.ConvertAll(s => s.Text);
        var first = texts.Count;
        foreach (var thing in things)
        {
            var at = texts.FindLastIndex(t => Restating.Without(t, thing.Original) is not null);
            if (at < 0)
            {
                // "Sanne stays": nothing was said that she could be spared of.
                if (thing.Namings.All(n => n.Known is Known.App or Known.Role)
                    || !turn.Contains("stay", StringComparison.OrdinalIgnoreCase)
                        && !turn.Contains("remain", StringComparison.OrdinalIgnoreCase)
                    || Scope(1).Any(id => id.Name == thing.Text))
                {
                    return null;
                }
                continue;
            }
            texts[at] = Restating.Without(texts[at], thing.Original)!;
            first = Math.Min(first, at);
        }
        var moments = _said.ConvertAll(s => s.Before);
        session.Recall(first < moments.Count ? moments[first] : now);
        _said.RemoveRange(first, _said.Count - first);
        foreach (var text in texts.Skip(first))
        {
            var before = session.Remember();
            var again = text.Length == 0 ? null : Attempt(text, session);
            if (again?.Outcome == Outcome.Proposal)
            {
                _said.Add(new(text, before, Stands: true));
                continue;
            }
            session.Recall(before);
        }
        session.UndoesTo(now);
        var names = Wording.List(things.Select(t => t.Original));
        return session.Draft.Files.ChangedFrom(_files).Any()
            ? Made(Outcome.Proposal, $"I leave {names} as before; what else was said stays.", 1, [])
            : Made(Outcome.NoChange, "Then everything stays as it is.", 1, []);
    }

    /// <summary>A thing that was to be removed: nothing bears its name any more.</summary>
    private bool IsGone(string name) =>
        _session!.BaseState.Resources.Keys.Any(id => id.Name == name)
        && !_session.Draft.State.Resources.Keys.Any(id => id.Name == name);

    private Proposal Attempt(string turn, Session session)
    {
        var before = session.Draft.Files;
        try
        {
            return Understand(turn, session);
        }
        catch (InvalidDraftException invalid)
        {
            session.Draft.Restore(before);
            return Made(Outcome.Refusal, $"That would not be valid: {invalid.Message}", 1, []);
        }
        catch (EditException fault)
        {
            session.Draft.Restore(before);
            return Made(
                Outcome.Refusal, $"I can't edit the files for that: {fault.Message}", 1, []);
        }
    }

    /// <summary>The turn read as the end, or the correction, of what was said before it; null: it
    /// stands by itself, or makes no sense that way either.</summary>
    private Proposal? Restated(string turn, Moment before, Proposal plain, Session session)
    {
        if (_said.Count == 0 || !Restating.Wants(plain, _clauses) && !Restating.Swaps(_clauses))
        {
            return null;
        }
        var last = _said[^1];
        var after = session.Remember();
        var earlier = Lexemes(last.Text, session, out _);
        var clauses = _clauses;
        foreach (var (text, onTop) in Restating.Of(last.Text, earlier, turn, clauses))
        {
            if (text.Length > LongestTurn)
            {
                break;
            }
            if (onTop && !last.Stands)
            {
                continue;
            }
            session.Recall(onTop ? before with { Pending = null } : last.Before);
            var again = session.Effort.Within(() => Attempt(text, session));
            if (again is { Outcome: Outcome.Proposal, Confidence: >= Restating.Sure }
                && session.Draft.Files.ChangedFrom(before.Now.Files).Any())
            {
                session.UndoesTo(before);
                _said[^1] = onTop ? last : new(text, last.Before, Stands: true);
                if (onTop)
                {
                    _said.Add(new(text, before, Stands: true));
                }
                return again;
            }
            // "LOG_LEVEL to debug", "back to info", as it was.
            if (again is { Outcome: Outcome.NoChange, Confidence: >= Restating.Sure } && !onTop
                && turn.TrimStart().StartsWith("back to ", StringComparison.OrdinalIgnoreCase))
            {
                session.UndoesTo(before);
                _said.RemoveAt(_said.Count - 1);
                return again;
            }
        }
        session.Recall(after);
        return Again(turn, clauses, before, session);
    }

    /// <summary>"Back up photos daily" / "at 5" / "music too": what was said of one thing in
    /// several turns is said of another.</summary>
    private Proposal? Again(
        string turn, List<Clause> clauses, Moment before, Session session)
    {
        if (!clauses.Exists(c => c.Lexemes.Any(l => l.IsGlue("also"))))
        {
            return null;
        }
        var after = session.Remember();
        for (var at = _said.Count - 2; at >= 0; at--)
        {
            var rest = _said.GetRange(at + 1, _said.Count - at - 1);
            var earlier = Lexemes(_said[at].Text, session, out _);
            var alike = Restating.Of(_said[at].Text, earlier, turn, clauses)
                .FirstOrDefault(r => r.OnTop).Text;
            if (alike is null || !_said[at].Stands || rest.Exists(s => !s.Stands
                || Lexemes(s.Text, session, out _).Exists(l => l.IsMention)))
            {
                continue;
            }
            session.Recall(before with { Pending = null });
            Proposal? again = null;
            foreach (var text in rest.Select(s => s.Text).Prepend(alike))
            {
                again = session.Effort.Within(() => Attempt(text, session));
                if (again is not { Outcome: Outcome.Proposal, Confidence: >= Restating.Sure })
                {
                    session.Recall(after);
                    _clauses = clauses;
                    return null;
                }
            }
            session.UndoesTo(before);
            _said.Add(new(alike, before, Stands: true));
            return again;
        }
        return null;
    }

    private Proposal Broken() => new(Outcome.Refusal, _broken!,
        ImmutableSortedDictionary<string, string>.Empty, Risk.Low, 1);

    private Proposal Understand(string turn, Session session)
    {
        _clauses = [];
        var lexemes = Lexemes(turn, session, out var words);
        if (words > MostWords)
        {
            return TooMuch(Outcome.Refusal, "Those are too many words for me at once: say one wish "
                + "after the other.");
        }
        var sentences = ClauseSplitter.Sentences(lexemes, Particles.English);
        var starts = sentences.ConvertAll(ClauseSplitter.Starts);
        if (starts.Sum(s => s.Count) > MostClauses)
        {
            return TooMuch(Outcome.Refusal, "Those are too many wishes for me at once: say one "
                + "after the other.");
        }
        var clauses = Ways.Read(
            [.. sentences.Zip(starts, ClauseSplitter.Clauses).SelectMany(c => c)], session);
        var pending = session.Pending;
        if (pending is not null)
        {
            session.Pending = null;
            var answer = clauses.FindIndex(c => pending.Fill(c));
            if (answer >= 0)
            {
                _clauses = clauses;
                return Present(Answered.With(
                    pending, clauses[(answer + 1)..], session));
            }
        }
        var best = new Ways(session, sentences, starts).Best(
            clauses, answers: pending is not null);
        _clauses = best.Clauses;
        return Present(best.Result);
    }

    /// <param name="count">Words it has; too many are not read.</param>
    private List<Lexeme> Lexemes(string turn, Session session, out int count)
    {
        var (state, ofJobs) = (session.Draft.State, session.About?.Subject is JobSubject);
        if (_heard is { } heard && heard.Turn == turn && ReferenceEquals(heard.State, state)
            && heard.OfJobs == ofJobs)
        {
            count = heard.Count;
            return heard.Lexemes;
        }
        var words = Hearing.Words(turn);
        count = words.Count;
        if (count > MostWords)
        {
            return [];
        }
        session.Effort.Spend(Effort.Word * count);
        var lexemes = Hearing.Lexemes(turn, words, NameTable.Of(state), ofJobs);
        _heard = new(turn, state, ofJobs, count, lexemes);
        return lexemes;
    }

    private Proposal Present(TurnResult result) =>
        Made(result.Outcome, result.Message, result.Confidence, result.Suggestions) with
        {
            Listing = result.Listing,
        };

    /// <summary>For us; a model may read more at once.</summary>
    private Proposal TooMuch(Outcome outcome, string message) =>
        Made(outcome, message, 1, []) with { IsBeyond = true };

    private Proposal Made(
        Outcome outcome, string message, double confidence, ImmutableArray<string> suggestions)
    {
        var files = _session?.Draft.Files ?? _files;
        var changed = files.ChangedFrom(_files)
            .ToImmutableSortedDictionary(f => f, f => files[f] ?? "", StringComparer.Ordinal);
        return new(outcome, message, changed, _session?.Risk ?? Risk.Low, confidence)
        {
            IsBeyond = outcome is Outcome.Question or Outcome.Refusal
                && (confidence < Account.Threshold || Refusals.IsElsewhere(message)
                    || (outcome == Outcome.Question && Account.Unread(_clauses).Any())),
            Scope = Scope(changed.Count),
            Suggestions = suggestions,
        };
    }

    private ImmutableArray<ResourceId> Scope(int changed)
    {
        if (_session is null || changed == 0)
        {
            return [];
        }
        var before = _session.BaseState.Resources;
        var after = _session.Draft.State.Resources;
        return [.. before.Keys.Union(after.Keys).Where(id =>
            !before.TryGetValue(id, out var old) || !after.TryGetValue(id, out var made)
            || old.Spec.Digest() != made.Spec.Digest()).Order()];
    }
}

/// <summary>A turn's words, as they are recognised beside that state.</summary>
internal sealed record Heard(
    string Turn, DesiredState State, bool OfJobs, int Count, List<Lexeme> Lexemes);

/// <summary>A sentence of the conversation.</summary>
/// <param name="Before">The moment before it was said.</param>
/// <param name="Stands">It came to a proposal.</param>
internal sealed record Saying(string Text, Moment Before, bool Stands);
