using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Mind.Context;
using Loam.Mind.Interpreter;

namespace Loam.MindHost;

/// <summary>A conversation of one person, about one state.</summary>
internal sealed class OpenSession(int generation, Conversation conversation)
{
    private ImmutableArray<SaidTurn> _turns = [];

    public int Generation => generation;

    public Conversation Conversation => conversation;

    /// <summary>What was said, oldest first.</summary>
    public ImmutableArray<SaidTurn> Turns => _turns;

    public void Add(SaidTurn turn) => _turns = _turns.Length < Limits.MindTurns
        ? _turns.Add(turn) : _turns.RemoveAt(0).Add(turn);

    /// <summary>What the person said before, and somebody else answered.</summary>
    public void Hear(IEnumerable<string> before)
    {
        if (_turns.IsEmpty)
        {
            foreach (var turn in before.TakeLast(Limits.MindTurns))
            {
                Add(new(true, turn));
            }
        }
    }
}

/// <summary>Conversations by person and name. Nobody reaches another person's.</summary>
internal sealed class Sessions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string, string), OpenSession> _open = [];
    private readonly LinkedList<(string, string)> _order = [];

    /// <param name="name">Null: one that nobody comes back to.</param>
    public OpenSession Of(string person, string? name, MachineView view, DateTimeOffset now)
    {
        var fresh = new OpenSession(view.Generation, new(view.State, now));
        if (name is null)
        {
            return fresh;
        }
        var key = (person, name);
        lock (_gate)
        {
            if (_open.TryGetValue(key, out var open) && open.Generation == view.Generation)
            {
                return open;
            }
            if (!_open.ContainsKey(key))
            {
                _order.AddLast(key);
            }
            _open[key] = fresh;
            while (_order.Count > Limits.MindSessions)
            {
                _open.Remove(_order.First!.Value);
                _order.RemoveFirst();
            }
            return fresh;
        }
    }
}
