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

namespace Loam.Mind.Interpreter;

/// <summary>Turns that lead to one proposal. Each turn adds to it, revises it, takes the turn
/// before back, or answers the question that is open.</summary>
public sealed class Conversation
{
    /// <summary>Characters of one turn; more is no sentence.</summary>
    private const int LongestTurn = 2000;

    private const int MostWords = 250;
    private const int MostClauses = 24;

    private readonly Session? _session;
    private readonly string? _broken;
    private readonly StateSet _files;

    /// <summary>The sentence that stands, and the moment before it was said.</summary>
    private (string Text, Moment Before)? _last;

    /// <summary>The clauses of the turn that was read last.</summary>
    private List<Clause> _clauses = [];

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

    /// <summary>Takes one turn and says what the conversation has come to.</summary>
    public Proposal Say(string turn)
    {
        if (_session is null)
        {
            return Broken();
        }
        if (turn.Length > LongestTurn)
        {
            return Made(Outcome.Refusal, $"That is too long for me: say it in fewer than "
                + $"{LongestTurn} characters, one wish after the other.", 1, []);
        }
        var before = _session.Remember();
        var plain = Attempt(turn, _session);
        var restated = Restated(turn, before, plain, _session);
        if (restated is null && plain.Outcome is Outcome.Proposal or Outcome.Question
            or Outcome.NoChange)
        {
            _last = (before.Pending is null || _last is null ? turn : $"{_last.Value.Text} {turn}",
                before.Pending is null || _last is null ? before : _last.Value.Before);
        }
        return restated ?? plain;
    }

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
        if (_last is not { } last || !Restating.Wants(plain, _clauses))
        {
            return null;
        }
        var after = session.Remember();
        var earlier = Lexemes(last.Text, session, out _);
        foreach (var text in Restating.Of(last.Text, earlier, turn, _clauses))
        {
            if (text.Length > LongestTurn)
            {
                break;
            }
            session.Recall(last.Before);
            var again = Attempt(text, session);
            if (again is { Outcome: Outcome.Proposal, Confidence: >= Restating.Sure }
                && session.Draft.Files.ChangedFrom(before.Now.Files).Any())
            {
                session.UndoesTo(before);
                _last = (text, last.Before);
                return again;
            }
        }
        session.Recall(after);
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
            return Made(Outcome.Refusal, "Those are too many words for me at once: say one wish "
                + "after the other.", 1, []);
        }
        var clauses = ClauseSplitter.Split(lexemes, Particles.English);
        if (clauses.Count > MostClauses)
        {
            return Made(Outcome.Refusal, "Those are too many wishes for me at once: say one after "
                + "the other.", 1, []);
        }
        for (var at = 0; at < clauses.Count; at++)
        {
            ClauseReader.Read(clauses[at], new(session, clauses[..at]));
        }
        _clauses = clauses;
        if (session.Pending is { } pending)
        {
            session.Pending = null;
            if (clauses.Count > 0 && clauses.Exists(c => pending.Fill(c)))
            {
                return Present(new TurnRun(session, pending.Clauses, trusted: true).Go());
            }
        }
        return Present(new TurnRun(session, clauses, trusted: false).Go());
    }

    /// <summary>"Ticket 4711: …": the number is of no port.</summary>
    private static List<Word> WithoutNumberOfTicket(List<Word> words)
    {
        var number = words.Count > 2 && words[0].Text is "ticket" or "issue" or "case"
            or "incident" or "request" or "req" or "bug" or "change" or "chg" or "task"
            ? words[1].Text is "no" or "nr" or "number" or "id" ? 2 : 1 : 0;
        var end = number > 0 && number < words.Count && words[number].Text.TrimStart('#').Any(
            char.IsAsciiDigit) ? number + 1 : 0;
        return end > 0 && end < words.Count && words[end].Text is ":" or "," or "-" or "."
            ? words[(end + 1)..] : words;
    }

    /// <param name="count">Words it has; too many are not read.</param>
    private static List<Lexeme> Lexemes(string turn, Session session, out int count)
    {
        var words = WithoutNumberOfTicket(Normaliser.Words(turn, Lexicon.English));
        count = words.Count;
        if (count > MostWords)
        {
            return [];
        }
        var names = new NameTable(session.Draft.State);
        words = new CommandFinder(Lexicon.English, names).Gather(words, turn,
            expected: session.About?.Subject is Subjects.Jobs.JobSubject);
        return new Recogniser(Lexicon.English, names).Read(words);
    }

    private Proposal Present(TurnResult result) =>
        Made(result.Outcome, result.Message, result.Confidence, result.Suggestions);

    private Proposal Made(
        Outcome outcome, string message, double confidence, ImmutableArray<string> suggestions)
    {
        var files = _session?.Draft.Files ?? _files;
        var changed = files.ChangedFrom(_files)
            .ToImmutableSortedDictionary(f => f, f => files[f] ?? "", StringComparer.Ordinal);
        return new(outcome, message, changed, _session?.Risk ?? Risk.Low, confidence)
        {
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
