using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Core.Catalog;

/// <summary>A mapping whose every key must be asked for; what was not is an error.</summary>
internal sealed class StrictMap(MappingNode node, string what, DiagnosticBag found)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public string Text(string key)
    {
        var text = TextOrNull(key);
        if (string.IsNullOrEmpty(text))
        {
            found.Error(Codes.Required, node.Span, $"{what} has no '{key}'.", "Add it.");
        }
        return text ?? "";
    }

    public string? TextOrNull(string key) => Ask(key) switch
    {
        null => null,
        ScalarNode scalar => scalar.Text,
        var other => Wrong<string>(other, key, "a text"),
    };

    public int? Number(string key)
    {
        var text = TextOrNull(key);
        if (text is null)
        {
            return null;
        }
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            Require(false, key, "is a whole number");
        }
        return number;
    }

    public bool Flag(string key)
    {
        var text = TextOrNull(key);
        Require(text is null or "true" or "false", key, "is true or false");
        return text == "true";
    }

    public ImmutableArray<string> Texts(string key)
    {
        switch (Ask(key))
        {
            case null:
                return [];
            case SequenceNode list when list.Items.All(i => i is ScalarNode):
                return [.. list.Items.Select(i => ((ScalarNode)i).Text)];
            case var other:
                Wrong<string>(other, key, "a list of texts");
                return [];
        }
    }

    public ImmutableArray<KeyValuePair<string, string>> Pairs(string key)
    {
        switch (Ask(key))
        {
            case null:
                return [];
            case MappingNode map when map.Entries.All(e => e.Value is ScalarNode):
                return [.. map.Entries.Select(
                    e => KeyValuePair.Create(e.Key.Text, ((ScalarNode)e.Value).Text))];
            case var other:
                Wrong<string>(other, key, "a map of texts");
                return [];
        }
    }

    public IEnumerable<StrictMap> Maps(string key)
    {
        switch (Ask(key))
        {
            case null:
                return [];
            case SequenceNode list when list.Items.All(i => i is MappingNode):
                return [.. list.Items.Select(
                    i => new StrictMap((MappingNode)i, $"{what}: {key}", found))];
            case var other:
                Wrong<string>(other, key, "a list of mappings");
                return [];
        }
    }

    /// <summary>An empty one, after reporting, where it is missing.</summary>
    public StrictMap Map(string key)
    {
        if (MapOrNull(key) is { } map)
        {
            return map;
        }
        found.Error(Codes.Required, node.Span, $"{what} has no '{key}'.", "Add it.");
        return new(new MappingNode(node.Span, []), $"{what}: {key}", new DiagnosticBag());
    }

    public StrictMap? MapOrNull(string key) => Ask(key) switch
    {
        null => null,
        MappingNode map => new(map, $"{what}: {key}", found),
        var other => Wrong<StrictMap>(other, key, "a mapping"),
    };

    public void Require(bool holds, string key, string rule)
    {
        if (!holds)
        {
            found.Error(Codes.BadValue, node[key]?.Span ?? node.Span,
                $"{what}: '{key}' {rule}.", "Correct it.");
        }
    }

    /// <summary>Reports the keys nobody asked for.</summary>
    public void Done()
    {
        foreach (var entry in node.Entries.Where(e => !_asked.Contains(e.Key.Text)))
        {
            found.Error(Codes.UnknownField, entry.Key.Span,
                $"{what} has no field '{entry.Key.Text}'.", "Remove or rename it.");
        }
    }

    private Node? Ask(string key)
    {
        _asked.Add(key);
        return node[key];
    }

    private T? Wrong<T>(Node at, string key, string wanted) where T : class
    {
        found.Error(Codes.WrongType, at.Span, $"{what}: '{key}' is not {wanted}.", "Correct it.");
        return null;
    }
}
