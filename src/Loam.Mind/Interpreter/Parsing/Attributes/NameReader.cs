using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>called hello</c>, <c>as shop</c>: the name a new thing shall have.</summary>
internal static class NameReader
{
    public static void Read(Clause clause)
    {
        if (clause.Verb == "rename" && clause.Has(Part.Field, "port"))
        {
            clause.Verb = "move";
        }
        if (clause.Verb == "rename")
        {
            ReadNewName(clause);
        }
        for (var at = 0; at < clause.Count; at++)
        {
            var called = clause.IsFree(at) && clause[at].IsField("name");
            var alias = clause[at].IsGlue("as") && clause.Find(Part.Image) >= 0;
            if (!called && !alias)
            {
                continue;
            }
            var next = at + 1;
            if (next >= clause.Count || !IsName(clause[next], called))
            {
                continue;
            }
            // "a network called jobs" names the network, "a volume called x" the volume.
            var before = clause.Next(at, -1);
            if (before >= 0 && (clause[before].IsField("network")
                || clause[before].IsField("internal")
                || clause[before].IsField("volume")))
            {
                continue;
            }
            clause.Attributes.Add(new NameAttribute(AsLabel(clause[next].Original)));
            clause.Use(at);
            clause.Use(next);
        }
    }

    /// <summary>"rename a to b".</summary>
    private static void ReadNewName(Clause clause)
    {
        for (var at = clause.Count - 2; at > 0; at--)
        {
            if (clause[at].IsGlue("to") || clause[at].IsGlue("as"))
            {
                clause.Attributes.Add(new NameAttribute(AsLabel(clause[at + 1].Original)));
                clause.Use(at, at + 1);
                return;
            }
        }
    }

    private static bool IsName(Lexeme lexeme, bool called) =>
        lexeme.Original.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ' ')
        && (called ? !lexeme.Is(Part.Glue) : lexeme.Is(Part.Unknown) || lexeme.IsMention
            || lexeme.Is(Part.Quoted) || lexeme.Corrected);

    /// <summary>Names are DNS labels: lower case, dashes.</summary>
    public static string AsLabel(string text)
    {
        var label = new string([.. text.ToLowerInvariant()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return label.Length > 63 ? label[..63].Trim('-') : label;
    }
}
