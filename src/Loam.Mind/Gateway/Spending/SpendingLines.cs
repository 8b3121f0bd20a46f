using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Loam.Mind.Gateway.Spending;

/// <summary>What one file of the ledger says, in lines that each end with a check.</summary>
/// <remarks><code>
/// H 7 30                 the seventh file; number 30 was the last
/// T 2026-03-01 120000    spent on that day, micro-US-dollars
/// R 31 2026-03-02 45000  reserved on that day as number 31
/// E                      the end of what was taken over; from here on it grows
/// S 31 1200              what number 31 came to
/// </code></remarks>
internal sealed class SpendingLines
{
    private const int CheckLength = 8;

    public long Sequence { get; private set; }

    /// <summary>It was written to its end: it holds all that its predecessor held.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>A line that was on disk is not as it was written.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Something stands behind what was taken over: it was in use.</summary>
    public bool HasGrown { get; private set; }

    /// <summary>It can be the one in use. One that was torn while it was begun has nothing that its
    /// predecessor has not.</summary>
    public bool Holds => IsWhole && (HasGrown || !IsDamaged);

    public Dictionary<DateOnly, long> Spent { get; } = [];

    public Dictionary<long, (DateOnly Day, long Amount)> Open { get; } = [];

    public long LastNumber { get; private set; }

    /// <summary>The highest number of a reservation in it, wherever it stands.</summary>
    public long Highest { get; private set; }

    public static SpendingLines Read(ReadOnlySpan<byte> content)
    {
        var lines = new SpendingLines();
        var hasBad = false;
        foreach (var range in content.Split((byte)'\n'))
        {
            var line = content[range];
            lines.HasGrown |= lines.IsWhole && !line.IsEmpty;
            // The last piece has no end of line: it is empty or torn.
            if (range.End.Value == content.Length || Checked(line) is not { } text
                || !lines.Take(text.Split(' ')))
            {
                hasBad = true;
            }
            else if (hasBad && text == End)
            {
                // What was taken over is on disk before it is used.
                lines.IsDamaged = true;
            }
        }
        return lines;
    }

    public static byte[] Line(string text)
    {
        var bytes = Encoding.ASCII.GetBytes($"{text} {new string('0', CheckLength)}\n");
        Check(bytes.AsSpan(0, bytes.Length - CheckLength - 2))
            .CopyTo(bytes.AsSpan(bytes.Length - CheckLength - 1));
        return bytes;
    }

    public static string Reserved(long number, DateOnly day, long amount) =>
        string.Create(CultureInfo.InvariantCulture, $"R {number} {day:yyyy-MM-dd} {amount}");

    public static string Settled(long number, long amount) =>
        string.Create(CultureInfo.InvariantCulture, $"S {number} {amount}");

    public static string Total(DateOnly day, long amount) =>
        string.Create(CultureInfo.InvariantCulture, $"T {day:yyyy-MM-dd} {amount}");

    public static string Head(long sequence, long lastNumber) =>
        string.Create(CultureInfo.InvariantCulture, $"H {sequence} {lastNumber}");

    public const string End = "E";

    private static byte[] Check(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash[..(CheckLength / 2)]));
    }

    private static string? Checked(ReadOnlySpan<byte> line) =>
        line.Length > CheckLength + 1 && line[^(CheckLength + 1)] == (byte)' '
            && Check(line[..^(CheckLength + 1)]).AsSpan().SequenceEqual(line[^CheckLength..])
            ? Encoding.ASCII.GetString(line[..^(CheckLength + 1)]) : null;

    private bool Take(string[] words)
    {
        switch (words)
        {
            case ["H", var sequence, var last]:
                (Sequence, LastNumber) = (Whole(sequence), Whole(last));
                return true;
            case ["E"]:
                IsWhole = true;
                return true;
            case ["T", var day, var amount]:
                Spend(Day(day), Whole(amount));
                return true;
            case ["R", var number, var day, var amount]:
                if (IsWhole && Whole(number) != ++LastNumber)
                {
                    // One is missing, and each is on disk before the next is written. A settlement
                    // that is missing is none: what was reserved counts.
                    IsDamaged = true;
                }
                Open[Whole(number)] = (Day(day), Whole(amount));
                Highest = Math.Max(Highest, Whole(number));
                return true;
            case ["S", var number, var amount]:
                if (Open.Remove(Whole(number), out var reserved))
                {
                    Spend(reserved.Day, Whole(amount));
                }
                return true;
            default:
                return false;
        }
    }

    private void Spend(DateOnly day, long amount) =>
        Spent[day] = Spent.GetValueOrDefault(day) + amount;

    private static long Whole(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static DateOnly Day(string text) =>
        DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
