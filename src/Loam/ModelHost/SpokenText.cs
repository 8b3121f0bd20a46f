using System.Collections.Immutable;
using System.Text;

namespace Loam.ModelHost;

/// <summary>Words of an answer as they come, in whole characters, up to where it ends.</summary>
internal sealed class SpokenText(ImmutableArray<string> stops)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _held = new();
    private readonly int _longest = stops.Length == 0 ? 0 : stops.Max(s => s.Length);

    /// <summary>One of the texts came that end an answer.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What can be said of it by now; may be empty.</summary>
    public string Take(ReadOnlySpan<byte> piece)
    {
        Span<char> room = new char[piece.Length + 2];
        _held.Append(room[.._decoder.GetChars(piece, room, flush: false)]);
        var text = _held.ToString();
        var end = stops.Select(s => text.IndexOf(s, StringComparison.Ordinal))
            .Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        if (end >= 0)
        {
            IsOver = true;
            _held.Clear();
            return text[..end];
        }
        // What may be the beginning of one of them waits.
        var keep = Enumerable.Range(1, Math.Max(_longest - 1, 0)).Reverse().FirstOrDefault(
            n => n <= text.Length && stops.Any(
                s => s.AsSpan().StartsWith(text.AsSpan(text.Length - n))));
        _held.Clear().Append(text.AsSpan(text.Length - keep));
        return text[..^keep];
    }

    /// <summary>What is left at the end.</summary>
    public string Rest()
    {
        var rest = IsOver ? "" : _held.ToString();
        _held.Clear();
        return rest;
    }
}
