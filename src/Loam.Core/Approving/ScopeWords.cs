using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Approving;

/// <summary>What lies outside somebody's words, for people. What stands in the files is shown as
/// it is, but cannot pass for a sentence of ours: it is cut, and quoted.</summary>
internal static class ScopeWords
{
    private const int LongestValue = 80;

    public static ImmutableArray<string> Of(ImmutableArray<FieldEdit> edits)
    {
        var isNew = edits.Where(e => e is { Kind: DiffKind.Added, Field: FieldEdit.Whole })
            .Select(e => e.Id).ToHashSet();
        // A thing that is new as a whole is one thing; what it may do on the host is said apart.
        return
        [
            .. edits.Where(e => e.Field == FieldEdit.Whole || !isNew.Contains(e.Id)
                || IsNotable(e)).Select(Sentence).Distinct(),
        ];
    }

    private static bool IsNotable(FieldEdit edit) => edit.Field is "image" or "privileged"
        or "ports" or "volumes" or "devices" or "cap_add" or "command" or "groups" or "access";

    private static string Sentence(FieldEdit edit)
    {
        var thing = Name(edit.Id);
        if (edit.Field == FieldEdit.List)
        {
            return edit.Id.Name == FieldEdit.List ? edit.Kind == DiffKind.Removed
                    ? $"The list of {thing} is left out, so that Loam no longer looks after them."
                    : $"A list of {thing} is begun, after which Loam looks after them."
                : $"{Upper(thing)} changes.";
        }
        if (edit.Field == FieldEdit.Whole)
        {
            return edit.Kind == DiffKind.Removed ? $"{Upper(thing)} is removed."
                : $"{Upper(thing)} is added.";
        }
        var field = edit.Key is null || edit.Field is "ports" or "volumes" or "rules" ? edit.Field
            : $"{edit.Field} {Clean(edit.Key)}";
        return edit.After is null ? $"{Upper(thing)} loses {field}{Was(edit)}."
            : edit.Before is null ? $"{Upper(thing)} gets {field}: {Show(edit, edit.After)}."
            : $"{Upper(thing)}: {field} becomes {Show(edit, edit.After)}{Was(edit)}.";
    }

    private static string Name(ResourceId id) => id switch
    {
        { Name: FieldEdit.List } => $"{Kind(id.Kind)}s",
        { Kind: ResourceKind.Firewall } => "the firewall",
        { Kind: ResourceKind.Dns } => "how names are resolved",
        { Kind: ResourceKind.Identity } => $"the machine's {id.Name}",
        _ => $"{Kind(id.Kind)} {Clean(id.Name)}",
    };

    private static string Kind(ResourceKind kind) => kind.ToString().ToLowerInvariant();

    private static string Was(FieldEdit edit) => edit.Before is null || IsSecret(edit) ? ""
        : $" (it is {Show(edit, edit.Before)} now)";

    private static bool IsSecret(FieldEdit edit) => edit.Id.Kind == ResourceKind.Secret;

    private static string Show(FieldEdit edit, Value value) => IsSecret(edit) ? "another value"
        : value switch
        {
            TextValue text => Clean(text.Text),
            MapValue map when map.Number("container") is { } container => map.Number("host") is
                { } host ? $"port {host} of {map.Text("address")}, leading to {container}"
                : $"port {container}, within",
            MapValue map when map.Text("source") is { } source =>
                $"{Clean(source)} at {Clean(map.Text("target") ?? "")}",
            _ => ByTable(edit, value),
        };

    private static string ByTable(FieldEdit edit, Value value)
    {
        FieldType? type = new ObjectType(StateDiff.SchemaOf(edit.Id));
        foreach (var name in edit.Field.Split('.'))
        {
            type = (type as ObjectType)?.Schema[name]?.Type;
        }
        type = edit.Key is null ? type
            : type is ListType list ? list.Item : (type as MapType)?.Item;
        return Clean(type?.Show(value) ?? value.Canonical());
    }

    /// <summary>One line, without what moves a cursor or writes from the right, of some length.
    /// </summary>
    private static string Clean(string text)
    {
        var shown = string.Concat(text.Take(LongestValue).Select(c => char.IsControl(c)
            || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.Surrogate
                or System.Globalization.UnicodeCategory.PrivateUse ? '·' : c));
        shown = text.Length > LongestValue ? $"{shown}…" : shown;
        return shown.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/'
            or ':') && shown.Length > 0 ? shown : $"\"{shown}\"";
    }

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
