using System.Collections.Immutable;
using System.Text;

namespace Loam.Core.StateFiles.Editing;

internal enum Select { Key, Item, Index, Text }

/// <param name="Name">The key, or the field an item is known by.</param>
/// <param name="Value">The value of that field, or the text of the item.</param>
internal readonly record struct Segment(Select Select, string Name, string Value, int Index)
{
    public override string ToString() => Select switch
    {
        Select.Key => EditPath.Quoted(Name),
        Select.Index => $"[#{Index}]",
        Select.Text => $"[={EditPath.Quoted(Value)}]",
        _ => Name == "name" ? $"[{EditPath.Quoted(Value)}]"
            : $"[{EditPath.Quoted(Name)}={EditPath.Quoted(Value)}]",
    };
}

/// <summary>Where in a state file: <c>spec.services[web].ports[container=80].host</c>.</summary>
public sealed record EditPath
{
    /// <summary>The whole file; paths are built from here.</summary>
    public static readonly EditPath Root = new([]);

    private EditPath(ImmutableArray<Segment> segments) => Segments = segments;

    internal ImmutableArray<Segment> Segments { get; }

    /// <summary>Reads a path: <c>key</c> and <c>"odd.key"</c> between dots; <c>[web]</c> for the
    /// item of that name, <c>[container=80]</c> for the item with that field, <c>[=text]</c> for
    /// the item that is that text, <c>[#2]</c> for the third item. Names and values may stand in
    /// double quotes, where a backslash makes the next character literal.</summary>
    public static EditPath Parse(string path) => new PathReader(path).Read();

    /// <summary>A field of a mapping, whatever characters its name has.</summary>
    public EditPath Key(string key) => With(new(Select.Key, key, "", 0));

    /// <summary>The first item of a list whose <paramref name="field"/> is that value.</summary>
    public EditPath Item(string field, string value) => With(new(Select.Item, field, value, 0));

    /// <summary>An item of a list, counted from 0.</summary>
    public EditPath At(int index) => With(new(Select.Index, "", "", index));

    /// <summary>The first item of a list that is that text.</summary>
    public EditPath Text(string text) => With(new(Select.Text, "", text, 0));

    public bool Equals(EditPath? other) =>
        other is not null && Segments.AsSpan().SequenceEqual(other.Segments.AsSpan());

    public override int GetHashCode() =>
        Segments.Aggregate(17, (hash, segment) => HashCode.Combine(hash, segment));

    /// <summary>The path as <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var segment in Segments)
        {
            text.Append(segment.Select == Select.Key && text.Length > 0 ? "." : "").Append(segment);
        }
        return text.ToString();
    }

    internal EditPath With(Segment segment) => new(Segments.Add(segment));

    internal static string Quoted(string text)
    {
        var plain = text.Length > 0 && text[0] != '#' && text.AsSpan().IndexOfAny(".[]=\"\\") < 0;
        return plain ? text
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }
}

/// <summary>Reads the text form of a path.</summary>
internal sealed class PathReader(string path)
{
    private int _at;

    public EditPath Read()
    {
        var result = EditPath.Root;
        while (_at < path.Length)
        {
            if (path[_at] == '[')
            {
                _at++;
                result = result.With(Item());
                Expect(']');
                continue;
            }
            if (_at > 0)
            {
                Expect('.');
            }
            result = result.With(new(Select.Key, Word(".["), "", 0));
        }
        return result;
    }

    private Segment Item()
    {
        if (_at < path.Length && path[_at] == '#')
        {
            _at++;
            var digits = Word("]");
            return int.TryParse(digits, System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture, out var index)
                ? new(Select.Index, "", "", index)
                : throw Wrong($"{digits} is not the number of an item");
        }
        if (_at < path.Length && path[_at] == '=')
        {
            _at++;
            return new(Select.Text, "", Word("]"), 0);
        }
        var first = Word("=]");
        if (_at >= path.Length || path[_at] != '=')
        {
            return new(Select.Item, "name", first, 0);
        }
        _at++;
        return new(Select.Item, first, Word("]"), 0);
    }

    private string Word(string ends)
    {
        if (_at < path.Length && path[_at] == '"')
        {
            return InQuotes();
        }
        var rest = path.AsSpan(_at);
        var length = rest.IndexOfAny(ends);
        var word = (length < 0 ? rest : rest[..length]).ToString();
        if (word.Length == 0)
        {
            throw Wrong("a name is missing");
        }
        _at += word.Length;
        return word;
    }

    private string InQuotes()
    {
        var word = new StringBuilder();
        for (_at++; _at < path.Length; _at++)
        {
            if (path[_at] == '"')
            {
                _at++;
                return word.ToString();
            }
            _at += path[_at] == '\\' && _at + 1 < path.Length ? 1 : 0;
            word.Append(path[_at]);
        }
        throw Wrong("a quotation mark is not closed");
    }

    private void Expect(char wanted)
    {
        if (_at >= path.Length || path[_at] != wanted)
        {
            throw Wrong($"{wanted} is missing at its character {_at + 1}");
        }
        _at++;
    }

    private EditException Wrong(string what) =>
        new($"The path {path} cannot be read: {what}.");
}
