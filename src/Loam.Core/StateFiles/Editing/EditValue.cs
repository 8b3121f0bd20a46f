using System.Collections.Immutable;
using System.Globalization;

namespace Loam.Core.StateFiles.Editing;

/// <summary>A value to be written into a state file.</summary>
public abstract record EditValue
{
    /// <summary>A text: quoted where it would otherwise read as a number, yes or no, or nothing.
    /// </summary>
    public static EditValue Of(string text) =>
        new ScalarEdit(text, text.Length == 0 || ScalarKinds.Of(text) != ScalarKind.Text);

    public static EditValue Of(int number) =>
        new ScalarEdit(number.ToString(CultureInfo.InvariantCulture));

    public static EditValue Of(bool value) => new ScalarEdit(value ? "true" : "false");

    public static EditValue List(params ReadOnlySpan<EditValue> items) =>
        new ListEdit([.. items]);

    public static EditValue Map(params ReadOnlySpan<(string Key, EditValue Value)> entries)
    {
        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, EditValue>>(entries.Length);
        foreach (var (key, value) in entries)
        {
            pairs.Add(new(key, value));
        }
        return new MapEdit(pairs.MoveToImmutable());
    }

    /// <summary>What was read, as something to write; quotes and styles do not come along.
    /// </summary>
    public static EditValue From(Node node) => node switch
    {
        ScalarNode { Plain: true, Text: "" } => new ScalarEdit("null"),
        ScalarNode scalar => new ScalarEdit(scalar.Text, !scalar.Plain),
        SequenceNode sequence => new ListEdit([.. sequence.Items.Select(From)]),
        MappingNode mapping => new MapEdit([.. mapping.Entries.Select(e =>
            KeyValuePair.Create(e.Key.Text, From(e.Value)))]),
        _ => throw new InvariantException("A node is a scalar, a list or a mapping."),
    };
}

/// <param name="Quote">Written in quotes even where that is not needed; without it, quotes are
/// written only where YAML needs them, so <c>8080</c> stays a number.</param>
public sealed record ScalarEdit(string Text, bool Quote = false) : EditValue;

public sealed record ListEdit(ImmutableArray<EditValue> Items) : EditValue;

/// <summary>Keys are different from each other; their order is kept where they are new.</summary>
public sealed record MapEdit(ImmutableArray<KeyValuePair<string, EditValue>> Entries) : EditValue
{
    internal EditValue? this[string key] => Entries.FirstOrDefault(e => e.Key == key).Value;
}
