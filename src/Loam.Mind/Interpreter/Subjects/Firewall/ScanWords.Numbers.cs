using System.Globalization;
using System.Text.RegularExpressions;
using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Numbers: which are rates, which are ports, and whose.</summary>
internal sealed partial class ScanWords
{
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
        // "Hourly 20 connections"
        if (at > 0 && clause[at - 1].Text is "hourly" or "daily")
        {
            return Rate(Whole(lexeme), clause[at - 1].Text == "daily" ? "day" : "hour");
        }
        for (var next = at + 1; next < clause.Count && next <= at + 5; next++)
        {
            var word = clause[next];
            if (word.Text is "hourly" or "daily")
            {
                end = next;
                return Rate(Whole(lexeme), word.Text == "daily" ? "day" : "hour");
            }
            // "3 instead of 10 per minute"
            if (word.IsGlue("insteadof") || word.IsNumber && (clause[next - 1].Text is "not"
                || IsInsteadOf(next)))
            {
                continue;
            }
            if (word.Text == "a second")
            {
                end = next;
                return Rate(Whole(lexeme), "second");
            }
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

    /// <summary>"Bad ssh logins", "wrong root passwords": with a word between.</summary>
    public bool FailsApart() => Enumerable.Range(0, clause.Count).Any(at => clause[at].Text is
        "bad" or "wrong" or "failed" or "failing" or "false" or "unsuccessful" or "incorrect"
            or "invalid" && clause.Lexemes.Skip(at + 1).Take(3).Any(l => l.IsField("login")
                || l.IsField("password") || l.Text is "logins" or "attempts" or "tries"
                    or "ssh logins" or "passwords" or "guesses" or "log ins" or "sign ins"));

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
            && !lexeme.Is(Part.Address) && !lexeme.Is(Part.Cidr)
            && !(at + 1 < clause.Count && !clause[at + 1].IsMention
                && clause[at + 1].Key(Part.Field) is "cpu" or "memory" or "replicas" or "retries"
                    or "pids");
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
        if (!(at > 0 && clause[at - 1].Text is "tcp" or "udp") && HasProtocolBehind(at))
        {
            return null;
        }
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

    /// <summary>"… (udp 53), 80 and 443 tcp": what follows the list is that of its numbers.
    /// </summary>
    private bool HasProtocolBehind(int at)
    {
        while (at < clause.Count && (IsPortNumber(at) || clause[at].IsGlue("comma")
            || clause[at].IsGlue("and")))
        {
            at++;
        }
        return at < clause.Count && clause[at].Text is "tcp" or "udp" && IsPortNumber(at - 1)
            && !NumberFollows(at);
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
            || clause[next].IsGlue("in") || clause[next].IsGlue("also")
            || Is(next, "whereabouts") || clause[next].Text is "lives" or "runs"
            || clause[next].IsField("address") || clause[next].Text is "at" or "server" or "host"
                or "machine" or "box" or "pc"))
        {
            next++;
        }
        return next < clause.Count && PortNames.Network(clause[next]) is not null;
    }

    /// <summary>"It has to begin at 7900".</summary>
    public bool Begins(int at) => Enumerable.Range(Math.Max(0, at - 3), Math.Min(3, at)).Any(
        before => clause[before].Text.Split(' ')[0] is "begin" or "begins" or "start" or "starts"
            or "starting" or "beginning");

    /// <summary>"Anything else from that address", "whatever else it sends".</summary>
    public bool IsOfSame(int at)
    {
        for (var next = at + 1; next <= PieceEnd(at); next++)
        {
            if (PortNames.Network(clause[next]) is not null)
            {
                return false;
            }
            if ((clause[next].Key(Part.Reference) is "it" or "them" || Is(next, "somebody")
                || clause[next].Text is "he" or "she" or "they" or "there")
                && (clause[next - 1].IsGlue("from") || clause[next - 1].IsGlue("of")
                    || clause[next - 1].IsGlue("by") || next == at + 1
                    || clause[next - 1].Text is "what" or "that" or "which"))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>"Reject instead of drop": the second is not wished.</summary>
    public bool IsInsteadOf(int at) => at > 0 && clause[at - 1].IsGlue("insteadof")
        || IsNotNumber(at - 1)
        || at > 1 && (clause[at - 1].Readings[0].Part is Part.Unknown or Part.Noise
                || clause[at - 1].Text.EndsWith("ly", StringComparison.Ordinal))
            && clause[at - 2].IsGlue("insteadof");

    /// <summary>"3, not 6": of two numbers the second is not wished.</summary>
    public bool IsNotNumber(int at) => at > 0 && at + 1 < clause.Count && clause[at].Text is "not"
        && clause[at - 1].IsNumber && clause[at + 1].IsNumber && RateAt(at - 1, out _) is not null;

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
            || clause[before].Text is "tcp" or "udp" or "page" or "ui" or "interface" or "over"
                or "needs" or "uses" or "listens" or "listening" or "runs" or "running" or "answers"
                or "reachable" or "available" or "visible" or "open" or "exposed" or "published"
            || Is(before, "connections") || Is(before, "may") && !Is(before, "allow")
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

    [GeneratedRegex("^(\\d{1,9})(?:x)?(?:/|per)"
        + "(second|seconds|sec|s|minute|minutes|min|m|hour|hours|hr|h|day|days|d)$")]
    private static partial Regex RateText();

    [GeneratedRegex("^(?:[a-z]+)?/(second|sec|s|minute|min|m|hour|h|day|d)$")]
    private static partial Regex PerText();
}
