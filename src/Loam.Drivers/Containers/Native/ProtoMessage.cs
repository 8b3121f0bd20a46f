using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Loam.Drivers.Containers.Native;

/// <summary>Writes a message field by field. Fields that have their default are left out.
/// https://protobuf.dev/programming-guides/encoding/</summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0, Delimited = 2;
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public ProtoWriter Number(int field, long value)
    {
        if (value != 0)
        {
            Write((ulong)(field << 3 | Varint));
            Write((ulong)value);
        }
        return this;
    }

    public ProtoWriter Flag(int field, bool value) => Number(field, value ? 1 : 0);

    public ProtoWriter Text(int field, string? value) =>
        string.IsNullOrEmpty(value) ? this : Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Texts(int field, IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            Bytes(field, Encoding.UTF8.GetBytes(value));
        }
        return this;
    }

    /// <summary>Also for a message, which may be empty and is there all the same.</summary>
    public ProtoWriter Bytes(int field, ReadOnlyMemory<byte> value)
    {
        Write((ulong)(field << 3 | Delimited));
        Write((ulong)value.Length);
        _bytes.Write(value.Span);
        return this;
    }

    public ProtoWriter Message(int field, ProtoWriter value) => Bytes(field, value.Written);

    public ProtoWriter Map(int field, IEnumerable<KeyValuePair<string, string>> values)
    {
        foreach (var (key, value) in values)
        {
            Message(field, new ProtoWriter().Text(1, key).Text(2, value));
        }
        return this;
    }

    /// <summary>A <c>google.protobuf.Any</c>.</summary>
    public ProtoWriter Any(int field, string type, ReadOnlyMemory<byte> value) =>
        Message(field, new ProtoWriter().Text(1, type).Bytes(2, value));

    private void Write(ulong value)
    {
        var span = _bytes.GetSpan(10);
        var length = 0;
        for (; value > 0x7f; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }
        span[length++] = (byte)value;
        _bytes.Advance(length);
    }
}

/// <summary>A message that was read. Fields that are absent have their default.</summary>
internal sealed class ProtoMessage
{
    public static readonly ProtoMessage Empty = new([]);
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields;

    private ProtoMessage(List<(int, ulong, ReadOnlyMemory<byte>)> fields) => _fields = fields;

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ProtoMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var fields = new List<(int, ulong, ReadOnlyMemory<byte>)>();
        while (!bytes.IsEmpty)
        {
            var tag = Take(ref bytes);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add((field, Take(ref bytes), default));
                    break;
                case 1:
                    fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(
                        Cut(ref bytes, 8).Span), default));
                    break;
                case 2:
                    fields.Add((field, 0, Cut(ref bytes, Take(ref bytes))));
                    break;
                case 5:
                    fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(
                        Cut(ref bytes, 4).Span), default));
                    break;
                default:
                    throw new InvalidDataException("a field of no known kind");
            }
        }
        return new(fields);
    }

    public long Number(int field) => (long)_fields.LastOrDefault(f => f.Field == field).Number;

    public ReadOnlyMemory<byte> Bytes(int field) =>
        _fields.LastOrDefault(f => f.Field == field).Bytes;

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    public IEnumerable<string> Texts(int field) =>
        All(field).Select(b => Encoding.UTF8.GetString(b.Span));

    public ProtoMessage Message(int field) => Parse(Bytes(field));

    public IEnumerable<ProtoMessage> Messages(int field) => All(field).Select(Parse);

    /// <summary>Messages as they came, to be passed on.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> All(int field) =>
        _fields.Where(f => f.Field == field).Select(f => f.Bytes);

    public Dictionary<string, string> Map(int field)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in Messages(field))
        {
            map[entry.Text(1)] = entry.Text(2);
        }
        return map;
    }

    /// <summary>A <c>google.protobuf.Timestamp</c>; null: none.</summary>
    public DateTimeOffset? Time(int field)
    {
        var stamp = Message(field);
        return stamp.Number(1) <= 0 ? null : DateTimeOffset.FromUnixTimeSeconds(stamp.Number(1))
            .AddTicks(stamp.Number(2) / TimeSpan.NanosecondsPerTick);
    }

    private static ulong Take(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        var span = bytes.Span;
        for (var i = 0; i < Math.Min(10, span.Length); i++)
        {
            value |= (ulong)(span[i] & 0x7f) << (7 * i);
            if (span[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }
        throw new InvalidDataException("a number without an end");
    }

    private static ReadOnlyMemory<byte> Cut(ref ReadOnlyMemory<byte> bytes, ulong length)
    {
        if (length > (ulong)bytes.Length)
        {
            throw new InvalidDataException("a field longer than its message");
        }
        var cut = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return cut;
    }
}
