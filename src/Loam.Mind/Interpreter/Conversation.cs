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
        var before = _session.Draft.Files;
        try
        {
            return Understand(turn, _session);
        }
        catch (InvalidDraftException invalid)
        {
            _session.Draft.Restore(before);
            return Made(Outcome.Refusal, $"That would not be valid: {invalid.Message}", 1, []);
        }
        catch (EditException fault)
        {
            _session.Draft.Restore(before);
            return Made(
                Outcome.Refusal, $"I can't edit the files for that: {fault.Message}", 1, []);
        }
    }

    private Proposal Broken() => new(Outcome.Refusal, _broken!,
        ImmutableSortedDictionary<string, string>.Empty, Risk.Low, 1);

    private Proposal Understand(string turn, Session session)
    {
        var words = Normaliser.Words(turn, Lexicon.English);
        if (words.Count > MostWords)
        {
            return Made(Outcome.Refusal, "Those are too many words for me at once: say one wish "
                + "after the other.", 1, []);
        }
        var names = new NameTable(session.Draft.State);
        words = new CommandFinder(Lexicon.English, names).Gather(words, turn,
            expected: session.About?.Subject is Subjects.Jobs.JobSubject);
        var recogniser = new Recogniser(Lexicon.English, names);
        var clauses = ClauseSplitter.Split(recogniser.Read(words), Particles.English);
        if (clauses.Count > MostClauses)
        {
            return Made(Outcome.Refusal, "Those are too many wishes for me at once: say one after "
                + "the other.", 1, []);
        }
        for (var at = 0; at < clauses.Count; at++)
        {
            ClauseReader.Read(clauses[at], new(session, clauses[..at]));
        }
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
