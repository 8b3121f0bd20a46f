using System.Collections.Immutable;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles;

/// <summary>YAML as it was written, with the place of every part. Nothing is interpreted yet.
/// </summary>
public abstract record Node(Span Span);

/// <param name="Text">The scalar's text after unquoting.</param>
/// <param name="Plain">Written without quotes, so that <c>8080</c> may be a number.</param>
public sealed record ScalarNode(Span Span, string Text, bool Plain) : Node(Span);

public sealed record SequenceNode(Span Span, ImmutableArray<Node> Items) : Node(Span);

public sealed record MappingNode(Span Span, ImmutableArray<MappingEntry> Entries) : Node(Span)
{
    public Node? this[string key] =>
        Entries.FirstOrDefault(e => e.Key.Text == key)?.Value;
}

public sealed record MappingEntry(ScalarNode Key, Node Value);
