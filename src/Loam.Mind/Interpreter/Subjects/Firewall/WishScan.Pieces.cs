using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Where a piece of the sentence turns, and what it takes over from the one before.
/// </summary>
internal sealed partial class WishScan
{
    /// <summary>"He comes from 10.1.2.3 and needs ssh from that address only": the address is that
    /// of both.</summary>
    private void SharePlace()
    {
        for (var at = _groups.Count - 1; at > 0; at--)
        {
            var (before, group) = (_groups[at - 1], _groups[at]);
            if (group is { HasSource: false, Ports.Count: > 0 } && before is { Act: Act.None,
                Sources.Count: > 0, Rate: null, Log: null } && _words.HasText("that address",
                "this address", "that ip", "this ip", "that host", "this host", "there"))
            {
                group.Sources = [.. before.Sources];
                _groups.RemoveAt(at - 1);
            }
        }
    }

    /// <summary>Words that say all of it: "… is enough", "keep … out".</summary>
    private bool Whole(int at)
    {
        if (_words.Is(at, "enough") && _group.HasOperand)
        {
            Suffices();
            return true;
        }
        if (_words.KeepsOut(at))
        {
            Say(Act.Block, strong: true);
            return true;
        }
        return false;
    }

    /// <summary>What stands between here and the next comma.</summary>
    private bool PieceHas(int at, Func<int, bool> wanted)
    {
        for (var next = at + 1; next < _clause.Count && !_clause[next].IsGlue("comma")
            && !_clause[next].IsGlue("but"); next++)
        {
            if (wanted(next))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A comma: "no http, https only" and "off the internet, 10.0.0.0/8 is enough" turn
    /// there.</summary>
    private void Turns(int at)
    {
        if (_group is { IsBlock: true, OwnAct: true, HasOperand: true } && PieceHas(at, next =>
            _words.Is(next, "enough") || _clause[next].IsGlue("only")
                && PieceHas(at, n => PortNames.Of(_clause[n]) is not null
                    || _words.IsPortNumber(n)) && !PieceHas(at, n => _words.IsAct(n)
                    || PortNames.Network(_clause[n]) is not null)))
        {
            Next();
            (_group.Act, _group.OwnAct) = (Act.Allow, false);
        }
    }

    /// <summary>"10.0.0.0/8 is enough": nobody else, and what was spoken of.</summary>
    private void Suffices()
    {
        var before = _groups.Count > 1 ? _groups[^2] : null;
        (_group.Act, _group.OwnAct) = (Act.Allow, true);
        if (_group.Ports.Count == 0 && before is { IsBlock: true, Ports.Count: > 0 })
        {
            _group.Ports = [.. before.Ports];
            before.Void = true;
        }
        _group.Only |= _group.HasSource;
    }

    /// <summary>What follows is another thing for the same people.</summary>
    private void Alike()
    {
        var before = _group;
        Next();
        (_group.OwnAct, _group.Strong, _group.Lan) = (before.OwnAct, before.Strong, before.Lan);
        (_group.Anywhere, _group.Also, _group.Only) = (before.Anywhere, before.Also, before.Only);
        _group.Sources = [.. before.Sources];
    }

    private void Next()
    {
        var before = _group;
        _group = new() { Act = before.Act, Direction = before.Direction };
        if (before.Direction == PacketDirection.Output && before.Destinations.Count > 0)
        {
            _group.Direction = null;
        }
        _groups.Add(_group);
    }
}
