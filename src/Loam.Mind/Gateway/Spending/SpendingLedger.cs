using Loam.Mind.Files;

namespace Loam.Mind.Gateway.Spending;

/// <summary>What was spent, by days, and what is reserved; on disk before any of it is used.
/// </summary>
/// <remarks>There are two files. One grows; when it is long, or a process begins, all is written
/// into the other in short, and that one grows from then on. So nothing depends on a rename or on
/// the order in which a disk writes: the file with the higher number that was written to its end
/// holds. What nobody settled counts as spent.</remarks>
internal sealed class SpendingLedger : IDisposable
{
    private const int LongBytes = 256 * 1024;

    /// <summary>Days kept: enough for a month even if the clock was wrong for a year.</summary>
    private const int Days = 400;

    private readonly Dictionary<DateOnly, long> _spent;
    private readonly Dictionary<long, (DateOnly Day, long Amount)> _open = [];
    private IOwnFile _grows;
    private IOwnFile _rests;
    private long _sequence;
    private long _number;
    private int _length;
    private bool _isUnsure;

    private SpendingLedger(SpendingLines lines, IOwnFile held, IOwnFile other)
    {
        _spent = lines.Spent;
        foreach (var (day, amount) in lines.Open.Values)
        {
            _spent[day] = Spent(day) + amount;
        }
        (_sequence, _number) = (lines.Sequence, lines.LastNumber);
        (_grows, _rests) = (held, other);
        Turn();
    }

    /// <exception cref="IOException">They cannot be read or written.</exception>
    /// <exception cref="ModelException">Damaged: nobody knows what was spent.</exception>
    public static SpendingLedger Load(IOwnFile first, IOwnFile second)
    {
        var (one, other) = (SpendingLines.Read(first.Read()), SpendingLines.Read(second.Read()));
        var isSecond = other.Holds && (!one.Holds || other.Sequence > one.Sequence);
        var (held, rests) = isSecond ? (other, one) : (one, other);
        // Before the first one was whole, nothing was spent.
        if (held.IsDamaged || IsNewer(rests, held)
            || (!held.Holds && (Math.Max(one.Sequence, other.Sequence) > 1
            || one.Open.Count + one.Spent.Count + other.Open.Count + other.Spent.Count > 0)))
        {
            throw new ModelException(ModelFault.OverBudget,
                "The record of what models cost is damaged, so nobody knows what is left.",
                "Remove the files spending.0 and spending.1 of the mind's folder; what was spent "
                + "today and this month is forgotten then.");
        }
        return isSecond ? new(held, second, first) : new(held, first, second);
    }

    /// <summary>It held last, whatever its damaged lines say.</summary>
    private static bool IsNewer(SpendingLines rests, SpendingLines held) =>
        rests.Highest > held.LastNumber || (rests is { IsDamaged: true, HasGrown: true }
            && (rests.Sequence == 0 || rests.Sequence > held.Sequence));

    /// <summary>Spent and reserved on a day, micro-US-dollars.</summary>
    public long Spent(DateOnly day) => _spent.GetValueOrDefault(day);

    public long Spent(int year, int month)
    {
        var sum = 0L;
        foreach (var (day, amount) in _spent)
        {
            sum += day.Year == year && day.Month == month ? amount : 0;
        }
        return sum;
    }

    /// <summary>Reserves; on disk when it returns.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="IOException">It is not: nothing may be asked.</exception>
    public long Reserve(DateOnly day, long amount)
    {
        if (_isUnsure || _length > LongBytes)
        {
            Turn();
        }
        // Taken even where this fails: nobody knows whether it is on disk.
        var number = ++_number;
        _isUnsure = true;
        Append(SpendingLines.Reserved(number, day, amount));
        _grows.Sync();
        _isUnsure = false;
        _open[number] = (day, amount);
        _spent[day] = Spent(day) + amount;
        return number;
    }

    /// <summary>What it came to. Should that not reach the disk, the reservation stands.</summary>
    public void Settle(long number, long amount)
    {
        if (!_open.Remove(number, out var reserved))
        {
            return;
        }
        _spent[reserved.Day] += amount - reserved.Amount;
        try
        {
            Append(SpendingLines.Settled(number, amount));
        }
        catch (IOException)
        {
            _isUnsure = true;
        }
    }

    public void Dispose()
    {
        _grows.Dispose();
        _rests.Dispose();
    }

    private void Append(string text)
    {
        var line = SpendingLines.Line(text);
        _grows.Append(line);
        _length += line.Length;
    }

    /// <summary>All in short into the other file.</summary>
    private void Turn()
    {
        if (_spent.Count > Days)
        {
            foreach (var day in _spent.Keys.Order().Take(_spent.Count - Days).ToList())
            {
                _spent.Remove(day);
            }
        }
        var texts = new List<string> { SpendingLines.Head(_sequence + 1, _number) };
        var reserved = _open.Values.GroupBy(o => o.Day)
            .ToDictionary(g => g.Key, g => g.Sum(o => o.Amount));
        texts.AddRange(_spent.OrderBy(s => s.Key).Select(
            s => SpendingLines.Total(s.Key, s.Value - reserved.GetValueOrDefault(s.Key))));
        texts.AddRange(_open.OrderBy(o => o.Key).Select(
            o => SpendingLines.Reserved(o.Key, o.Value.Day, o.Value.Amount)));
        texts.Add(SpendingLines.End);
        byte[] content = [.. texts.SelectMany(SpendingLines.Line)];
        _rests.Replace(content);
        _sequence++;
        (_grows, _rests, _length, _isUnsure) = (_rests, _grows, content.Length, false);
    }
}
