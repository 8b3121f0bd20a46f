using System.Globalization;
using System.Text.RegularExpressions;
using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>What the words around a place say about it.</summary>
internal sealed partial class ScanWords(Clause clause)
{
    public bool Is(int at, string topic) => at >= 0 && at < clause.Count
        && clause[at].Is(Part.Topic, topic);

    public bool Has(string topic) => clause.Lexemes.Any(l => l.Is(Part.Topic, topic));

    public bool HasText(params ReadOnlySpan<string> texts)
    {
        foreach (var lexeme in clause.Lexemes)
        {
            if (texts.Contains(lexeme.Text))
            {
                return true;
            }
        }
        return false;
    }

    public bool IsAct(int at) => Is(at, "allow") || Is(at, "block") || Is(at, "open")
        || Is(at, "close") || Is(at, "reject") || Is(at, "unblock");

    /// <summary><c>10/minute</c>, "10 connections per minute", "30 a minute".</summary>
    public string? RateAt(int at, out int end)
    {
        end = at;
        if (RateText().Match(clause[at].Text) is { Success: true } written)
        {
            return Rate(written.Groups[1].Value, written.Groups[2].Value);
        }
        var lexeme = clause[at];
        if (!lexeme.IsNumber || lexeme.Unit.Length > 0 || lexeme.Value < 1
            || !decimal.IsInteger(lexeme.Value))
        {
            return null;
        }
        for (var next = at + 1; next < clause.Count && next <= at + 5; next++)
        {
            var word = clause[next];
            if (word.IsNumber && word is { Value: 1, Unit: "s" or "min" or "h" or "d" }
                && !char.IsAsciiDigit(word.Text[0]))
            {
                end = next;
                return Rate(Whole(lexeme), word.Unit);
            }
            if ((word.Text is "per" or "a" or "an" or "each" or "every" or "/")
                && next + 1 < clause.Count && UnitWord(clause[next + 1].Text) is { } unit)
            {
                end = next + 1;
                return Rate(Whole(lexeme), unit);
            }
            if (PerText().Match(word.Text) is { Success: true } per)
            {
                end = next;
                return Rate(Whole(lexeme), per.Groups[1].Value);
            }
            if (word.IsNumber || word.IsGlue("comma") || word.IsGlue("from"))
            {
                return null;
            }
        }
        return null;
    }

    public static bool IsRateText(string text) => RateText().IsMatch(text);

    private static string Whole(Lexeme lexeme) =>
        lexeme.Value.ToString("0", CultureInfo.InvariantCulture);

    private static string? Rate(string count, string unit) =>
        UnitWord(unit) is { } word && count.TrimStart('0').Length is > 0 and <= 9
            ? $"{count.TrimStart('0')}/{word}" : null;

    private static string? UnitWord(string text) => text switch
    {
        "second" or "seconds" or "sec" or "s" => "second",
        "minute" or "minutes" or "min" or "m" => "minute",
        "hour" or "hours" or "hr" or "h" => "hour",
        "day" or "days" or "d" => "day",
        _ => null,
    };

    public bool IsPortNumber(int at)
    {
        var lexeme = clause[at];
        var text = lexeme.Original.TrimStart('#', ':');
        return text.Length > 0 && (char.IsAsciiDigit(text[0]) || text.StartsWith("tcp/",
            StringComparison.OrdinalIgnoreCase) || text.StartsWith("udp/",
            StringComparison.OrdinalIgnoreCase)) && lexeme.Unit is "" or "tcp" or "udp"
            && !lexeme.Is(Part.Address) && !lexeme.Is(Part.Cidr);
    }

    /// <summary>"60000 to 61000", "between 8000 and 8100".</summary>
    public bool RangeAt(int at, out PortRange range, out int end)
    {
        (range, end) = (default, at);
        if (at + 2 >= clause.Count || PortNames.Numbers(clause[at].Original) is not [var first]
            || PortNames.Numbers(clause[at + 2].Original) is not [var last]
            || first.Ports is not { } low || last.Ports is not { } high
            || low.Last >= high.First || !IsPortNumber(at + 2))
        {
            return false;
        }
        var link = clause[at + 1].Text;
        var between = at > 0 && clause[at - 1].Text == "between";
        if (link is "to" or "-" or "through" or "thru" or "until" or "up to"
            || (link is "and" && between))
        {
            (range, end) = (new(low.First, high.Last), at + 2);
            return true;
        }
        return false;
    }

    /// <summary>"udp 51820", "udp ports 60000".</summary>
    public PacketProtocol? ProtocolBefore(int at)
    {
        for (var before = at - 1; before >= 0 && before >= at - 8; before--)
        {
            switch (clause[before].Text)
            {
                case "tcp":
                    return HasNumberBefore(before) ? null : PacketProtocol.Tcp;
                case "udp":
                    return HasNumberBefore(before) ? null : PacketProtocol.Udp;
            }
            if (!(clause[before].IsField("port") || clause[before].IsGlue("comma")
                || clause[before].IsGlue("and") || IsPortNumber(before)
                || clause[before].Readings[0].Part == Part.Noise))
            {
                return null;
            }
        }
        return null;
    }

    /// <summary>The protocol at this place belongs to the number before it.</summary>
    private bool HasNumberBefore(int at) => at > 0 && IsPortNumber(at - 1);

    public bool NumberFollows(int at)
    {
        var next = at + 1;
        while (next < clause.Count && (clause[next].IsField("port")
            || clause[next].Readings[0].Part == Part.Noise))
        {
            next++;
        }
        return next < clause.Count && IsPortNumber(next);
    }

    public bool JointBefore(int at) => at > 0
        && (clause[at - 1].IsGlue("and") || clause[at - 1].IsGlue("comma"));

    public bool AddressFollows(int at)
    {
        var next = at + 1;
        while (next < clause.Count && (clause[next].Readings[0].Part == Part.Noise
            || clause[next].IsGlue("comma") || clause[next].IsGlue("is")
            || clause[next].IsField("address") || clause[next].Text is "server" or "host"
                or "machine" or "box" or "pc"))
        {
            next++;
        }
        return next < clause.Count && PortNames.Network(clause[next]) is not null;
    }

    /// <summary>"Reject instead of drop": the second is not wished.</summary>
    public bool IsInsteadOf(int at) => at > 0 && clause[at - 1].IsGlue("insteadof");

    public bool AndBefore(int at) => at > 0 && clause[at - 1].IsGlue("and")
        || at > 1 && clause[at - 1].Readings[0].Part == Part.Noise && clause[at - 2].IsGlue("and");

    /// <summary>"ssh on port 2222", "ssh, 2222, also": the number is that of the name before.
    /// </summary>
    public bool BelongsToName(int at)
    {
        var before = at - 1;
        var comma = false;
        var said = false;
        while (before >= 0 && (clause[before].IsField("port") || clause[before].IsGlue("on")
            || clause[before].IsGlue("comma") || clause[before].IsGlue("is")
            || clause[before].Text is "tcp" or "udp" or "page" or "ui" or "interface" or "over" or "needs" or "uses"
            || Is(before, "connections")
            || clause[before].Readings[0].Part == Part.Noise))
        {
            comma |= clause[before].IsGlue("comma");
            said |= clause[before].IsField("port") || clause[before].IsGlue("on");
            before--;
        }
        if (before < 0 || PortNames.Of(clause[before]) is null && !clause[before].IsMention)
        {
            return false;
        }
        // A second comma closes what the first opened; in a list more would follow.
        var next = at + 1;
        var closes = next >= clause.Count || (clause[next].IsGlue("comma")
            && !(next + 1 < clause.Count && IsPortNumber(next + 1)));
        return !comma || said || (closes && clause.Lexemes.Count(l => l.IsGlue("comma")) > 1);
    }

    public bool IsDestination(int at, Group group)
    {
        var before = at - 1;
        while (before >= 0 && (clause[before].Readings[0].Part == Part.Noise
            || clause[before].IsField("address") || clause[before].IsField("network")
            || clause[before].IsGlue("comma") || clause[before].IsGlue("and")
            || PortNames.Network(clause[before]) is not null))
        {
            before--;
        }
        if (before < 0 || clause[before].IsGlue("from"))
        {
            return false;
        }
        if (clause[before].Text is "talk to" or "talking to" or "connect to" or "connecting to"
            or "reach" or "contact" or "send" or "access" or "destination" or "get to")
        {
            return true;
        }
        return clause[before].IsGlue("to")
            && (group.Direction is PacketDirection.Output or PacketDirection.Forward
                || before > 0 && Is(before - 1, "out") && !IsParticle(before - 1));
    }

    /// <summary>"Called node-exporter"; null: no name is given.</summary>
    public string? NameGiven()
    {
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            if (clause[at].Text is "called" or "named" or "name it" or "call it" or "with name"
                or "with the name" or "with the comment")
            {
                return clause[at + 1].Original;
            }
        }
        return null;
    }

    public string? InterfaceAt(int at)
    {
        var lexeme = clause[at];
        if (lexeme.Named(Known.Interface) is { } known)
        {
            return known;
        }
        return Device().IsMatch(lexeme.Text) || at > 0 && clause[at - 1].Text is "interface"
            or "iface" or "nic" && lexeme.Is(Part.Unknown) ? lexeme.Original : null;
    }

    /// <summary>"The ssh rule", "rule web".</summary>
    public bool IsRule(int at)
    {
        var before = at - 1;
        while (before >= 0 && (clause[before].Text is "the" or "called" or "named" or "for"
            || clause[before].IsField("name")))
        {
            if (clause[before].Text == "for")
            {
                return false;
            }
            before--;
        }
        return Is(at + 1, "rule") || Is(before, "rule");
    }

    /// <summary>The port was numbered, and this says what it is for.</summary>
    public bool IsPurpose(int at)
    {
        for (var before = at - 1; before >= 0; before--)
        {
            if (clause[before].IsGlue("for"))
            {
                return true;
            }
            if (clause[before].Readings[0].Part != Part.Noise)
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>"Stop allowing", "prevent 10.1.2.3 from connecting".</summary>
    public bool StopsAct(int at)
    {
        if (clause[at].Text is not ("stop" or "stops" or "prevent" or "prevents" or "hinder"))
        {
            return false;
        }
        for (var next = at + 1; next < clause.Count && !clause[next].IsGlue("comma"); next++)
        {
            if (Is(next, "allow") || Is(next, "block") || Is(next, "reject") || Is(next, "log")
                || Is(next, "may") || Is(next, "open"))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>"Keep 203.0.113.0/24 out", "throw them out".</summary>
    public bool KeepsOut(int at)
    {
        if (clause[at].Text is not ("keep" or "shut" or "lock" or "throw" or "kick"))
        {
            return false;
        }
        for (var next = at + 1; next < clause.Count && next <= at + 6; next++)
        {
            if (clause[next].Text is "out" or "away" or "out of here")
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>"No ssh from outside".</summary>
    public bool RefusesThing(int at) => (Is(at, "nomore") || clause[at].Text is "no" or "without")
        && NextIs(at, next => PortNames.Of(clause[next]) is not null || Is(next, "everything")
            || clause[next].Named(Known.Service) is not null || IsPortNumber(next));

    private bool NextIs(int at, Func<int, bool> wanted)
    {
        for (var next = at + 1; next < clause.Count; next++)
        {
            if (wanted(next))
            {
                return true;
            }
            if (clause[next].Readings[0].Part != Part.Noise)
            {
                return false;
            }
        }
        return false;
    }

    public bool IsExcept(int at)
    {
        if (clause[at].IsGlue("except") || clause[at].Text is "save" or "unless from")
        {
            return true;
        }
        if (!clause[at].IsGlue("but") && !(clause[at].Text is "only"))
        {
            return false;
        }
        var before = at - 1;
        while (before >= 0 && clause[before].Readings[0].Part == Part.Noise
            && !Is(before, "anywhere") && !Is(before, "everything"))
        {
            before--;
        }
        return clause[at].IsGlue("but") && (Is(before, "anywhere") || Is(before, "everything")
            || Is(before, "else") || Is(before, "nobody") || Is(before, "lan"));
    }

    /// <summary>The word right before, over articles: "from the vpn".</summary>
    public bool Follows(int at, string glue)
    {
        var before = at - 1;
        while (before >= 0 && clause[before].Readings[0].Part is Part.Noise or Part.Field)
        {
            before--;
        }
        return before >= 0 && clause[before].IsGlue(glue);
    }

    /// <summary>The word before, over articles: "outside the LAN".</summary>
    public bool Precedes(int at, string text)
    {
        for (var before = at - 1; before >= 0 && before >= at - 4; before--)
        {
            if (clause[before].Text == text || clause[before].Text == "the " + text
                || clause[before].Text == "from " + text)
            {
                return true;
            }
            if (clause[before].Readings[0].Part != Part.Noise && !clause[before].IsGlue("of"))
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>The next word that matters is one of these: "outside" of "the LAN".</summary>
    public bool LeadsTo(int at, string topic) => clause[at].Text.EndsWith("outside",
        StringComparison.Ordinal) && NextIs(at, next => Is(next, topic)
            || PortNames.Network(clause[next]) is not null || clause[next].IsGlue("of"));

    /// <summary>"Shut out", "filter out": part of the verb.</summary>
    public bool IsParticle(int at) => clause[at].Text == "out" && at > 0
        && (clause[at - 1].Text is "shut" or "keep" or "lock" or "stay" or "stays" or "find"
            || Enumerable.Range(Math.Max(0, at - 6), Math.Min(6, at)).Any(KeepsOut));

    /// <summary>"The firewall policy": not something to do.</summary>
    public bool IsNoun(int at) => clause[at].Text is "access" or "use" or "open ports" && at > 0
        && clause[at - 1].Text is "the" or "of" or "in";

    /// <summary>"The ban time", "sshd bans".</summary>
    public bool IsBanNoun(int at) => Is(at, "ban") && clause[at].Text is "bans";

    /// <summary>"All three", "all of them": no word for every port.</summary>
    public bool IsHostEverything(int at) => clause[at].Text is "all" or "any" && at + 1
        < clause.Count && (clause[at + 1].IsNumber || clause[at + 1].IsGlue("of")
            || Is(at + 1, "else"));

    [GeneratedRegex("^(\\d{1,9})(?:x)?(?:/|per)(second|seconds|sec|s|minute|minutes|min|m|hour|hours|hr|h|day|days|d)$")]
    private static partial Regex RateText();

    [GeneratedRegex("^(?:[a-z]+)?/(second|sec|s|minute|min|m|hour|h|day|d)$")]
    private static partial Regex PerText();

    [GeneratedRegex("^(eth|ens|enp|eno|enx|wlan|wlp|wg|tun|tap|br|docker|ppp|bond|vlan|veth|tailscale|zt)[-0-9a-z.]*[0-9][-0-9a-z.]*$")]
    private static partial Regex Device();
}
