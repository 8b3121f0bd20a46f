using System.Text;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <summary>A checked spec as YAML text, for files nobody has written by hand. Reading the text
/// gives the same values. Edits of existing files keep their text and do not come this way.
/// </summary>
public static class StatePrinter
{
    /// <summary>A whole file. Defaults nobody wrote are left out.</summary>
    public static string Print(FileKind kind, string name, MapValue spec)
    {
        var text = new StringBuilder();
        text.Append("apiVersion: ").Append(FileKinds.ApiVersion).Append('\n')
            .Append("kind: ").Append(kind.Kind).Append('\n')
            .Append("metadata:\n  name: ").Append(Scalar(name)).Append('\n').Append("spec:");
        Fields(text, kind.Spec, spec, 2);
        return text.Append('\n').ToString();
    }

    /// <summary>One entry of a list as its fields' lines, indented by nothing.</summary>
    public static string PrintItem(Schema schema, MapValue item)
    {
        var text = new StringBuilder();
        Fields(text, schema, item, 0);
        return text.ToString().TrimStart('\n') + "\n";
    }

    private static void Fields(StringBuilder text, Schema schema, MapValue map, int indent)
    {
        var written = schema.Fields.Where(f => map[f.Name] is { At: not null }).ToList();
        if (written.Count == 0)
        {
            text.Append(" {}");
            return;
        }
        foreach (var field in written)
        {
            text.Append('\n').Append(' ', indent).Append(field.Name).Append(':');
            Print(text, field.Type, map[field.Name]!, indent);
        }
    }

    /// <summary>After <c>name:</c> or <c>-</c>, whose first column is <paramref name="indent"/>.
    /// </summary>
    private static void Print(StringBuilder text, FieldType type, Value value, int indent)
    {
        switch (type, value)
        {
            case (ObjectType group, MapValue map):
                Fields(text, group.Schema, map, indent + 2);
                break;
            case (MapType free, MapValue map):
                foreach (var (key, child) in map.Entries)
                {
                    text.Append('\n').Append(' ', indent + 2).Append(Scalar(key)).Append(':');
                    Print(text, free.Item, child, indent + 2);
                }
                text.Append(map.Entries.IsEmpty ? " {}" : "");
                break;
            case (ListType { Item: ObjectType item }, ListValue { Items.IsEmpty: false } list):
                foreach (var entry in list.Items)
                {
                    text.Append('\n').Append(' ', indent + 2).Append("- ");
                    var fields = new StringBuilder();
                    Fields(fields, item.Schema, (MapValue)entry, indent + 4);
                    text.Append(fields.ToString().TrimStart());
                }
                break;
            case (_, ListValue list):
                var each = (type as ListType)?.Item ?? Formats.Text;
                text.Append(" [")
                    .AppendJoin(", ", list.Items.Select(i => Shown(each, i))).Append(']');
                break;
            default:
                text.Append(' ').Append(Shown(type, value));
                break;
        }
    }

    private static string Shown(FieldType type, Value value) => type switch
    {
        BoolType or IntegerType or DecimalType => type.Show(value),
        SecretValueType or CommandType => Scalar(((TextValue)value).Text),
        _ => Scalar(type.Show(value)),
    };

    /// <summary>Plain where no reader of YAML can take it for anything else, otherwise in double
    /// quotes.</summary>
    private static string Scalar(string text)
    {
        if (text.Length > 0 && char.IsAsciiLetter(text[0]) && Formats.IsShort(text)
            && !text.Contains(": ", StringComparison.Ordinal) && text[^1] != ':'
            && !IsWord(text))
        {
            return text;
        }
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\u0085' => "\\N",
                '\u2028' => "\\L",
                '\u2029' => "\\P",
                _ when char.IsControl(c) || c == '\ufeff' => $"\\u{(int)c:X4}",
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>Words that some readers take for truth values or nothing.</summary>
    private static bool IsWord(string text) => text.ToLowerInvariant()
        is "true" or "false" or "yes" or "no" or "on" or "off" or "null" or "y" or "n";
}
