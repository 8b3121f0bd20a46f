using System.Collections.Immutable;
using Loam.Core.StateFiles;

namespace Loam.Core.Importing;

/// <summary>The values of a compose file, which has several ways of writing most of them.
/// </summary>
internal static class ComposeNodes
{
    private static readonly string[] s_nothing = ["", "~", "null", "Null", "NULL"];

    public static bool IsNothing(this Node? node) =>
        node is null || (node is ScalarNode { Plain: true } scalar
            && s_nothing.Contains(scalar.Text));

    /// <summary>Null for what is nothing, and for what is no scalar.</summary>
    /// <exception cref="ComposeException">It has a character that no path or variable can have.
    /// </exception>
    public static string? Text(this Node? node, ComposeVariables variables)
    {
        var text = node is ScalarNode scalar && !node.IsNothing()
            ? variables.Fill(scalar.Text) : null;
        return text?.Contains('\0', StringComparison.Ordinal) == true
            ? throw new ComposeException(node!.Span, "A text here has a NUL character.",
                "Take it out.")
            : text;
    }

    /// <summary>A list of texts, also where a single one stands.</summary>
    public static ImmutableArray<string> Texts(this Node? node, ComposeVariables variables) =>
        node is SequenceNode list
            ? [.. list.Items.Select(i => i.Text(variables)).OfType<string>()]
            : node.Text(variables) is { } one ? [one] : [];

    public static bool IsTrue(this Node? node, ComposeVariables variables) =>
        node.Text(variables) is { } text
        && text.ToLowerInvariant() is "true" or "yes" or "on" or "y" or "1";

    /// <summary>Names and values, written as a mapping or as a list of <c>NAME=value</c>; a value
    /// is null where only the name stands.</summary>
    public static IEnumerable<(string Name, string? Value, Node At)> Pairs(
        this Node? node, ComposeVariables variables)
    {
        if (node is MappingNode map)
        {
            foreach (var (key, value) in map.Entries)
            {
                yield return (key.Text, value.Text(variables), key);
            }
        }
        foreach (var item in (node as SequenceNode)?.Items ?? [])
        {
            if (item.Text(variables) is { } text)
            {
                var equals = text.IndexOf('=', StringComparison.Ordinal);
                yield return equals < 0 ? (text, null, item)
                    : (text[..equals], text[(equals + 1)..], item);
            }
        }
    }

    /// <summary>The keys of a mapping or the items of a list: networks, dependencies.</summary>
    public static IEnumerable<(string Name, MappingNode? More, Node At)> Named(
        this Node? node, ComposeVariables variables)
    {
        foreach (var (key, value) in (node as MappingNode)?.Entries ?? [])
        {
            yield return (key.Text, value as MappingNode, key);
        }
        foreach (var item in (node as SequenceNode)?.Items ?? [])
        {
            if (item.Text(variables) is { } name)
            {
                yield return (name, null, item);
            }
        }
    }
}
