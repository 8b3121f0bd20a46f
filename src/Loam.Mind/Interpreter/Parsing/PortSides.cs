using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"8082 outside, 8080 inside", "5000 in the container and 5001 on the host": one pair,
/// whoever reads it.</summary>
internal static class PortSides
{
    private const int MostBetween = 6;
    private const int LongestSide = 3;

    private static readonly HashSet<string> s_inner = new(StringComparer.Ordinal)
    {
        "inside", "internally", "in the container", "in container", "within", "inside it",
        "inside the container", "in the inside", "within the container", "inside of it",
    };

    private static readonly HashSet<string> s_outer = new(StringComparer.Ordinal)
    {
        "outside", "externally", "on the host", "on the outside", "to the outside",
        "on this host", "on the machine", "on this machine", "on our host", "publicly",
    };

    /// <summary>The same sentence, such numbers as pairs.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        for (var at = 0; at < sentence.Count; at++)
        {
            if (!IsPort(sentence[at]) || Side(sentence, at + 1) is not var (first, next))
            {
                continue;
            }
            var other = next;
            while (other < sentence.Count && (ClauseSplitter.IsJoint(sentence[other])
                || sentence[other].IsField("port") || sentence[other].Text is "(" or "/"
                || sentence[other].Readings[0].Part == Part.Noise))
            {
                other++;
            }
            if (other >= sentence.Count || other - at > MostBetween || !IsPort(sentence[other])
                || Side(sentence, other + 1) is not var (second, end) || first == second)
            {
                continue;
            }
            sentence[at] = Pair(sentence[at], sentence[other], first);
            sentence.RemoveRange(at + 1, end - at - 1);
        }
        Told(sentence);
        return sentence;
    }

    /// <summary>"Inside it listens on 8000, outside I want 8005".</summary>
    private static void Told(List<Lexeme> sentence)
    {
        var pieces = ClauseSplitter.PiecesOf(sentence).ToList();
        foreach (var (one, two) in pieces.Zip(pieces.Skip(1)))
        {
            if (Led(sentence, one) is var (inner, number) && Led(sentence, two) is var (other, next)
                && inner != other)
            {
                sentence[one.From] = Pair(sentence[number], sentence[next], inner);
                sentence.RemoveRange(one.From + 1, two.To - one.From - 1);
                return;
            }
        }
    }

    /// <summary>The side a piece begins with, and its only value; null: it says more.</summary>
    private static (bool Inner, int Number)? Led(List<Lexeme> all, (int From, int To) piece)
    {
        var from = piece.From;
        while (from < piece.To && all[from].Text is "the" or "and" or "but")
        {
            from++;
        }
        if (from >= piece.To || Side(all, from) is not var (inner, next) || next >= piece.To
            || all.FindIndex(from, piece.To - from, l => l.IsNumber) is not (>= 0 and var number)
            || !IsPort(all[number]))
        {
            return null;
        }
        return all.GetRange(from, piece.To - from).TrueForAll(l => l == all[number]
            || !l.IsMention && !ClauseSplitter.IsValue(l) && !l.Is(Part.Cidr))
            ? (inner, number) : null;
    }

    private static Lexeme Pair(Lexeme one, Lexeme other, bool isInner)
    {
        var (host, container) = isInner ? (other, one) : (one, other);
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{host.Value:0}:{container.Value:0}");
        return new(text, text, [new(Part.PortPair, text)]);
    }

    /// <summary>Whether what stands here says "inside", and where it ends; null: neither side.
    /// </summary>
    private static (bool Inner, int Next)? Side(List<Lexeme> sentence, int at)
    {
        for (var length = Math.Min(LongestSide, sentence.Count - at); length > 0; length--)
        {
            var words = string.Join(' ', sentence.GetRange(at, length).Select(l => l.Text));
            if (s_inner.Contains(words) || s_outer.Contains(words))
            {
                return (s_inner.Contains(words), at + length);
            }
        }
        return null;
    }

    private static bool IsPort(Lexeme lexeme) => lexeme is { IsNumber: true, Unit: "",
        IsMention: false, Value: >= 22 and < 65536 } && decimal.IsInteger(lexeme.Value);
}
