using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>What is to happen, to whom, and where one wish ends and the next begins.</summary>
internal sealed partial class WishScan
{
    private void Mood(int at)
    {
        var lexeme = _clause[at];
        if (_words.Complains(at) || _words.IsNotNumber(at) || Whole(at))
        {
            return;
        }
        if (_words.IsNobodyBut(at))
        {
            _group.Only = true;
            Take(at, lexeme.Text is "nobody but" or "no one but" ? at : at + 1);
            return;
        }
        if (Denies(at))
        {
            return;
        }
        var likewise = lexeme.Text == "just" && at + 1 < _clause.Count
            && _clause[at + 1].Text.Split(' ')[0] is "like" or "as";
        if (lexeme.IsGlue("only") && !likewise && !_words.LeadsToRate(at)
            || lexeme.Text.EndsWith(" only", StringComparison.Ordinal))
        {
            _group.Only = true;
            _group.OnlyPorts |= _group is { SourceFirst: true, Ports.Count: 0 }
                && (_words.LeadsToPort(at) || _words.Is(at + 1, "may")
                    && _words.LeadsToPort(at + 1));
            _group.OnlyAfterBlock |= _group is { OwnAct: true, IsBlock: true };
        }
        _group.Also |= lexeme.IsGlue("also") && !(lexeme.Text == "too"
            && at + 1 < _clause.Count && _clause[at + 1].Text is "many" or "much");
        _group.Only |= _words.Is(at, "onlyfor") && _words.NetworkFollows(at);
        Contrasts(at);
        if (_words.LogsIn(at))
        {
            May(at);
        }
        else if (_words.Is(at, "log")
            && !lexeme.Text.StartsWith("log in", StringComparison.Ordinal)
            // "Since we log all four rigs"
            && !(at > 1 && _clause[at - 1].Text is "we" or "they"
                && _clause[at - 2].Text is "since" or "because" or "as"))
        {
            if (_group is { OwnAct: true, HasOperand: true } && _words.JointBefore(at)
                && !_clause.Lexemes.Skip(at + 1).All(l => l.Is(Part.Reference)
                    || l.Readings[0].Part == Part.Noise))
            {
                Next();
                _group.Act = Act.None;
            }
            var ends = _words.IsLogOff(at) || at > 0 && _clause.Verb is "remove" or "stop"
                && _clause.Lexemes.Take(at).All(l => l.Is(Part.Verb)
                    || l.Readings[0].Part is Part.Noise or Part.Glue);
            _group.Log = !_negated && !ends;
            _negated = false;
        }
        if (lexeme.Is(Part.Reference) && lexeme.Key(Part.Reference) is "it" or "them"
            && lexeme.Text is not ("that" or "this" or "its" or "they" or "the one" or "one"))
        {
            _group.Refers = true;
        }
        _group.Refers |= lexeme.Text is "him" or "her" && _words.Is(at, "somebody")
            && _group is { OwnAct: true, HasOperand: false };
    }

    /// <summary>A word that denies was read.</summary>
    private bool Denies(int at)
    {
        var lexeme = _clause[at];
        if (!(lexeme.IsGlue("not") || lexeme.Text is "do not want" or "do not need"
            || _words.Is(at, "nobody") || _words.StopsAct(at)
            || lexeme.Text is "none" || _words.RefusesThing(at)))
        {
            return false;
        }
        if (_words.RefusesThing(at))
        {
            Refuses();
            return true;
        }
        if (LetsNothing(at))
        {
            _group.Act = Act.Block;
            return true;
        }
        if (_words.IsNobodyBesides(at) && _group is { OwnAct: true, IsAllow: true,
            HasSource: true })
        {
            _group.Only = true;
            Take(at, _words.PieceEnd(at));
            return true;
        }
        _group.Void |= lexeme.Text == "nothing" && _group is { OwnAct: true,
            HasOperand: false };
        (_negated, _negatedAt) = (!_group.Void, at);
        return true;
    }

    /// <summary>"Let nothing out on port 25".</summary>
    private bool LetsNothing(int at) => _clause[at].Text == "nothing"
        && _group is { OwnAct: true, IsAllow: true, HasOperand: false } && at + 1 < _clause.Count
        && (_words.Is(at + 1, "out") || _words.Is(at + 1, "in") || _words.Is(at + 1, "may")
            || _clause[at + 1].IsGlue("in") || _clause[at + 1].Text is "through");

    /// <summary>"But", "except": what follows is left out, or turns.</summary>
    private void Contrasts(int at)
    {
        var lexeme = _clause[at];
        if (_words.IsExcept(at) && lexeme.IsGlue("but") && _group.Ports.Count > 0
            && _words.TurnsToPort(at))
        {
            // "Http for everyone, but 3001 …": a wish of its own.
            Next();
            (_group.Act, _negated) = (Act.None, false);
        }
        else if (lexeme.IsGlue("but") && _group is { IsAllow: true, Sources.Count: > 0,
            Ports.Count: > 0 } && _words.TurnsToPort(at))
        {
            // "Ssh from 10.0.0.0/8, but http must not": the same people.
            var sources = _group.Sources;
            Next();
            (_group.Act, _group.Sources, _group.SourceFirst) = (Act.None, [.. sources], true);
        }
        else if (_words.IsExcept(at))
        {
            // "Block all but ssh"
            _group.Everything |= lexeme.Text is "all but" or "all except" or "everything but"
                or "anything but" && !_group.HasOperand;
            Except();
        }
        else if (lexeme.IsGlue("but") && _group.IsBlock && _group.OwnAct)
        {
            Next();
            _group.Act = Act.Allow;
        }
    }

    /// <summary>"No http"; in "only https, no http" the first is not what is refused.</summary>
    private void Refuses()
    {
        _negated = false;
        if (_group is { OwnAct: false, Only: true, Ports.Count: > 0 })
        {
            (_group.Act, _group.OwnAct) = (Act.Allow, true);
            Next();
        }
        Say(Act.Block, strong: true);
    }

    private void Acts(int at)
    {
        if (_words.IsInsteadOf(at) || (_group is { Log: not null, OwnAct: false }
            && (_words.IsAct(at) || _words.Is(at, "may"))
            && _clause[at].Text.EndsWith("ed", StringComparison.Ordinal)))
        {
            return;
        }
        if (_words.Is(at, "unblock") && !_words.IsBanNoun(at))
        {
            Say(Act.Unblock, strong: true);
        }
        else if (_words.Is(at, "lockdown") || _words.IsNoun(at))
        {
            if (_clause[at].Text == "opening")
            {
                Say(Act.Block, strong: false);
            }
            return;
        }
        else if (_words.Is(at, "bydefault"))
        {
            ByDefault(_clause[at].Text);
        }
        else if (_words.Is(at, "reject"))
        {
            Say(Act.Reject, strong: true);
        }
        else if (_words.Is(at, "block") && !_words.IsBanNoun(at))
        {
            // "No ban for 10.1.2.3"
            var none = at > 0 && _clause[at - 1].Text is "no" or "no more" or "without" or "never";
            Say(none ? Act.Unblock : Act.Block, strong: true);
        }
        else if (_words.ShutsOut(at))
        {
            Say(Act.Block, strong: true);
        }
        else if (_words.Is(at, "close") || _words.Is(at, "notin") && _words.Has("rule"))
        {
            Say(Act.Block, strong: false);
        }
        else if (_words.Is(at, "allow"))
        {
            Say(Act.Allow, strong: true);
        }
        else if (_words.Is(at, "open"))
        {
            Say(Act.Allow, strong: false);
        }
        else if (_words.Is(at, "may") && !(_words.Is(at, "in") && _words.Has("block"))
            || _words.KeepsOpen(at))
        {
            May(at);
        }
    }

    /// <summary>"Default deny", "accept by default".</summary>
    private void ByDefault(string text)
    {
        if (text.Contains("deny", StringComparison.Ordinal)
            || text.Contains("drop", StringComparison.Ordinal)
            || text.Contains("reject", StringComparison.Ordinal))
        {
            Say(Act.Block, strong: true);
            _group.ByDefault = true;
        }
        else if (text.Contains("allow", StringComparison.Ordinal)
            || text.Contains("accept", StringComparison.Ordinal))
        {
            Say(Act.Allow, strong: true);
            _group.ByDefault = true;
        }
    }

    /// <summary>"Reach", "use": they mean something beside a stronger word only if they turn it.
    /// </summary>
    private void May(int at)
    {
        // "The spammer uses 198.51.100.0/24 now": where he is, and no wish to let him.
        if (_group.Rules.Count > 0 && _clause[at].Text is "uses" or "use" or "can use"
            && !_group.OwnAct && _words.NetworkIsNext(at))
        {
            return;
        }
        if (_clause[at].Text is "keep" or "keeps" && _group is { OwnAct: true, IsBlock: true }
            && !_negated)
        {
            Next();
            (_group.Act, _group.OwnAct) = (Act.Allow, true);
        }
        else if (!_group.OwnAct || _negated && !_group.HasOperand)
        {
            Say(Act.Allow, strong: false);
        }
        else if (_negated && _negatedAt > 0)
        {
            Say(Act.Allow, strong: false);
        }
        _negated = false;
    }

    private void Say(Act act, bool strong)
    {
        // "Cut it off", "let them in"
        _group.Refers |= _clause[_at].Text.Split(' ') is { Length: > 1 } words
            && words.Any(w => w is "it" or "them" or "him") && !_group.HasOperand;
        if (_negated && act is Act.Block or Act.Reject && _group is { OwnAct: true, IsBlock: true })
        {
            // "Reject, not drop": the other word stands.
            _negated = false;
            return;
        }
        if (_negated)
        {
            act = act switch
            {
                Act.Allow => Act.Block,
                Act.Block or Act.Reject => Act.Unblock,
                _ => act,
            };
            _negated = false;
        }
        // "Everything except ssh should be closed": the act is that of everything.
        if (_group is { Whole: { Act: Act.None } whole, HasOperand: true })
        {
            (whole.Act, whole.OwnAct, whole.Strong) = (act, true, whole.Strong || strong);
            _group.Act = whole.IsBlock ? Act.Allow : Act.Block;
            return;
        }
        // "Ssh 5/minute, and close 3001": who is limited is not shut.
        if (_group is { OwnAct: false, Rate: not null, Ports.Count: > 0 } && act is Act.Block
            or Act.Reject && _at > 0 && ClauseSplitter.IsJoint(_clause[_at - 1]))
        {
            Next();
        }
        if (_group.OwnAct && _group.HasOperand && !(act == Act.Reject && _group.IsBlock)
            && !(strong && !_group.Strong && _group.Act == act))
        {
            Next();
        }
        // "Https only, close 80": what only is allowed is not what is shut.
        if (act is Act.Block or Act.Reject && _group is { Only: true, OwnAct: false,
            Ports.Count: > 0, HasSource: false } && _words.LeadsToPort(_at))
        {
            _group.Act = Act.Allow;
            _group.Only = false;
            Next();
        }
        _group.ActLater = _group.HasOperand;
        _group.Act = act;
        _group.OwnAct = true;
        _group.Strong |= strong;
        _group.ByDefault |= !_group.HasOperand && _words.SpeaksOfPolicy(_at);
    }

    private void Places(int at)
    {
        if (_words.Is(at, "out") && !_words.IsParticle(at) && !_words.LeavesOpen(at))
        {
            if (_negated && _clause[at].Text is "send" or "sending" && _negatedAt >= 0
                && _words.StopsAct(_negatedAt))
            {
                Say(Act.Allow, strong: true);
            }
            if (!_group.OfSame && !_words.SendsHere(at))
            {
                _group.Direction = PacketDirection.Output;
            }
        }
        else if (_words.Is(at, "in"))
        {
            _group.Everything |= _words.IsTraffic(at) && _group is { IsBlock: true, OwnAct: true,
                Ports.Count: 0 };
            _group.Direction ??= PacketDirection.Input;
        }
        else if (_clause[at].Text is "towards" or "toward" && !_words.LeadsOutside(at))
        {
            (_group.Direction, _group.Towards) = (PacketDirection.Output, true);
        }
        else if (_words.Is(at, "forward"))
        {
            _group.Direction = PacketDirection.Forward;
        }
        if (_words.Is(at, "else") && _words.StaysAsItIs(at))
        {
            Take(at, _words.PieceEnd(at));
        }
        else if (_words.Is(at, "else") && !_words.IsCompared(at))
        {
            Else(at);
        }
        else if (_words.Is(at, "lan"))
        {
            _group.Outside |= _words.Precedes(at, "outside");
            HasAddress = true;
            _group.Lan = true;
        }
        else if (_words.Is(at, "anywhere") && !_words.LeadsTo(at, "lan"))
        {
            _group.Anywhere = true;
        }
        else if (_clause[at].Text == "all" && _words.Follows(at, "for")
            && (_group.Ports.Count > 0 || _group is { Refers: true, OwnAct: true }))
        {
            _group.Anywhere = true;
        }
        else if (_words.Is(at, "everything") && !_words.IsHostEverything(at)
            && !(_group is { Refers: true, OwnAct: true } && _clause[at].Text is "completely"
                or "entirely"))
        {
            if (_group.Ports.Count > 0 && _group.OwnAct && _clause[at].Text is not ("completely"
                or "entirely" or "all" or "any"))
            {
                Next();
            }
            _group.Everything = _group.Ports.Count == 0 || _group.Everything;
        }
        else if (_clause[at].Text is "nothing" or "no traffic" or "no connections")
        {
            _group.Everything = true;
        }
    }

    private void Else(int at)
    {
        var text = _clause[at].Text;
        if (_group.Ports.Count > 0 || _group.HasSource || _group.Everything
            || _words.JointBefore(at) && _group is { OwnAct: true, IsAllow: true })
        {
            Next();
        }
        _group.Else = true;
        _group.OfSame = _words.IsOfSame(at);
        _group.Others = !_group.OfSame && _words.Follows(at, "from")
            || text is "nobody else" or "no one else" or "everyone else" or "everybody else"
                or "anyone else" or "anybody else" or "whoever else"
            || text.StartsWith("the rest of the ", StringComparison.Ordinal)
            || _words.IsRestOfPeople(at);
        _group.Nothing = !_group.Others && text.Split(' ')[0] is "nothing" or "nowhere" or "no"
            && _clause.Next(at) < 0;
        if (text.StartsWith("no", StringComparison.Ordinal))
        {
            _group.Act = Act.Block;
            _group.OwnAct = true;
        }
    }

    /// <summary>What follows is left out of what was said: the opposite holds of it.</summary>
    private void Except()
    {
        var before = _group;
        Next();
        _group.Act = before.IsBlock || before.Act == Act.None ? Act.Allow : Act.Block;
        _group.OwnAct = true;
        _group.Whole = before.Act == Act.None ? before : null;
        _group.Direction = before.Direction;
        _group.SparedFrom = before;
        if (before is { IsAllow: true, SourceFirst: true, Ports.Count: > 0 }
            && _words.LeadsToPort(_at))
        {
            // "10.0.0.0/8 may use http, but not ssh"
            _group.Sources = [.. before.Sources];
        }
        else if (!before.Everything && !before.Else)
        {
            _group.Ports = [.. before.Ports];
            _group.Refers = before.Refers;
        }
    }

    private void Add(Port port)
    {
        Concrete();
        // "Only 10.0.0.0/8 may see it, the shop on 443 stays public"
        if (_group is { Refers: true, OwnAct: true, HasSource: true, Ports.Count: 0 }
            && _words.BeginsPiece(_at) && PieceHas(_at, n => _words.Is(n, "may"))
            // "443 for all, 80 only from 10.0.0.0/8"
            || _group is { Anywhere: true, OwnAct: false, Ports.Count: > 0 }
                && _words.BeginsPiece(_at) && PieceHas(_at, n => _clause[n].IsGlue("only")))
        {
            Next();
        }
        if (_group.Rules.Count > 0 && _group.Ports.Count == 0 && _andBefore
            && !_words.Has("rule"))
        {
            Alike();
        }
        // "… may reach 5432 and 5433"
        var listed = _andBefore && _portAt >= 0 && _portAt == _at - 2 && _group.SourceFirst;
        _portAt = _at;
        if (_group.Ports.Count > 0 && !listed && (_group.HasSource && !_group.SourceFirst
            || _group.ActLater) || _group is { Ports.Count: 0, Sources.Count: > 0, OwnAct: true,
                Only: false, ActLater: false } && _andBefore)
        {
            Next();
        }
        else if (_group is { Else: true, Others: true, IsBlock: false } && !_negated
            || _group is { Else: true, Others: false }
            || (_group.Everything && _group.HasSource))
        {
            Next();
        }
        _group.Ports.Add(port);
    }

    /// <summary>"Deny by default, 22 and 80 open": what is named is not the default.</summary>
    private void Concrete()
    {
        if (_group is { ByDefault: true, HasOperand: false })
        {
            var shuts = _group.IsBlock;
            Next();
            (_group.Act, _group.OwnAct) = (shuts ? Act.Allow : Act.Block, false);
        }
    }
}
