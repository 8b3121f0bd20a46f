using System.Text;

namespace Loam.Testing;

/// <summary>Writes GGUF files of some hundred kilobytes that llama.cpp loads like any model: a
/// llama of one layer whose vocabulary is every byte and a few pieces.</summary>
public static class TinyModel
{
    private const int Width = 128, Heads = 4, Hidden = 64, Bytes = 256, FirstByte = 3;
    private const int Text = 8, Whole = 4, Real = 6, List = 9;
    private const int Normal = 1, Unknown = 2, Control = 3, OfByte = 6;

    /// <summary>One that says anything, and comes to an end of texts and lists sooner rather than
    /// later.</summary>
    public static void Random(string path, int seed, int context = 4096)
    {
        var draw = new Random(seed);
        var words = Vocabulary([]);
        float Any() => (float)((draw.NextDouble() - 0.5) * 0.6);
        // The first number is the same of every token and stays so: it favours what closes.
        Write(path, words, context, (name, row, column) => name switch
        {
            "token_embd.weight" => column == 0 ? 4 : Any(),
            "output.weight" => column == 0 ? "\"}],".Contains((char)(row - FirstByte)) ? 0.5f : 0
                : Any(),
            _ when name.EndsWith("_norm.weight", StringComparison.Ordinal) => 1,
            _ when row == 0 => 0,
            _ => Any(),
        });
    }

    /// <summary>One that says these pieces, one after another, after whatever it was asked.</summary>
    /// <param name="pieces">No two are equal, and none is a single byte.</param>
    /// <param name="isEndless">After the last comes the first.</param>
    public static void Saying(
        string path, IReadOnlyList<string> pieces, bool isEndless = false, int context = 4096)
    {
        var words = Vocabulary(pieces);
        var draw = new Random(1);
        var codes = words.Select(_ => Enumerable.Range(0, Width)
            .Select(_ => draw.Next(2) == 0 ? -1f : 1f).ToArray()).ToList();
        // What comes after a token: a piece after the one before it, the first after a line's end.
        var first = words.Count - pieces.Count;
        var before = new Dictionary<int, List<int>>();
        void Follows(int next, int last) =>
            (before.TryGetValue(next, out var all) ? all : before[next] = []).Add(last);
        Follows(first, FirstByte + '\n');
        for (var at = 1; at < pieces.Count; at++)
        {
            Follows(first + at, first + at - 1);
        }
        Follows(isEndless ? first : 2, words.Count - 1);
        Write(path, words, context, (name, row, column) => name switch
        {
            "token_embd.weight" => codes[row][column],
            "output.weight" => before.GetValueOrDefault(row)?.Sum(l => codes[l][column]) ?? 0,
            _ when name.EndsWith("_norm.weight", StringComparison.Ordinal) => 1,
            _ => 0,
        });
    }

    /// <summary>Special tokens, bytes, the sign that stands for a blank, pieces.</summary>
    private static List<(string Text, int Kind)> Vocabulary(IReadOnlyList<string> pieces) =>
    [
        ("<unk>", Unknown), ("<s>", Control), ("</s>", Control),
        .. Enumerable.Range(0, Bytes).Select(b => ($"<0x{b:X2}>", OfByte)),
        ("▁", Normal), .. pieces.Select(p => (p.Replace(' ', '▁'), Normal)),
    ];

    /// <param name="value">Of a tensor's name, row and column.</param>
    private static void Write(string path, List<(string Text, int Kind)> words, int context,
        Func<string, int, int, float> value)
    {
        using var file = new BinaryWriter(File.Create(path), Encoding.UTF8);
        var tensors = Tensors(words.Count);
        var pairs = Pairs(words, context);
        file.Write("GGUF"u8);
        file.Write(3u);
        file.Write((ulong)tensors.Count);
        file.Write((ulong)pairs.Count);
        foreach (var (key, write) in pairs)
        {
            Put(file, key);
            write(file);
        }
        var offset = 0UL;
        foreach (var (name, rows, columns) in tensors)
        {
            Put(file, name);
            file.Write(rows > 0 ? 2u : 1u);
            file.Write((ulong)columns);
            if (rows > 0)
            {
                file.Write((ulong)rows);
            }
            file.Write(0u);
            file.Write(offset);
            offset += Padded((ulong)(columns * Math.Max(rows, 1)) * 4);
        }
        Pad(file);
        foreach (var (name, rows, columns) in tensors)
        {
            for (var row = 0; row < Math.Max(rows, 1); row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    file.Write(value(name, row, column));
                }
            }
            Pad(file);
        }
    }

    /// <summary>Rows and columns; no rows: a list.</summary>
    private static List<(string Name, int Rows, int Columns)> Tensors(int words) =>
    [
        ("token_embd.weight", words, Width), ("output_norm.weight", 0, Width),
        ("output.weight", words, Width), ("blk.0.attn_norm.weight", 0, Width),
        ("blk.0.attn_q.weight", Width, Width), ("blk.0.attn_k.weight", Width, Width),
        ("blk.0.attn_v.weight", Width, Width), ("blk.0.attn_output.weight", Width, Width),
        ("blk.0.ffn_norm.weight", 0, Width), ("blk.0.ffn_gate.weight", Hidden, Width),
        ("blk.0.ffn_up.weight", Hidden, Width), ("blk.0.ffn_down.weight", Width, Hidden),
    ];

    private static List<(string, Action<BinaryWriter>)> Pairs(
        List<(string Text, int Kind)> words, int context) =>
    [
        String("general.architecture", "llama"), String("general.name", "tiny"),
        Number("general.file_type", 0), Number("llama.context_length", context),
        Number("llama.embedding_length", Width), Number("llama.block_count", 1),
        Number("llama.feed_forward_length", Hidden), Number("llama.vocab_size", words.Count),
        Number("llama.attention.head_count", Heads), Number("llama.attention.head_count_kv", Heads),
        Number("llama.rope.dimension_count", Width / Heads),
        ("llama.attention.layer_norm_rms_epsilon", f => { f.Write(Real); f.Write(1e-5f); }),
        String("tokenizer.ggml.model", "llama"),
        ("tokenizer.ggml.tokens", f => Items(f, Text, words, w => Put(f, w.Text))),
        ("tokenizer.ggml.scores", f => Items(f, Real, words, _ => f.Write(0f))),
        ("tokenizer.ggml.token_type", f => Items(f, 5, words, w => f.Write(w.Kind))),
        Number("tokenizer.ggml.unknown_token_id", 0), Number("tokenizer.ggml.bos_token_id", 1),
        Number("tokenizer.ggml.eos_token_id", 2),
        ("tokenizer.ggml.add_space_prefix", f => { f.Write(7); f.Write(false); }),
    ];

    private static (string, Action<BinaryWriter>) String(string key, string text) =>
        (key, f => { f.Write(Text); Put(f, text); });

    private static (string, Action<BinaryWriter>) Number(string key, int number) =>
        (key, f => { f.Write(Whole); f.Write(number); });

    private static void Items<T>(
        BinaryWriter file, int type, List<T> items, Action<T> put)
    {
        file.Write(List);
        file.Write(type);
        file.Write((ulong)items.Count);
        items.ForEach(put);
    }

    private static void Put(BinaryWriter file, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        file.Write((ulong)bytes.Length);
        file.Write(bytes);
    }

    private static ulong Padded(ulong bytes) => (bytes + 31) / 32 * 32;

    private static void Pad(BinaryWriter file)
    {
        file.Flush();
        var at = (ulong)file.BaseStream.Position;
        file.Write(new byte[Padded(at) - at]);
    }
}
