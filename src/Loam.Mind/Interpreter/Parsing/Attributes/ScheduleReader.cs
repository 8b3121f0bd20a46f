using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Times of day and of the week: <c>at 2</c>, <c>02:00</c>, <c>3am</c>, <c>every
/// night</c>. They are never ports, versions or amounts.</summary>
internal static class ScheduleReader
{
    private const int LastHour = 24;

    public static void Read(Clause clause)
    {
        var backup = clause.Verb == "backup" || clause.Has(Part.Field, "backup");
        if (clause.Verb == "probe" || clause.Has(Part.Field, "health")
            || clause.Has(Part.Field, "interval"))
        {
            return;
        }
        var found = false;
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause.IsFree(at) && IsTime(clause, at, backup))
            {
                clause.Use(at);
                found = true;
            }
        }
        if (found && !backup)
        {
            clause.Attributes.Add(new ScheduleAttribute());
        }
    }

    private static bool IsTime(Clause clause, int at, bool backup)
    {
        var lexeme = clause[at];
        if (lexeme.IsField("schedule"))
        {
            return true;
        }
        var text = lexeme.Text;
        var placed = at > 0 && clause[at - 1].Text is "at" or "@" or "around" or "about"
            && !(at > 1 && clause[at - 2].Text is "stay" or "stays" or "remain" or "remains"
                or "keep" or "keeps" or "leave" or "pinned" or "pin" or "cap" or "capped"
                or "limit" or "limited" or "run" or "runs");
        var rest = text.TrimStart(':').TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (char.IsAsciiDigit(text[0]) && rest is "am" or "pm" or "h" or "oclock")
        {
            return rest is not "h" || placed;
        }
        if (lexeme.Is(Part.PortPair) || lexeme.Is(Part.Version))
        {
            return IsClock(text, placed || backup);
        }
        var followed = at + 1 < clause.Count ? clause[at + 1] : null;
        var hour = lexeme.IsNumber && lexeme.Unit.Length == 0
            && lexeme.Value is >= 0 and <= LastHour;
        var delay = lexeme.IsNumber && lexeme.Unit is "s" or "min" or "h" or "d"
            && at > 0 && (clause[at - 1].IsGlue("in") || clause[at - 1].IsGlue("per"));
        return delay || (lexeme.IsNumber && lexeme.Unit is "h" or "d" or "min" && backup)
            || (hour && followed?.Text is "am" or "pm" or "oclock" or "o'clock")
            || (hour && (backup || (placed && followed?.Is(Part.Field) != true)));
    }

    /// <summary><c>02:00</c>, <c>3:30pm</c>; <c>22:80</c> is a pair of ports.</summary>
    private static bool IsClock(string text, bool placed)
    {
        var bare = text.EndsWith("am", StringComparison.Ordinal)
            || text.EndsWith("pm", StringComparison.Ordinal) ? text[..^2] : text;
        var parts = bare.Split(':');
        return parts.Length == 2 && parts[1].Length == 2 && parts[0].Length <= 2
            && Literals.Whole(parts[0]) is <= LastHour && Literals.Whole(parts[1]) is < 60
            && (placed || bare != text || parts[1][0] == '0' || parts[0][0] == '0');
    }
}
