using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Editing;

/// <summary>Two edits of one file made one (decision 5: two clients). What counts is meaning:
/// services are matched by name, ports by number; comments and layout of both sides are kept.
/// </summary>
public static class StateMerge
{
    /// <summary>Brings everything that <paramref name="mine"/> changed since
    /// <paramref name="baseText"/> into <paramref name="theirs"/>. An absent file is an empty
    /// text.</summary>
    /// <returns>The merged text, or null and what stands in its way: what cannot be read, and each
    /// place that both changed, and not to the same.</returns>
    public static (string? Text, IReadOnlyList<Diagnostic> Conflicts) Merge(
        string file, string baseText, string theirs, string mine)
    {
        if (mine == baseText || mine == theirs)
        {
            return (theirs, []);
        }
        if (theirs == baseText)
        {
            return (mine, []);
        }
        var found = new DiagnosticBag();
        var before = YamlReader.Read(file, baseText, found);
        var there = YamlReader.Read(file, theirs, found);
        var here = YamlReader.Read(file, mine, found);
        if (before is null || there is null || here is null || found.HasErrors)
        {
            return (null, found.ToList());
        }
        var (origin, one, other) =
            (EditValue.From(before), EditValue.From(there), EditValue.From(here));
        var kind = FileKinds.Of(file);
        var merge = new TreeMerge(kind, mineFirst: false);
        var wanted = merge.Root(origin, one, other);
        if (merge.Clashes.Count > 0)
        {
            return (null, [.. merge.Clashes.Select(clash => Explain(clash, here, there))]);
        }
        var swapped = new TreeMerge(kind, mineFirst: true).Root(origin, one, other);
        var text = Write(Texts(baseText, theirs, mine), wanted, swapped, merge.Added, mine);
        return text is not null ? (text, []) : (null,
        [
            new(Codes.MergeClash, Severity.Error, here.Span,
                $"The changes of {file} cannot be written into the newer file.",
                "Make them again on the newer state."),
        ]);
    }

    /// <summary>Texts to start from, the best first: the lines of both sides, or theirs alone.
    /// </summary>
    private static IEnumerable<string> Texts(string baseText, string theirs, string mine)
    {
        yield return LineMerge.Merge(Body(baseText), Body(theirs), Body(mine));
        yield return Body(theirs);
    }

    private static string Body(string text) => text.TrimStart('\uFEFF');

    private static string? Write(IEnumerable<string> texts, EditValue wanted, EditValue swapped,
        IReadOnlyList<EditPath> added, string mine)
    {
        foreach (var text in texts)
        {
            if (StateEdit.Means(text, wanted) || StateEdit.Means(text, swapped))
            {
                return text;
            }
            try
            {
                var edited = StateEdit.Set(text, EditPath.Root, wanted);
                return added.Aggregate(edited,
                    (now, path) => BlockCopy.Copy(now, path, Body(mine), wanted));
            }
            catch (EditException)
            {
                // The next text may do.
            }
        }
        return null;
    }

    private static Diagnostic Explain(Clash clash, MappingNode here, MappingNode there)
    {
        var place = clash.Path.ToString();
        var message = clash.Kind switch
        {
            ClashKind.RemovedHere => $"{place} is removed here and was changed meanwhile.",
            ClashKind.RemovedThere => $"{place} is changed here and was removed meanwhile.",
            ClashKind.Order => $"The items of {place} stand in two new orders.",
            _ => $"{place} is changed here and was changed to something else meanwhile.",
        };
        var node = StateEdit.Find(here, clash.Path) ?? StateEdit.Find(there, clash.Path);
        return new(Codes.MergeClash, Severity.Error, node?.Span, message,
            "Look at the newer state and decide which of the two holds.");
    }
}
