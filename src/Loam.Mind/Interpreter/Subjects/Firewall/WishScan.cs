using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Reads a clause as a wish about packets, taking no word of it: whoever claims the
/// clause marks what was understood.</summary>
internal sealed partial class WishScan
{
    private readonly Clause _clause;
    private readonly ScanWords _words;
    private readonly HashSet<int> _taken = [];
    private readonly List<Group> _groups = [new()];
    private Group _group;
    private bool _negated;
    private int _negatedAt = -1;

    private bool _andBefore;

    /// <summary>Where the last port was said.</summary>
    private int _portAt = -1;

    private int _at;

    /// <summary>The last ports said by number and without a protocol.</summary>
    private Port? _numbered;

    private WishScan(Clause clause)
    {
        _clause = clause;
        _words = new(clause);
        _group = _groups[0];
    }

    public List<Group> Groups => _groups;
    public ScanWords Words => _words;

    /// <summary>Places of values that were read.</summary>
    public IReadOnlySet<int> Taken => _taken;
    public bool HasAddress { get; private set; }

    /// <summary>A port by its well-known name that no service bears.</summary>
    public bool HasNamedPort { get; private set; }
    public bool HasNumber { get; private set; }
    public bool HasThing { get; private set; }

    public static WishScan Of(Clause clause)
    {
        var scan = new WishScan(clause);
        for (var at = scan._words.Begin(); at < clause.Count && !scan._words.Concedes(at); at++)
        {
            if (clause[at].Text is "because" && scan._group.Ports.Exists(p => p.Thing is null))
            {
                break;
            }
            if (!scan._taken.Contains(at))
            {
                scan.Read(at);
            }
        }
        if (scan._words.Anyway() is > 0 and var aside)
        {
            scan.Take(aside, clause.Count - 1);
        }
        scan.Settle();
        scan.Published();
        scan.Referred();
        scan.SharePorts();
        scan.SharePlace();
        scan._groups.ForEach(g => g.Outwards(g.Towards));
        // "Only allow ssh 3 times per minute": so often, and not this alone.
        scan._groups.ForEach(g => g.Only &= g.Rate is null || g.HasSource);
        // "Http isn't needed, drop 80 from the web rule" says one thing twice.
        scan._groups.RemoveAll(g => g is { IsBlock: true, Rules.Count: 0, Ports.Count: > 0,
            HasSource: false } && scan._groups.Exists(o => o is { IsBlock: true, Rules.Count: > 0,
                Ports.Count: > 0 } && g.Ports.SelectMany(p => p.Gates).All(gate => o.Ports.Exists(
                    p => p.Gates.Any(x => x.Ports == gate.Ports)))));
        // "Drop telnet, no answer at all" says one thing twice.
        scan._groups.RemoveAll(g => g is { OwnAct: true, Ports.Count: 0, HasSource: false,
            Direction: null, Rate: null, Log: null, Protocols.Count: 0, Everything: false,
            Else: false, Interface: null, Rules.Count: 0, Destinations.Count: 0 }
            && scan._groups.Exists(o => o != g && (o.Ports.Count > 0 || o.HasSource)
                && o.OwnAct && (o.IsBlock ? g.IsBlock : o.IsAllow && g.IsAllow)));
        // "… but let 10.1.2.3 through" is a clause of its own.
        scan._groups.RemoveAll(g => scan._groups.Count > 1 && g is { OwnAct: false, Rate: null,
            Log: null, HasOperand: false, Protocols.Count: 0, Only: false });
        scan._groups.RemoveAll(g => g == new Group() || !g.HasOperand && g.Act == Act.None
            && g.Rate is null && g.Protocols.Count == 0 && g.Log is null || g.Void);
        return scan;
    }

    private void Read(int at)
    {
        _andBefore = _words.AndBefore(at);
        _at = at;
        if (Rate(at) || Address(at) || Numbers(at) || Protocol(at) || Things(at))
        {
            return;
        }
        if (_clause[at].IsGlue("comma"))
        {
            Settle();
            Turns(at);
            if (_group is { OwnAct: true, IsBlock: true, HasOperand: true } && _words.Spares(at))
            {
                Except();
            }
        }
        Mood(at);
        Acts(at);
        Places(at);
    }

    /// <summary>"Make ssh accessible": the verb was said in two parts.</summary>
    private void Published()
    {
        var needless = _clause.Verb is "remove" && _clause.Lexemes.Any(l => l.IsVerb("publish"));
        if (_groups.TrueForAll(g => g.Act == Act.None)
            && (needless || _clause.Verb is "publish" or "unpublish"))
        {
            _groups.ForEach(g => g.Act = _clause.Verb == "publish" ? Act.Allow : Act.Block);
        }
        // "Kick 192.0.2.10 out"
        foreach (var group in _groups.Where(g => g is { Act: Act.None, Sources.Count: > 0,
            Ports.Count: 0, Rules.Count: 0 } && _clause.Verb == "remove"
            && _words.HasText("kick", "throw", "chuck", "boot")))
        {
            (group.Act, group.OwnAct, group.Strong) = (Act.Block, true, true);
        }
        // "Stop forwarding", "mail needs 25, 465 and 993"
        if (_clause.Lexemes.All(l => l.Text is "stop forwarding" || l.Readings[0].Part
            == Part.Noise) && _words.HasText("stop forwarding"))
        {
            (_group.Direction, _group.Act) = (PacketDirection.Forward, Act.Block);
        }
        foreach (var group in _groups.Where(g => g is { Act: Act.None, HasSource: false }
            && _words.NeedsPorts))
        {
            (group.Act, group.OwnAct) = (Act.Allow, true);
        }
        foreach (var group in _groups.Where(g => g is { Act: Act.None, HasOperand: false,
            Direction: PacketDirection.Forward }))
        {
            group.Act = _words.HasText("no") || _clause.Verb is "stop" or "remove" ? Act.Block
                : _clause.Verb is "start" or "create" or "have" || _words.Has("enable")
                    ? Act.Allow : Act.None;
        }
        // "Turn ping off"
        if (_groups.TrueForAll(g => g.Act == Act.None) && _clause.Verb is "stop" or "start"
            && !_clause.IsInherited)
        {
            foreach (var group in _groups.Where(g => g is { Log: null, Rate: null,
                Ports.Count: > 0 } && g.Ports.TrueForAll(p => p is { Thing: null, Numbered: false,
                Name.Length: > 0 })))
            {
                (group.Act, group.OwnAct) = (_clause.Verb == "start" ? Act.Allow : Act.Block, true);
            }
        }
        // "No http, https only": what only is allowed is not what was shut out before.
        foreach (var group in _groups.Where(g => g is { Only: true, OwnAct: false, IsBlock: true,
            Ports.Count: > 0 }))
        {
            group.Act = Act.Allow;
        }
    }

    /// <summary>"We don't need http any more, shut it": it is what was named before.</summary>
    private void Referred()
    {
        for (var at = _groups.Count - 1; at > 0; at--)
        {
            var (before, it) = (_groups[at - 1], _groups[at]);
            if (it is { Refers: true, OwnAct: true, Ports.Count: 0, HasSource: false, Else: false,
                    Everything: false, Rules.Count: 0, Log: null, Rate: null }
                && before is { HasOperand: true, Only: false, Else: false, SparedFrom: null,
                    Log: null, Rate: null }
                && (!before.Strong || before.IsBlock == it.IsBlock))
            {
                (before.Act, before.OwnAct, before.Guessed) = (it.Act, true, false);
                before.Strong |= it.Strong;
                before.Interface ??= it.Interface;
                _groups.RemoveAt(at);
            }
        }
    }

    /// <summary>"Block everyone but 10.1.2.3 from ssh": the port is that of both.</summary>
    private void SharePorts()
    {
        foreach (var group in _groups.Where(g => g is { SourceFirst: true, Ports.Count: > 0,
            SparedFrom: { OwnAct: true, Anywhere: true, Everything: false, Else: false,
                Ports.Count: 0, Sources.Count: 0, Rules.Count: 0 } }))
        {
            group.SparedFrom!.Ports = [.. group.Ports];
        }
        // "8080 from anywhere but 10.1.2.0/24": nobody said an act, so it is opened, and shut
        // for those.
        foreach (var group in _groups.Where(g => g is { Act: Act.Allow, Sources.Count: > 0,
            SparedFrom: { Act: Act.None, Anywhere: true, Only: false, Ports.Count: > 0 } }))
        {
            (group.SparedFrom!.Act, group.SparedFrom.OwnAct) = (Act.Allow, true);
            group.Act = Act.Block;
        }
    }

    /// <summary>A negation reaches no further than the part of the sentence it stands in.
    /// </summary>
    private void Settle()
    {
        // "Only the vpn gets ssh, the office does not need it": that is said already.
        var again = _group is { Only: true, Sources.Count: > 0, Ports.Count: > 0 }
            && _negatedAt > _portAt && Enumerable.Range(_portAt, Math.Max(0, _negatedAt - _portAt))
                .Any(at => at >= 0 && _clause[at].IsGlue("comma"));
        if (_negated && !again && _group is { OwnAct: false, HasOperand: true })
        {
            Say(Act.Allow, strong: false);
            _group.Guessed = true;
        }
        _negated = false;
    }

    /// <summary><c>10/minute</c>, "10 connections per minute", "30 a minute".</summary>
    private bool Rate(int at)
    {
        if (_words.RateAt(at, out var end) is not { } rate)
        {
            return false;
        }
        if (_words.IsInsteadOf(at))
        {
            Take(at, at);
            return true;
        }
        // "Close 3001, ssh 5/minute": who is limited is not shut.
        if (_group is { IsBlock: true, Ports.Count: > 1, HasSource: false, Rate: null })
        {
            var limited = _group.Ports[^1];
            _group.Ports.RemoveAt(_group.Ports.Count - 1);
            Next();
            _group.Act = Act.None;
            _group.Ports.Add(limited);
        }
        _group.Rate = rate;
        if (at > 0 && _clause[at - 1].IsField("schedule"))
        {
            Take(at - 1, at - 1);
        }
        // "5 ssh logins a minute": of what it is stands between.
        Take(at, at);
        Take(end, end);
        return true;
    }

    private bool Address(int at)
    {
        if (PortNames.Network(_clause[at]) is not { } network)
        {
            return false;
        }
        HasAddress = true;
        Take(at, at);
        if (network is "127.0.0.1" or "::1")
        {
            HasAddress = _groups.Exists(g => g.Sources.Count > 0);
            return true;
        }
        if (_words.Precedes(at, "outside"))
        {
            _group.Outside = true;
        }
        if (_words.IsDestination(at, _group))
        {
            _group.Destinations.Add(network);
            _group.Direction ??= PacketDirection.Output;
            return true;
        }
        var listed = at > 1 && _words.JointBefore(at)
            && PortNames.Network(_clause[at - 2]) is not null;
        if (!listed && (_group.ActLater || _group.SourceFirst && _words.Follows(at, "from"))
            && _group.Sources.Count > 0 && _group.Ports.Count > 0)
        {
            Next();
        }
        _group.SourceFirst |= _group.Ports.Count == 0 && _group.Sources.Count == 0;
        _group.Towards |= _words.Follows(at, "to");
        _group.Sources.Add(network);
        return true;
    }

    private bool Numbers(int at)
    {
        var lexeme = _clause[at];
        if (!_words.IsPortNumber(at))
        {
            return false;
        }
        if ((_group.Rate is not null || _group is { Only: true, Ports.Count: > 0 })
            && _words.IsInsteadOf(at))
        {
            // "10 pings a second instead of 5"
            Take(at, at);
            return true;
        }
        var gates = PortNames.Numbers(lexeme.Unit is "tcp" or "udp" || !lexeme.IsNumber
            ? lexeme.Text : lexeme.Original);
        var end = at;
        if (_words.RangeAt(at, out var range, out var last))
        {
            (gates, end) = ([new(null, range)], last);
        }
        if (gates.IsEmpty)
        {
            return false;
        }
        HasNumber = true;
        _group.Begins |= _words.Begins(at);
        Take(at, end);
        if (_words.ProtocolBefore(at) is { } protocol)
        {
            gates = [.. gates.Select(g => g with { Protocol = g.Protocol ?? protocol })];
        }
        if (_group.Ports is [.., var named] && (named.Thing is not null || named.Name.Length > 0)
            && _words.BelongsToName(at))
        {
            _numbered = new(named.Name.Length > 0 ? named.Name
                : named.Thing!.Text.Replace(' ', '-'), gates, null) { Numbered = true };
            _group.Ports[^1] = _numbered;
            return true;
        }
        _numbered = new("", gates, null);
        Add(_numbered);
        return true;
    }

    private bool Protocol(int at)
    {
        var text = _clause[at].Text;
        if (text is not ("tcp" or "udp" or "tcp/udp" or "udp/tcp"))
        {
            return false;
        }
        Take(at, at);
        foreach (var word in text.Split('/'))
        {
            var protocol = word == "tcp" ? PacketProtocol.Tcp : PacketProtocol.Udp;
            if (!_words.NumberFollows(at) || _group.Ports is [.., { Thing: null } last]
                && last.Gates.Any(g => g.Protocol is null) && !_words.JointBefore(at))
            {
                Bind(protocol);
            }
        }
        return true;
    }

    /// <summary>"8000-8100 tcp", "53, both udp and tcp".</summary>
    private void Bind(PacketProtocol protocol)
    {
        var bound = false;
        for (var at = _group.Ports.Count - 1; at >= 0; at--)
        {
            var port = _group.Ports[at];
            if (port.Thing is null && port.Gates.Any(g => g.Protocol is null))
            {
                _group.Ports[at] = port with
                {
                    Gates = [.. port.Gates.Select(g => g with
                    {
                        Protocol = g.Protocol ?? protocol,
                    })],
                };
                _numbered = _group.Ports[at];
                bound = true;
            }
        }
        if (!bound && _group.Ports is [.., var last] && last == _numbered)
        {
            _numbered = last with
            {
                Gates = [.. last.Gates.Concat(last.Gates.Select(g => g with
                {
                    Protocol = protocol,
                })).Distinct()],
            };
            _group.Ports[^1] = _numbered;
        }
        else if (!bound)
        {
            _group.Protocols.Add(protocol);
        }
    }

    private bool Things(int at)
    {
        var lexeme = _clause[at];
        if (at == _words.Titled() || at > 0 && _clause[at - 1].Text is "called" or "named"
            or "call it" or "name it" && lexeme.Named(Known.Rule) is null)
        {
            Take(at, at);
            return true;
        }
        // "Block it like no-scanner": that rule stays as it is.
        if (lexeme.Role == Role.Model && lexeme.Named(Known.Rule) is not null)
        {
            Take(at, at);
            return true;
        }
        var named = PortNames.Of(lexeme);
        if (_words.InterfaceAt(at) is { } device)
        {
            _group.Interface = device;
            Take(at > 0 && _clause[at - 1].Is(Part.Topic, "interface") ? at - 1 : at, at);
            return true;
        }
        var ofRule = _words.IsRule(at) || _words.LosesPort(at);
        if (lexeme.Named(Known.Rule) is { } rule && (named is null || ofRule)
            && (lexeme.Named(Known.Service) is null || ofRule || IsTakenOut()))
        {
            if (_group.Ports.Count > 0 && _andBefore && !_words.IsRule(at))
            {
                // "Ssh and the intranet"
                Alike();
            }
            _group.Rules.Add(rule);
            Take(at, at);
            return true;
        }
        var thing = lexeme.Named(Known.Service) ?? lexeme.Named(Known.App)
            ?? lexeme.Named(Known.Role);
        if (named is null && thing is null || _words.IsAct(at) && thing is null && named is null)
        {
            return false;
        }
        if (named is null && lexeme.Named(Known.Service) is null && _words.AddressFollows(at))
        {
            // "The monitoring server 10.8.0.9" says whose address it is.
            return true;
        }
        if (named is null && IsSomebody(at))
        {
            // "The vpn's 10.8.0.0/24 shall not use ssh": not an app that is wished.
            Take(at, at);
            return true;
        }
        Take(at, at);
        HasNamedPort |= named is not null && lexeme.Named(Known.Service) is null;
        HasThing |= lexeme.Named(Known.Service) is not null || named is null;
        var target = thing is null ? null
            : new Target(lexeme.Text, lexeme.Namings, null, lexeme.Plural, null);
        if (_group.Ports is [.., { Thing: null, Name: "" } number]
            && (_words.IsPurpose(at) || named is { } same && same.Gates.Any(g =>
                number.Gates.Any(n => n.Ports == g.Ports))))
        {
            // "8080 for grafana", "22 (ssh)": the number is the port, the name its use.
            _group.Ports[^1] = number with { Name = named?.Name ?? lexeme.Text.Replace(' ', '-') };
            return true;
        }
        Add(new(named?.Name ?? "", named?.Gates ?? [], target));
        return true;
    }

    /// <summary>"The vpn", "the imaging people": who may, and not what runs here.</summary>
    private bool IsSomebody(int at) =>
        (_clause[at].Named(Known.Service) is null || _words.NamesPeople(at))
        && (_words.NamesNetwork(at) || _clause[at].Named(Known.Role) is not null
            && (_words.Follows(at, "from") || at + 1 < _clause.Count && (_words.Is(at + 1, "may")
                || _clause[at + 1].Text is "may" or "can")));

    /// <summary>"Remove a and b from the firewall": what is in there are rules.</summary>
    private bool IsTakenOut()
    {
        var at = _clause.Lexemes.ToList().FindIndex(l => l.IsField("firewall"));
        return _clause.Verb == "remove" && at > 1 && Enumerable.Range(0, at).Any(
            i => _clause[i].IsGlue("from") || _clause[i].IsGlue("in"));
    }

    private void Take(int from, int to)
    {
        for (var at = from; at <= to; at++)
        {
            _taken.Add(at);
        }
    }
}
