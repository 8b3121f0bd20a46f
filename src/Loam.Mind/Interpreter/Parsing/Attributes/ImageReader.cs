using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>image ghcr.io/x/y:1</c>, or a reference that stands alone.</summary>
internal static class ImageReader
{
    public static void Read(Clause clause, Discourse said)
    {
        var field = clause.Find(Part.Field, "image");
        if (field >= 0 && OfService(clause, field, said) is { } same)
        {
            clause.Use(field);
            clause.Attributes.Add(new ImageAttribute(same));
            return;
        }
        var at = clause.Find(Part.Image);
        if (at < 0 && field >= 0)
        {
            var next = clause.NextValue(field);
            // "A container image for the calendar" does not say which.
            var whatFor = next > field && clause.Lexemes.Skip(field + 1).Take(next - field - 1)
                .Any(l => l.IsGlue("for"));
            at = next >= 0 && !whatFor && (clause[next].Is(Part.Unknown) || clause[next].IsMention
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

    /// <summary>"The same image as the api", "the image the api uses", of what is to be made.
    /// </summary>
    private static ImageReference? OfService(Clause clause, int field, Discourse said)
    {
        if (clause.Verb is not ("" or "create" or "have" or "start" or "set")
            || clause.Find(Part.Image) >= 0
            || !clause.Attributes.Exists(a => a is NameAttribute))
        {
            return null;
        }
        if (SameAs.Find(clause, field, said) is not var (of, service))
        {
            return null;
        }
        clause.Use(of);
        if (of + 1 < clause.Count && clause[of + 1].Text is "uses" or "has" or "runs" or "is on"
            or "have" or "use")
        {
            clause.Use(of + 1);
        }
        return service.Image;
    }
}
