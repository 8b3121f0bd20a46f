using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>image ghcr.io/x/y:1</c>, or a reference that stands alone.</summary>
internal static class ImageReader
{
    public static void Read(Clause clause)
    {
        var field = clause.Find(Part.Field, "image");
        var at = clause.Find(Part.Image);
        if (at < 0 && field >= 0)
        {
            var next = clause.NextValue(field);
            at = next >= 0 && (clause[next].Is(Part.Unknown) || clause[next].IsMention
                || clause[next].Is(Part.Quoted)) ? next : -1;
        }
        // "50/minute" is a rate.
        if (at < 0 || Subjects.Firewall.ScanWords.IsRateText(clause[at].Text)
            || ImageReference.Parse(clause[at].Text, out _) is not { } image)
        {
            return;
        }
        clause.Use(at);
        if (field >= 0)
        {
            clause.Use(field);
        }
        clause.Attributes.Add(new ImageAttribute(image));
    }
}
