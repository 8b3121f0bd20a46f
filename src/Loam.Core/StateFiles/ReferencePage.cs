using System.Text;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <summary>The tables as a page for people: <c>docs/reference/state-files.md</c>.</summary>
public static class ReferencePage
{
    private const string Head = """
        # State files

        This page is generated from the tables the reader itself uses.

        Each file begins with `apiVersion: loam/v1` and its `kind`, then `metadata` and `spec`. An
        absent file or list is unmanaged; an empty list (`[]`) removes what Loam created, and only
        that.

        Marks in the last column: **in place**, a change does not replace the running thing;
        **record**, a change touches nothing on the host; **restricted**, a change needs the
        file's name typed; **not applied yet**, the field is checked, and `loam apply` refuses it
        by name unless it says what holds anyway.


        """;

    public static string Write()
    {
        var page = new StringBuilder(Head);
        page.Append("## Every file: metadata\n\n");
        Table(page, FileKinds.Metadata);
        foreach (var kind in FileKinds.All)
        {
            page.Append('\n').Append("## ").Append(kind.File).Append(" (").Append(kind.Kind)
                .Append(")\n\n").Append(kind.Spec.Sentence).Append("\n\n");
            Table(page, kind.Spec);
        }
        return page.ToString();
    }

    private static void Table(StringBuilder page, Schema schema)
    {
        page.Append("| field | value | default | meaning | |\n|---|---|---|---|---|\n");
        Rows(page, schema, "", isRecorded: false, isApplied: true, isRestricted: false);
    }

    private static void Rows(
        StringBuilder page, Schema schema, string path, bool isRecorded, bool isApplied,
        bool isRestricted)
    {
        foreach (var field in schema.Fields)
        {
            var applied = isApplied && field.Applied;
            var restricted = isRestricted || field.Restricted;
            var nested = Nested(field.Type);
            var marks = new List<string>();
            if (nested is null && field.Change == Change.InPlace)
            {
                marks.Add("in place");
            }
            if (nested is null && (isRecorded || field.Change == Change.Record))
            {
                marks.Add("record");
            }
            if (restricted)
            {
                marks.Add("restricted");
            }
            if (!applied)
            {
                marks.Add("not applied yet");
            }
            var list = field.Type is ListType && nested is not null ? "[]" : "";
            page.Append($"| `{path}{field.Name}{list}` | {Kind(field, nested)} | ")
                .Append(field.Required ? "required"
                    : field.Default is null or "{}" ? "" : $"`{field.Default}`")
                .Append($" | {Cell(field.Sentence)} | {string.Join(", ", marks)} |\n");
            if (nested is not null)
            {
                Rows(page, nested, $"{path}{field.Name}{list}.",
                    isRecorded || field.Change == Change.Record, applied, restricted);
            }
        }
    }

    private static Schema? Nested(FieldType type) => type switch
    {
        ObjectType group => group.Schema,
        ListType { Item: ObjectType item } => item.Schema,
        _ => null,
    };

    private static string Kind(Field field, Schema? nested) => Cell(nested is null
        ? field.Type.Describe()
        : field.Type is ListType
            ? nested.Key is null ? "a list" : $"a list, `{nested.Key}` unique" : "a group");

    private static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal);
}
