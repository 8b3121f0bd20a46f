using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"The box must still boot when the drive is not there", "a missing stick must not stop
/// the boot": a mount that may be missing (<c>nofail</c>), whatever the words.</summary>
internal static class Boots
{
    private static readonly Lexeme s_option =
        new("nofail", "nofail", [new(Part.Topic, "option:nofail")]);

    /// <summary>The same sentence, such a piece said in one word.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        var pieces = ClauseSplitter.PiecesOf(sentence, at => ClauseSplitter.IsJoint(sentence[at])
            && !sentence[at].IsGlue("also") && sentence[at].Text is not "but").ToList();
        for (var at = pieces.Count - 1; at >= 0; at--)
        {
            var (from, to) = pieces[at];
            if (Says(sentence, from, to))
            {
                var named = sentence.GetRange(from, to - from).FindAll(l => l.IsMention);
                sentence.RemoveRange(from, to - from);
                sentence.InsertRange(from, [.. named, s_option]);
            }
        }
        return sentence;
    }

    private static bool Says(List<Lexeme> sentence, int from, int to)
    {
        var piece = sentence.GetRange(from, to - from);
        if (piece.Exists(l => l.Named(Known.Service) is not null || l.Named(Known.App) is not null
            || l.Is(Part.Path) || l.IsNumber || l.Named(Known.Job) is not null))
        {
            return false;
        }
        var misses = Enumerable.Range(from, to - from).Any(
            at => Roles.Said(sentence, at, to) is ("misses", _));
        var stops = piece.Exists(l => l.Is(Part.Topic, "bootstop"))
            && piece.Exists(l => l.IsGlue("not"));
        var machine = piece.FindIndex(l => l.Is(Part.Topic, "machine"));
        var boots = machine >= 0 && Enumerable.Range(from + machine, to - from - machine).Any(
            at => Roles.Said(sentence, at, to) is ("boots", _))
            || piece.Exists(l => l.Text is "booting" or "the boot");
        return misses && (stops || boots);
    }
}
