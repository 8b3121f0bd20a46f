using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Mind.Answers;

/// <summary>Things that a new text no longer declares though nobody spoke of them: what a model
/// does that writes a file from memory.</summary>
internal static class Losses
{
    private const int Named = 8;

    private static readonly string[] s_removals =
    [
        "remove", "delete", "uninstall", "drop", "get rid", "take down", "tear down", "wipe",
        "clear", "clean", "purge", "without", "only", "nothing", "start over", "from scratch",
        "reset", "stop using", "replace",
    ];

    private static readonly string[] s_many =
    [
        "all", "every", "everything", "everyone", "everybody", "both", "them", "those", "these",
        "they", "rest", "others", "other", "except", "but", "only", "nothing", "nobody", "none",
        "it", "scratch", "over",
    ];

    public static void Find(
        AnswerBasis basis, DesiredState after, IEnumerable<string> files, DiagnosticBag found)
    {
        if (StateReader.Read(basis.Present).State is not { } before)
        {
            return;
        }
        var said = basis.Said.ToLowerInvariant();
        if (s_removals.Any(w => said.Contains(w, StringComparison.Ordinal))
            && Words(said).Overlaps(s_many))
        {
            return;
        }
        foreach (var file in files)
        {
            var had = Names(before, file);
            var has = Names(after, file).ToHashSet();
            var lost = had.Where(h => !has.Contains(h) && !IsNamed(h.Name, said)).ToList();
            if (lost.Count > 0 && lost.Count * 2 > had.Count)
            {
                var names = string.Join(", ", lost.Take(Named).Select(l => $"{l.List} {l.Name}"))
                    + (lost.Count > Named ? $" and {lost.Count - Named} more" : "");
                found.Error(Codes.AnswerLoses, new(file, 1, 1, 1, 1),
                    $"{file} would lose {names}, and nobody asked for that.",
                    "Write the whole file as it is now, changing only what the request is about; "
                    + "or ask the person.");
            }
        }
    }

    private static HashSet<string> Words(string said) => [.. said.Split(
        [' ', '\n', '\t', ',', '.', ';', ':', '!', '?', '"', '\'', '(', ')'],
        StringSplitOptions.RemoveEmptyEntries)];

    private static bool IsNamed(string name, string said) =>
        said.Contains(name.ToLowerInvariant(), StringComparison.Ordinal)
        || said.Contains(name.ToLowerInvariant().Replace('-', ' ').Replace('_', ' '),
            StringComparison.Ordinal);

    /// <summary>Everything in lists whose items have names.</summary>
    private static List<(string List, string Name)> Names(DesiredState state, string file)
    {
        var names = new List<(string, string)>();
        if (state.Specs.GetValueOrDefault(file) is { } spec && FileKinds.Of(file) is { } kind)
        {
            Collect(spec, kind.Spec, names);
        }
        return names;
    }

    private static void Collect(MapValue map, Schema schema, List<(string, string)> names)
    {
        foreach (var field in schema.Fields)
        {
            if (field.Type is ListType { Item: ObjectType { Schema: { Key: { } key } item } })
            {
                names.AddRange(map.Maps(field.Name).Select(m => (item.Name, m.Text(key) ?? "")));
            }
            else if (field.Type is ObjectType group && map.Map(field.Name) is { } inner)
            {
                Collect(inner, group.Schema, names);
            }
        }
    }
}
