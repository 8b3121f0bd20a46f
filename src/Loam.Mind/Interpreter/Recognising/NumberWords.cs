using System.Globalization;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>"Eight thousand and eighty" is one number.</summary>
internal static class NumberWords
{
    public static List<Lexeme> Joined(List<Lexeme> lexemes)
    {
        var joined = new List<Lexeme>(lexemes.Count);
        for (var at = 0; at < lexemes.Count;)
        {
            var (number, length) = From(lexemes, at);
            joined.Add(number);
            at += length;
        }
        return joined;
    }

    private static (Lexeme, int) From(List<Lexeme> lexemes, int at)
    {
        if (!IsPart(lexemes[at], figures: true) || at + 1 >= lexemes.Count)
        {
            return (lexemes[at], 1);
        }
        var (sum, last) = (0m, lexemes[at].Value);
        var end = at + 1;
        while (end < lexemes.Count)
        {
            var next = lexemes[end].Text == "and" && end + 1 < lexemes.Count
                && (sum > 0 || last >= 100) ? end + 1 : end;
            if (!IsPart(lexemes[next], figures: false)
                || Append(ref sum, ref last, lexemes[next].Value, next == end) is false)
            {
                break;
            }
            end = next + 1;
        }
        if (end == at + 1)
        {
            return (lexemes[at], 1);
        }
        var text = (sum + last).ToString("0", CultureInfo.InvariantCulture);
        return (new(text, string.Join(' ', lexemes.GetRange(at, end - at).Select(
            l => l.Original)), [new Reading(Part.Number, text)]) { Value = sum + last }, end - at);
    }

    private static bool Append(ref decimal sum, ref decimal last, decimal next, bool direct)
    {
        if (next == 1000 && direct && last is > 0 and < 1000 && sum == 0)
        {
            (sum, last) = (last * 1000, 0);
            return true;
        }
        if (next == 100 && direct && last is > 0 and < 100)
        {
            last *= 100;
            return true;
        }
        if ((last == 0 && sum > 0 && next < 1000) || (last >= 100 && next < 100
            && last % 100 == 0) || (last is >= 20 and < 100 && last % 10 == 0 && next < 10))
        {
            last += next;
            return true;
        }
        // "Eighty eighty"
        if (direct && last is >= 10 and < 100 && next is >= 10 and < 100 && sum == 0)
        {
            last = last * 100 + next;
            return true;
        }
        return false;
    }

    private static bool IsPart(Lexeme lexeme, bool figures) => lexeme.IsNumber
        && lexeme.Unit.Length == 0 && !lexeme.IsMention && decimal.IsInteger(lexeme.Value)
        && lexeme.Value > 0 && (char.IsAsciiLetter(lexeme.Text[0])
            ? lexeme.Text is not ("a" or "an" or "single" or "a single" or "a couple"
                or "a couple of" or "a pair" or "a pair of")
            : figures && lexeme.Value < 100);
}
