using System.Text;

namespace Loam.Core.StateFiles.Editing;

/// <summary>Characters of a text replaced by others.</summary>
internal readonly record struct Splice(int Start, int End, string Text)
{
    /// <summary>The text after all splices; they do not overlap, and of two at one place the
    /// first comes first.</summary>
    public static string Apply(string text, params IEnumerable<Splice> splices)
    {
        var written = new StringBuilder(text.Length);
        var at = 0;
        foreach (var splice in splices.OrderBy(s => s.Start))
        {
            Invariant.Require(splice.Start >= at && splice.End >= splice.Start,
                "Splices do not overlap.");
            written.Append(text, at, splice.Start - at).Append(splice.Text);
            at = splice.End;
        }
        return written.Append(text, at, text.Length - at).ToString();
    }
}
