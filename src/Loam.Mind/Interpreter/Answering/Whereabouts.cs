using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>"What is /mnt/vault?", "who uses registry.example.com?": where a value that was said
/// stands in the state files.</summary>
internal static class Whereabouts
{
    private const int Most = 8;

    /// <summary>Null: nothing was said that could be looked for, or it stands nowhere.</summary>
    /// <param name="loosely">Also words that may be part of a path.</param>
    public static string? Of(Clause clause, DesiredState state, bool loosely = false)
    {
        var value = clause.Lexemes.FirstOrDefault(l => !l.IsMention && (l.Is(Part.Path)
            || l.Is(Part.Domain) || l.Is(Part.Email) || l.Is(Part.Url) || l.Is(Part.Image)
            || l.Is(Part.Identifier) || l.Is(Part.Quoted) || (loosely && l.Is(Part.Unknown)
                && l.Text.Length > 3 && !l.Corrected)));
        if (value is null || value.Original.Length < 3)
        {
            return null;
        }
        var found = new List<string>();
        foreach (var list in StateLists.All)
        {
            foreach (var item in list.Items(state))
            {
                if (Within(item, list.Schema, value.Original) is { } field)
                {
                    found.Add($"{list.One} {list.Name(item)} ({field})");
                }
            }
        }
        return found.Count == 0 ? null : $"{value.Original} stands in "
            + $"{Wording.List(found.Take(Most))}"
            + (found.Count > Most ? $" and {found.Count - Most} more." : ".");
    }

    private static string? Within(MapValue item, Schema schema, string text)
    {
        foreach (var field in schema.Fields)
        {
            if (field.Name != "value" && item[field.Name] is { } value && Has(value, text))
            {
                return $"{field.Name} {FieldWords.Show(field.Name, field.Type, value)}";
            }
        }
        return null;
    }

    private static bool Has(Value value, string text) => value switch
    {
        TextValue said => said.Text.Equals(text, StringComparison.OrdinalIgnoreCase)
            || (said.Text.Contains('/') || text.Contains('/') || text.Contains('.')
                    || text.Contains('@'))
                && said.Text.Contains(text, StringComparison.OrdinalIgnoreCase),
        ListValue list => list.Items.Any(i => Has(i, text)),
        MapValue map => map.Entries.Any(e => Has(e.Value, text)
            || e.Key.Equals(text, StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };
}
