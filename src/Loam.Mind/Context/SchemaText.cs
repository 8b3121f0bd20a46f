using System.Collections.Immutable;
using System.Text;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Mind.Context;

/// <summary>A field of a file's spec: what has a schema of its own here.</summary>
/// <param name="Field">Such as <c>services</c>.</param>
internal sealed record SchemaPart(FileKind Kind, Field Field)
{
    public string Key => $"{Kind.File}/{Field.Name}";

    /// <summary>From everything to names alone.</summary>
    public ImmutableArray<string> Texts { get; } =
        [.. Enumerable.Range(0, SchemaText.Levels).Select(l => SchemaText.Of(Field, l))];

    /// <summary>Tokens of each text.</summary>
    public ImmutableArray<int> Sizes => field.IsDefault
        ? field = [.. Texts.Select(t => Tokens.Of(t))] : field;
}

/// <summary>The tables of the state files in few words.</summary>
internal static class SchemaText
{
    /// <summary>With sentences; types and defaults; names.</summary>
    public const int Levels = 3;

    private static readonly Lazy<ImmutableArray<SchemaPart>> s_parts = new(() =>
        [.. FileKinds.All.SelectMany(k => k.Spec.Fields.Where(f => f.Applied || f.Name == "llm")
            .Select(f => new SchemaPart(k, f)))]);

    /// <summary>Every field of every spec, in the files' order.</summary>
    public static ImmutableArray<SchemaPart> Parts => s_parts.Value;

    public static string Of(Field field, int level)
    {
        var text = new StringBuilder();
        Write(text, field, level, 1);
        return text.ToString().TrimEnd('\n');
    }

    private static void Write(StringBuilder text, Field field, int level, int depth)
    {
        var nested = Nested(field.Type);
        text.Append(' ', depth * 2 - 2).Append(field.Name)
            .Append(field.Type is ListType && nested is not null ? "[]" : "");
        if (level < 2 || nested is null)
        {
            Describe(text, field, nested, level);
        }
        if (nested is null)
        {
            text.Append('\n');
            return;
        }
        if (level == 2)
        {
            text.Append(": ").AppendJoin(", ", nested.Fields.Where(f => f.Applied).Select(Named))
                .Append('\n');
            return;
        }
        text.Append('\n');
        foreach (var inner in nested.Fields.Where(f => f.Applied || depth > 1))
        {
            Write(text, inner, level, depth + 1);
        }
    }

    private static string Named(Field field) => Nested(field.Type) is { } nested
        ? $"{field.Name}{(field.Type is ListType ? "[]" : "")}("
            + string.Join(", ", nested.Fields.Select(f => f.Name)) + ")"
        : field.Name;

    private static void Describe(StringBuilder text, Field field, Schema? nested, int level)
    {
        var marks = new List<string>();
        if (nested is null && level < 2)
        {
            marks.Add(field.Type.Describe());
        }
        if (field.Required)
        {
            marks.Add("required");
        }
        else if (field.Default is { } value && value is not ("{}" or "[]"))
        {
            marks.Add($"default {value}");
        }
        text.Append(marks.Count > 0 ? $" ({string.Join("; ", marks)})" : "");
        if (level == 0)
        {
            text.Append(": ").Append(field.Sentence.TrimEnd('.'));
        }
    }

    private static Schema? Nested(FieldType type) => type switch
    {
        ObjectType group => group.Schema,
        ListType { Item: ObjectType item } => item.Schema,
        _ => null,
    };
}
