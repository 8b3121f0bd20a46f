using System.Text.RegularExpressions;
using Loam.Core.Planning;
using Loam.Core.StateFiles;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>"Explain more": more about what is proposed, and nothing changes.</summary>
internal static partial class More
{
    private const int MostFields = 40, LongestValue = 80;

    /// <summary>The whole turn asks for nothing else.</summary>
    public static bool IsAsked(string turn) => Asking().IsMatch(turn);

    /// <returns>Null: nothing is proposed.</returns>
    public static string? Of(Session session)
    {
        var diffs = StateDiff.Between(session.BaseState, session.Draft.State);
        if (diffs.IsEmpty)
        {
            return null;
        }
        var left = MostFields;
        List<string> parts = [.. diffs.Select(d => One(d, ref left))];
        return $"Proposed so far, field by field: {string.Join("; ", parts)}. "
            + "Nothing of it is done before you approve it.";
    }

    private static string One(ResourceDiff diff, ref int left)
    {
        var name = $"{diff.Id.Kind.ToString().ToLowerInvariant()} {diff.Id.Name}";
        if (diff.Kind == DiffKind.Removed)
        {
            return $"{name} is removed";
        }
        var shown = diff.Fields.Take(Math.Max(0, left)).Select(Told).ToList();
        left -= shown.Count;
        var rest = diff.Fields.Length - shown.Count;
        return (diff.Kind == DiffKind.Added ? $"{name} is new" : $"{name} changes")
            + (shown.Count > 0 ? $" ({string.Join(", ", shown)}"
                + (rest > 0 ? $" and {rest} more)" : ")") : "");
    }

    private static string Told(FieldChange field) => field.Before is null
        ? $"{field.Field} {Short(field.After)}"
        : field.After is null ? $"{field.Field} no longer {Short(field.Before)}"
        : $"{field.Field} {Short(field.After)} instead of {Short(field.Before)}";

    private static string Short(string? value) => value is null ? ""
        : value.Length <= LongestValue ? value : value[..LongestValue] + "…";

    [GeneratedRegex(
        @"^\W*(please\s+)?(can|could|would)?\s*(you\s+)?(please\s+)?"
        + @"((explain|elaborate|tell\s+me|say|show\s+me|give\s+me|describe)"
        + @"(\s+(more|further|again|that|this|it|the\s+(plan|proposal|change|details?)|in|on|of|"
        + @"about|a\s+bit|bit|better|detail|details|(some\s+)?more\s+details?|greater|me|exactly))*"
        + @"|(some\s+)?more(\s+(details?|about\s+(it|that|this)))?|details?|in\s+(more\s+)?detail"
        + @"|what\s+(exactly\s+)?(would|will)\s+(change|you\s+do|you\s+change)(\s+exactly)?)"
        + @"([\s,]+please)?\W*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Asking();
}
