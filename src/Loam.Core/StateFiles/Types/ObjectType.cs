using System.Globalization;
using System.Text.Json;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Types;

/// <summary>A mapping with the fields of a <see cref="StateFiles.Schema"/>. What fits is kept and
/// what does not is reported, so that later checks still see the rest.</summary>
public sealed record ObjectType(Schema Schema) : FieldType
{
    private readonly Dictionary<string, int> _places = Schema.Fields
        .Select((field, place) => (field.Name, place))
        .ToDictionary(f => f.Name, f => f.place, StringComparer.Ordinal);

    private readonly Value?[] _defaults = [.. Schema.Fields.Select(DefaultOf)];

    /// <summary>Where a default is read from: nowhere.</summary>
    private static readonly Span Nowhere = new("", 0, 0, 0, 0);

    public bool Equals(ObjectType? other) => ReferenceEquals(this, other);
    public override int GetHashCode() => Schema.Name.GetHashCode(StringComparison.Ordinal);

    public override Value? Read(Node node, string what, DiagnosticBag found) =>
        Read(node, what, isItem: false, found);

    /// <summary>Reads the entry of a list, which is called by its key or its place.</summary>
    public Value? ReadItem(Node node, int place, string list, DiagnosticBag found)
    {
        var key = Schema.Key is null ? null : (node as MappingNode)?[Schema.Key] as ScalarNode;
        var name = key is null || Wording.IsNothing(key)
            ? (place + 1).ToString(CultureInfo.InvariantCulture)
            : Formats.IsShort(key.Text) ? key.Text : Wording.Quote(key.Text);
        var owner = list.IndexOf(" of ", StringComparison.Ordinal);
        var what = owner < 0 ? $"{Schema.Name} {name}" : $"{Schema.Name} {name}{list[owner..]}";
        return Read(node, what, isItem: true, found);
    }

    private MapValue? Read(Node node, string what, bool isItem, DiagnosticBag found)
    {
        if (node is not MappingNode mapping)
        {
            Wording.WrongShape(node, what, Describe(), found, $"Write {Form()}.");
            return null;
        }
        var values = new Value?[Schema.Fields.Count];
        var written = new bool[values.Length];
        foreach (var (key, child) in mapping.Entries)
        {
            if (!_places.TryGetValue(key.Text, out var place))
            {
                Unknown(key, what, found);
            }
            else if (!written[place])
            {
                // A second one was reported when the text was read.
                written[place] = true;
                var field = Schema.Fields[place];
                var called = isItem ? Wording.FieldOf(field.Name, what)
                    : Wording.FieldIn(what, field.Name);
                values[place] = field.Type.Read(child, called, found);
            }
        }
        return Complete(values, written, mapping, what, found);
    }

    private MapValue Complete(
        Value?[] values, bool[] written, MappingNode mapping, string what, DiagnosticBag found)
    {
        var entries = new List<KeyValuePair<string, Value>>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            var field = Schema.Fields[i];
            if (!written[i])
            {
                values[i] = _defaults[i];
                if (field.Required)
                {
                    found.Error(Codes.Required, mapping.Span,
                        $"{Wording.Upper(Name(what))} has no {field.Name}.",
                        $"Add `{field.Name}:` with {field.Type.Describe()}.");
                }
            }
            if (values[i] is { } value)
            {
                entries.Add(new(field.Name, value));
            }
        }
        return new MapValue(entries, mapping.Span);
    }

    private void Unknown(ScalarNode key, string what, DiagnosticBag found)
    {
        var nearest = Nearest.To(key.Text, Schema.Fields.Select(f => f.Name));
        found.Error(Codes.UnknownField, key.Span,
            $"{Wording.Upper(Name(what))} has no field {Wording.Quote(key.Text)}.",
            nearest is not null ? $"Write {nearest}."
                : $"The fields here are {string.Join(", ", Schema.Fields.Select(f => f.Name))}.");
    }

    private string Name(string what) => what.Length == 0 ? Schema.Name : what;

    private string Form() => Schema.Example is not null
        ? $"its fields, such as `{Schema.Example}`"
        : $"its fields: {string.Join(", ", Schema.Fields.Select(f => f.Name))}";

    /// <summary>What a field is when nobody writes it; null: absent.</summary>
    internal static Value? DefaultOf(Field field)
    {
        Node? node = field.Default switch
        {
            null => null,
            "[]" => new SequenceNode(Nowhere, []),
            "{}" => new MappingNode(Nowhere, []),
            var text => new ScalarNode(Nowhere, text, true),
        };
        if (node is null)
        {
            return null;
        }
        var found = new DiagnosticBag();
        var value = field.Type.Read(node, field.Name, found);
        Invariant.Require(value is not null && !found.HasErrors,
            $"the default of {field.Name} fits its own type");
        return Unplaced(value);
    }

    /// <summary>The same value as if nobody had written it.</summary>
    private static Value Unplaced(Value value) => value switch
    {
        TextValue text => new TextValue(text.Text),
        NumberValue number => new NumberValue(number.Number),
        BoolValue flag => new BoolValue(flag.IsTrue),
        ListValue list => new ListValue([.. list.Items.Select(Unplaced)]),
        MapValue map => new MapValue(
            [.. map.Entries.Select(e => KeyValuePair.Create(e.Key, Unplaced(e.Value)))]),
        _ => value,
    };

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var field in Schema.Fields)
        {
            json.WriteStartObject(field.Name);
            json.WriteString("description", field.Sentence);
            field.Type.WriteSchema(json);
            if (field.Default is not null)
            {
                json.WritePropertyName("default");
                WriteDefault(json, field);
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteBoolean("additionalProperties", false);
        if (Schema.Fields.Any(f => f.Required))
        {
            json.WriteStartArray("required");
            foreach (var field in Schema.Fields.Where(f => f.Required))
            {
                json.WriteStringValue(field.Name);
            }
            json.WriteEndArray();
        }
    }

    /// <summary>Units as a person writes them; other kinds as JSON has them.</summary>
    private static void WriteDefault(Utf8JsonWriter json, Field field)
    {
        switch (field.Type)
        {
            case BoolType:
                json.WriteBooleanValue(field.Default == "true");
                break;
            case IntegerType or DecimalType:
                json.WriteRawValue(field.Default!);
                break;
            case ListType { OneWillDo: true } when field.Default != "[]":
                json.WriteStringValue(field.Default);
                break;
            case ListType or ObjectType or MapType:
                json.WriteRawValue(field.Default!);
                break;
            default:
                json.WriteStringValue(field.Default);
                break;
        }
    }

    public override string Describe() =>
        $"the fields {string.Join(", ", Schema.Fields.Select(f => f.Name))}";

    public override string Show(Value value) => value is not MapValue map ? ""
        : string.Join(", ", Schema.Fields.Where(f => map.Has(f.Name))
            .Select(f => $"{f.Name} {f.Type.Show(map[f.Name]!)}"));
}
