using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Loam.Api;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Context;
using Loam.Mind.Interpreter;
using Loam.MindHost.Storing;

namespace Loam.MindHost;

/// <summary>A conversation of one person, about one state.</summary>
internal sealed class OpenSession(int generation, Conversation conversation)
{
    private ImmutableArray<SaidTurn> _turns = [];

    public int Generation => generation;

    public Conversation Conversation => conversation;

    /// <summary>Turns come one after the other.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    private (string Turn, Proposal Made)? _unanswered;

    /// <summary>Who answered last; null: nobody yet.</summary>
    public string? LastBy { get; private set; }

    /// <summary>What the interpreter makes of it. Said again because a person had to allow
    /// something first, it is one turn.</summary>
    public Proposal Reflex(string turn)
    {
        if (_unanswered is not { } before || before.Turn != turn)
        {
            _unanswered = (turn, conversation.Say(turn));
        }
        return _unanswered.Value.Made;
    }

    public void Answered(string? by) => (_unanswered, LastBy) = (null, by);

    /// <summary>What was said, oldest first.</summary>
    public ImmutableArray<SaidTurn> Turns => _turns;

    public void Add(SaidTurn turn) => _turns = _turns.Length < Limits.MindTurns
        ? _turns.Add(turn) : _turns.RemoveAt(0).Add(turn);

    /// <summary>What the person said before, and somebody else answered.</summary>
    public void Hear(IReadOnlyList<string> before, int over)
    {
        if (!_turns.IsEmpty)
        {
            return;
        }
        var first = Math.Max(0, before.Count - Limits.MindTurns);
        conversation.Recall(before.Take(over).Skip(first));
        foreach (var turn in before.Skip(Math.Max(first, over)))
        {
            conversation.Say(turn);
        }
        foreach (var turn in before.Skip(first))
        {
            Add(new(true, turn));
        }
    }
}

/// <summary>Conversations by person and name. Nobody reaches another person's.</summary>
internal sealed class Sessions(SessionStore store)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string, string), OpenSession> _open = [];
    private readonly LinkedList<(string, string)> _order = [];

    /// <param name="name">Null: one that nobody comes back to.</param>
    public OpenSession Of(string person, string? name, MachineView view, DateTimeOffset now)
    {
        if (name is null)
        {
            return new(view.Generation, new(view.State, now));
        }
        var key = (person, name);
        if (At(key) is { } at && at.Generation == view.Generation)
        {
            return at;
        }
        var fresh = Resumed(store.Turns(person, name), view, now);
        lock (_gate)
        {
            if (_open.TryGetValue(key, out var open) && open.Generation == view.Generation)
            {
                return open;
            }
            if (fresh.Turns.IsEmpty && open is not null)
            {
                // It could not be kept: what is remembered of it is what was said.
                open.Turns.ToList().ForEach(fresh.Add);
            }
            Remember(key, fresh);
            return fresh;
        }
    }

    /// <summary>On disk when it returns, unless the store says why not.</summary>
    public void Keep(string person, string? name, KeptTurn turn)
    {
        if (name is not null)
        {
            store.Add(person, name, turn);
        }
    }

    public IReadOnlyList<SessionLine> List(string person) => store.List(person);

    public bool Forget(string person, string name)
    {
        lock (_gate)
        {
            _order.Remove((person, name));
            var was = _open.Remove((person, name));
            return store.Forget(person, name) || was;
        }
    }

    /// <summary>What the texts that were proposed come to.</summary>
    public static string? DigestOf(IEnumerable<KeyValuePair<string, string>> texts)
    {
        // Fresh secrets are in the state as something else.
        var told = texts.Where(t => t.Key != SecurityFile.File)
            .OrderBy(t => t.Key, StringComparer.Ordinal).ToList();
        var all = string.Join('\0', told.Select(t => $"{t.Key}\0{t.Value}"));
        return told.Count == 0 ? null : string.Join(' ', told.Select(t => t.Key)) + " "
            + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }

    /// <summary>As it was left, on the state as it is now. What was proposed and is in force is
    /// remembered and not said again, and so is what nobody approved while it was open; what was
    /// proposed just now is proposed anew.</summary>
    private static OpenSession Resumed(
        List<KeptTurn> kept, MachineView view, DateTimeOffset now)
    {
        var conversation = new Conversation(view.State, now);
        var done = kept.FindLastIndex(t => t.Generation != view.Generation
            && (t.At < now - Limits.PlanLifetime
                || (t.Digest is not null && IsInForce(t.Digest, view.State))));
        conversation.Recall(kept.Take(done + 1).Select(t => t.Asked));
        foreach (var turn in kept.Skip(done + 1))
        {
            conversation.Say(turn.Asked);
        }
        var session = new OpenSession(view.Generation, conversation);
        session.Answered(kept.LastOrDefault()?.By);
        foreach (var turn in kept)
        {
            session.Add(new(true, turn.Asked));
            session.Add(new(false, turn.Said));
        }
        return session;
    }

    private static bool IsInForce(string digest, StateSet state)
    {
        var files = digest.Split(' ')[..^1];
        return DigestOf(files.Select(f => KeyValuePair.Create(f, state[f] ?? ""))) == digest;
    }

    private OpenSession? At((string, string) key)
    {
        lock (_gate)
        {
            return _open.GetValueOrDefault(key);
        }
    }

    private void Remember((string, string) key, OpenSession session)
    {
        if (!_open.ContainsKey(key))
        {
            _order.AddLast(key);
        }
        _open[key] = session;
        while (_order.Count > Limits.MindSessions)
        {
            _open.Remove(_order.First!.Value);
            _order.RemoveFirst();
        }
    }
}
