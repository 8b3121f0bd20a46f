using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles;

/// <summary>A checked value in its normal form: sizes are bytes, durations milliseconds, CPU
/// milli-cores, defaults filled in. Two texts that mean the same have equal canonical forms.
/// Compare by <see cref="Canonical"/> or <see cref="Digest"/>: places do not count.</summary>
public abstract class Value(Span? at)
{
    /// <summary>Where it was written; null for a default.</summary>
    public Span? At { get; } = at;

    /// <summary>JSON with sorted keys and no white space: the text digests are taken of.</summary>
    public string Canonical()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, CanonicalJson))
        {
            Write(json);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>SHA-256 of the canonical form, 64 hex digits.</summary>
    public string Digest() => Digests.Of(Canonical());

    public abstract void Write(Utf8JsonWriter json);

    private static readonly JsonWriterOptions CanonicalJson = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

public sealed class TextValue(string text, Span? at = null) : Value(at)
{
    public string Text { get; } = text;
    public override void Write(Utf8JsonWriter json) => json.WriteStringValue(Text);
}

/// <summary>A number in the field's base unit: bytes, milliseconds, milli-cores, or as is.
/// </summary>
public sealed class NumberValue(decimal number, Span? at = null) : Value(at)
{
    public decimal Number { get; } = number;
    public override void Write(Utf8JsonWriter json) => json.WriteNumberValue(Number);
}

public sealed class BoolValue(bool isTrue, Span? at = null) : Value(at)
{
    public bool IsTrue { get; } = isTrue;
    public override void Write(Utf8JsonWriter json) => json.WriteBooleanValue(IsTrue);
}

public sealed class ListValue(ImmutableArray<Value> items, Span? at = null) : Value(at)
{
    public ImmutableArray<Value> Items { get; } = items;

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var item in Items)
        {
            item.Write(json);
        }
        json.WriteEndArray();
    }
}

/// <summary>A mapping with known fields, or a free map of texts. Keys keep their written order
/// for display; the canonical form sorts them.</summary>
public sealed class MapValue(IEnumerable<KeyValuePair<string, Value>> entries, Span? at = null)
    : Value(at)
{
    public ImmutableArray<KeyValuePair<string, Value>> Entries { get; } = [.. entries];

    /// <summary>Most mappings have a few known fields, which are found faster by looking than by
    /// hashing; free maps may be long.</summary>
    private const int Few = 24;

    private Dictionary<string, Value>? _byKey;

    public Value? this[string key]
    {
        get
        {
            if (Entries.Length > Few)
            {
                // Built again by two threads at once, it is the same.
                return (_byKey ??= Entries.ToDictionary(
                    e => e.Key, e => e.Value, StringComparer.Ordinal)).GetValueOrDefault(key);
            }
            foreach (var (name, value) in Entries)
            {
                if (name == key)
                {
                    return value;
                }
            }
            return null;
        }
    }

    public bool Has(string key) => this[key] is not null;

    /// <summary>The text of a field that is a text; null when absent.</summary>
    public string? Text(string key) => (this[key] as TextValue)?.Text;
    public decimal? Number(string key) => (this[key] as NumberValue)?.Number;
    public bool? Flag(string key) => (this[key] as BoolValue)?.IsTrue;
    public MapValue? Map(string key) => this[key] as MapValue;

    /// <summary>The items of a list; empty when absent. Ask <see cref="Has"/> when the difference
    /// between absent (unmanaged) and empty matters.</summary>
    public ImmutableArray<Value> List(string key) => (this[key] as ListValue)?.Items ?? [];
    public ImmutableArray<string> Texts(string key) =>
        [.. List(key).OfType<TextValue>().Select(t => t.Text)];
    public IEnumerable<MapValue> Maps(string key) => List(key).OfType<MapValue>();

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (key, value) in Entries.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            value.Write(json);
        }
        json.WriteEndObject();
    }
}

public static class Digests
{
    /// <summary>SHA-256 of a text's UTF-8 bytes, 64 lower-case hex digits.</summary>
    public static string Of(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
