using System.Collections.Immutable;
using Loam.Core;

namespace Loam.Api.Conversing;

/// <summary>What people said over the API, by conversation, as it came in: what their words cover
/// is read from here. Bounded; what is forgotten covers nothing any more.</summary>
internal sealed class HeardWords
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Person, string Session), ImmutableArray<string>> _said = [];
    private readonly LinkedList<(string Person, string Session)> _order = [];

    /// <returns>All that was said in it, the oldest first.</returns>
    public ImmutableArray<string> Hear(string person, string session, string words)
    {
        var key = (person, session);
        lock (_gate)
        {
            ImmutableArray<string> said = [.. _said.GetValueOrDefault(key, []), words];
            while (said.Length > 1 && (said.Length > Limits.MindTurns
                || said.Sum(s => (long)s.Length) > Limits.SaidLetters))
            {
                said = said.RemoveAt(0);
            }
            _order.Remove(key);
            _order.AddLast(key);
            _said[key] = said;
            if (_order.Count > Limits.HeardSessions)
            {
                _said.Remove(_order.First!.Value);
                _order.RemoveFirst();
            }
            return said;
        }
    }

    public void Forget(string person, string session)
    {
        lock (_gate)
        {
            _said.Remove((person, session));
            _order.Remove((person, session));
        }
    }
}
