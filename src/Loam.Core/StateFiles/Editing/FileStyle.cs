namespace Loam.Core.StateFiles.Editing;

/// <summary>How a file is indented, read from its first places that show it. Numbers are
/// columns.</summary>
/// <param name="Step">From a field to the fields below it.</param>
/// <param name="List">From a field to the dashes below it; 0 where they stand at its column.
/// </param>
/// <param name="Item">From a dash to what it holds.</param>
internal sealed record FileStyle(string NewLine, int Step, int List, int Item)
{
    public static FileStyle Of(Layout layout)
    {
        var text = layout.Text;
        var first = text.IndexOf('\n');
        var newLine = first > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";
        int? step = null, list = null, item = null;
        Look(layout, layout.Root, ref step, ref list, ref item);
        return new(newLine, step ?? 2, list ?? step ?? 2, item ?? 2);
    }

    private static void Look(
        Layout layout, Part part, ref int? step, ref int? list, ref int? item)
    {
        foreach (var slot in part.IsBlock ? part.Slots : [])
        {
            if (slot.Value.IsBlock && !slot.Value.Slots.IsEmpty)
            {
                var offset = layout.Lines.ColumnOf(slot.Value.Start) - layout.Column(slot);
                var (isList, inList) = (slot.Value.Node is SequenceNode, slot.Key is null);
                step ??= !inList && !isList ? offset : null;
                list ??= !inList && isList ? offset : null;
                item ??= inList && SameLine(layout, slot) ? offset : null;
            }
            Look(layout, slot.Value, ref step, ref list, ref item);
        }
    }

    private static bool SameLine(Layout layout, Slot slot) =>
        layout.Lines.LineOf(slot.Start) == layout.Lines.LineOf(slot.Value.Start);
}
