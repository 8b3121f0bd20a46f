using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>label team=shop</c>, <c>remove the label team</c>.</summary>
internal static class LabelReader
{
    public static void Read(Clause clause)
    {
        var field = clause.Find(Part.Field, "label");
        if (field < 0)
        {
            return;
        }
        foreach (var at in clause.All(Part.Assignment).ToList())
        {
            var text = clause[at].Original;
            var cut = text.IndexOf('=', StringComparison.Ordinal);
            clause.Attributes.Add(new LabelAttribute(text[..cut], text[(cut + 1)..]));
            clause.Use(at);
        }
        var next = clause.NextValue(field);
        if (next >= 0 && (clause[next].Is(Part.Unknown) || clause[next].Is(Part.Domain)))
        {
            var value = clause.NextValue(next);
            var gone = clause.Verb is "remove" or "unset";
            if (gone || (value >= 0 && clause.IsFree(value)))
            {
                clause.Attributes.Add(new LabelAttribute(clause[next].Original,
                    gone ? null : clause[value].Original));
                clause.Use(next);
                if (!gone)
                {
                    clause.Use(value);
                }
            }
        }
        clause.Use(field);
    }
}
