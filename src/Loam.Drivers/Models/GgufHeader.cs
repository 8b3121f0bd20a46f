using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Models;

/// <summary>What a model's file says of itself at its beginning, in the
/// <see href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">form</see> of llama.cpp.
/// Whatever stands in the file, reading it takes bounded memory and time.</summary>
/// <param name="Architecture">Such as <c>llama</c>, <c>qwen2</c>.</param>
/// <param name="Name">As its makers call it; may be empty.</param>
/// <param name="Quantisation">Such as <c>Q4_K_M</c>.</param>
/// <param name="ContextTokens">Tokens it was made for; 0: unknown.</param>
/// <param name="CacheBytes">What one token of context takes in memory; 0: unknown.</param>
/// <param name="HasTemplate">It says how a conversation is written for it.</param>
/// <param name="Bytes">Of the whole file.</param>
public sealed record GgufHeader(string Architecture, string Name, string Quantisation,
    int ContextTokens, long CacheBytes, bool HasTemplate, long Bytes)
{
    /// <exception cref="HostException">NotFound, or Unsupported: it is no such file, of another
    /// version, in parts, or not whole.</exception>
    public static GgufHeader Read(string path)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Options = FileOptions.SequentialScan, BufferSize = 64 * 1024,
            });
            return new GgufReader(file, path).Read();
        }
        catch (EndOfStreamException)
        {
            throw new HostException(Fault.Unsupported, $"{path} is not whole: it ends within "
                + "its own head.", "Get it again: `loam model add`.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HostException(Fault.NotFound, $"There is no file {path}.",
                "`loam model list` shows those that are there.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException(Fault.Denied, $"{path} cannot be read: {e.Message}",
                "Check its owner and mode.");
        }
    }

    /// <summary>Memory for a context of so many tokens.</summary>
    public long Cache(int tokens) => CacheBytes * tokens;
}

/// <summary>Reads one file from its beginning.</summary>
internal sealed class GgufReader(Stream stream, string path)
{
    private const int MostKeys = 4096, MostTensors = 100_000, MostItems = 4_000_000;
    private const int MostText = 4 * 1024 * 1024, MostName = 1024, MostDimensions = 8;
    private const int Text = 8, List = 9;
    private const long MostHead = 512L << 20;

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly byte[] _small = new byte[8];
    private long _at;

    public GgufHeader Read()
    {
        if (Number(4) != 0x46554747) // GGUF
        {
            throw Unfit("is no GGUF file", "Models for llama.cpp have names that end in .gguf.");
        }
        var version = Number(4);
        if (version is not (2 or 3))
        {
            throw Unfit($"is GGUF of version {version}; 2 and 3 are known",
                version > 0xffff ? "It is for processors of the other byte order."
                    : "Get a newer conversion of the model.");
        }
        var tensors = Count(8, MostTensors, "tensors");
        var keys = Count(8, MostKeys, "keys");
        for (var key = 0; key < keys; key++)
        {
            Pair();
        }
        if (_numbers.GetValueOrDefault("split.count") > 1)
        {
            throw Unfit($"is one of {_numbers["split.count"]} parts",
                "Put them together: `llama-gguf-split --merge FIRST WHOLE`.");
        }
        Tensors(tensors);
        return Header();
    }

    private GgufHeader Header()
    {
        var architecture = _texts.GetValueOrDefault("general.architecture", "");
        if (architecture.Length == 0)
        {
            throw Unfit("does not say what architecture it is of", "Get another conversion of it.");
        }
        long Of(string name) => _numbers.GetValueOrDefault($"{architecture}.{name}");
        var heads = Of("attention.head_count");
        var width = heads > 0 ? Of("embedding_length") / heads : 0;
        var perHead = (Of("attention.key_length") is > 0 and var k ? k : width)
            + (Of("attention.value_length") is > 0 and var v ? v : width);
        var cacheHeads = Of("attention.head_count_kv") is > 0 and var given ? given : heads;
        // Two bytes a number; the bounds are those of a machine's memory.
        var cache = (double)Of("block_count") * cacheHeads * perHead * 2;
        return new(architecture, _texts.GetValueOrDefault("general.name", ""),
            Quantisations.Name(_numbers.GetValueOrDefault("general.file_type", -1)),
            (int)Math.Clamp(Of("context_length"), 0, int.MaxValue),
            cache is > 0 and < 1L << 32 ? (long)cache : 0,
            _texts.ContainsKey("tokenizer.chat_template"), stream.Length);
    }

    private void Pair()
    {
        var name = String(MostName);
        var type = Number(4);
        if (type == Text)
        {
            _texts.TryAdd(name, String(MostText));
        }
        else if (type == List)
        {
            Items(name);
        }
        else
        {
            _numbers.TryAdd(name, Value((int)type));
        }
    }

    /// <summary>Of a list of numbers the largest is remembered: layers may differ.</summary>
    private void Items(string name)
    {
        var type = (int)Number(4);
        var count = Count(8, MostItems, "items of a list");
        if (type == List)
        {
            throw Unfit("has lists of lists", "Get another conversion of it.");
        }
        var largest = long.MinValue;
        for (var item = 0; item < count; item++)
        {
            if (type == Text)
            {
                Skip(Number(8));
            }
            else
            {
                largest = Math.Max(largest, Value(type));
            }
        }
        if (type != Text && count > 0)
        {
            _numbers.TryAdd(name, largest);
        }
    }

    /// <summary>Whole numbers as they are; others as nothing.</summary>
    private long Value(int type)
    {
        var (size, isWhole) = type switch
        {
            0 or 1 or 7 => (1, true),
            2 or 3 => (2, true),
            4 or 5 => (4, true),
            6 => (4, false),
            10 or 11 => (8, true),
            12 => (8, false),
            _ => throw Unfit($"has a value of type {type}, which is not known",
                "Get another conversion of it."),
        };
        var number = Number(size);
        return isWhole ? (long)number : 0;
    }

    /// <summary>The file is as long as its last tensor says.</summary>
    private void Tensors(int count)
    {
        var alignment = _numbers.GetValueOrDefault("general.alignment", 32);
        if (alignment is < 1 or > 1 << 20)
        {
            throw Unfit($"has tensors aligned to {alignment}", "Get another conversion of it.");
        }
        ulong end = 0;
        for (var tensor = 0; tensor < count; tensor++)
        {
            String(MostName);
            var dimensions = Count(4, MostDimensions, "dimensions");
            var items = 1UL;
            for (var dimension = 0; dimension < dimensions; dimension++)
            {
                items = SaturatingProduct(items, Number(8));
            }
            var bytes = Quantisations.Bytes((int)Number(4), items);
            end = Math.Max(end, SaturatingSum(Number(8), bytes));
        }
        var begin = (ulong)((_at + alignment - 1) / alignment * alignment);
        var whole = SaturatingSum(begin, end);
        if ((ulong)stream.Length < whole)
        {
            throw Unfit(string.Create(CultureInfo.InvariantCulture,
                $"is not whole: it has {stream.Length} bytes of {whole}"),
                "Get it again: `loam model add`.");
        }
    }

    private static ulong SaturatingProduct(ulong a, ulong b) =>
        (ulong)UInt128.Min((UInt128)a * b, long.MaxValue);

    private static ulong SaturatingSum(ulong a, ulong b) =>
        (ulong)UInt128.Min((UInt128)a + b, long.MaxValue);

    private int Count(int size, int most, string what)
    {
        var count = Number(size);
        return count <= (ulong)most ? (int)count
            : throw Unfit($"says it has {count} {what}", "It is damaged: get it again.");
    }

    private ulong Number(int size)
    {
        var bytes = _small.AsSpan(0, size);
        stream.ReadExactly(bytes);
        Move(size);
        return size switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
    }

    private string String(int most)
    {
        var length = Number(8);
        if (length > (ulong)most)
        {
            throw Unfit($"has a text of {length} bytes", "It is damaged: get it again.");
        }
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        Move((long)length);
        return Encoding.UTF8.GetString(bytes);
    }

    private void Skip(ulong count)
    {
        if (count > MostText)
        {
            throw Unfit($"has a text of {count} bytes", "It is damaged: get it again.");
        }
        Span<byte> room = stackalloc byte[256];
        for (var left = (int)count; left > 0;)
        {
            var part = room[..Math.Min(left, room.Length)];
            stream.ReadExactly(part);
            left -= part.Length;
        }
        Move((long)count);
    }

    private void Move(long count)
    {
        _at += count;
        if (_at > MostHead)
        {
            throw Unfit("has a head that does not end", "It is damaged: get it again.");
        }
    }

    private HostException Unfit(string what, string remedy) =>
        new(Fault.Unsupported, $"{path} {what}.", remedy);
}
