using Loam.Core.Resources;
using Loam.Mind.Gateway;
using Loam.Mind.Gateway.Spending;

namespace Loam.Bench.Models;

/// <summary>Many calls at once under one budget, with processes that end, power that goes, days
/// that pass; and a provider that counts what it is asked, whoever remembers it.</summary>
internal sealed class SpendingRun
{
    private const int Together = 12;
    private static readonly LlmBudget s_limits = new(1_000_000, 20_000_000);
    private static readonly ModelPrice s_price = new(3_000_000, 15_000_000);

    private readonly Random _chance;
    private readonly SimulatedDisk _disk;
    private readonly SimulatedFile[] _files;
    private readonly Clock _clock = new();
    private readonly List<Call> _calls = [];
    private readonly Dictionary<DateOnly, long> _billed = [];
    private Budget? _budget;

    private SpendingRun(int seed)
    {
        _chance = new(seed);
        _disk = new(_chance, 0.002);
        _files = [_disk.Create(), _disk.Create()];
    }

    private sealed class Call
    {
        public required Reservation Reserved { get; init; }
        public required DateOnly Day { get; init; }
        public required long Cost { get; init; }
        public bool IsBilled { get; set; }
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 27, 12, 0, 0, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone(
            "Test", TimeSpan.FromHours(5.5), "Test", "Test");
    }

    public int Asked { get; private set; }
    public int Refused { get; private set; }
    public int Ends { get; private set; }

    /// <summary>Billed beyond a limit, micro-US-dollars, of all days and months.</summary>
    public long Overspend =>
        _billed.Values.Sum(b => Math.Max(0, b - s_limits.Daily!.Value))
        + _billed.GroupBy(b => (b.Key.Year, b.Key.Month))
            .Sum(g => Math.Max(0, g.Sum(b => b.Value) - s_limits.Monthly!.Value));

    public long Billed => _billed.Values.Sum();

    /// <param name="calls">That are asked for, refused ones included.</param>
    public static SpendingRun Of(int seed, int calls)
    {
        var run = new SpendingRun(seed);
        while (run.Asked + run.Refused < calls || run._calls.Count > 0)
        {
            try
            {
                run._budget ??= new(SpendingLedger.Load(run._files[0], run._files[1]), s_limits,
                    run._clock);
                run.Step(isOver: run.Asked + run.Refused >= calls);
            }
            catch (PowerLoss)
            {
                run.End(isPower: true);
            }
        }
        return run;
    }

    private void Step(bool isOver)
    {
        var draw = _chance.Next(1000);
        if (draw < 2)
        {
            End(isPower: false);
        }
        else if (draw < 12)
        {
            _clock.Now += TimeSpan.FromMinutes(_chance.Next(1, 600));
        }
        else if (_calls.Count == 0 || (!isOver && _calls.Count < Together && draw < 400))
        {
            Begin();
        }
        else
        {
            Go(_calls[_chance.Next(_calls.Count)]);
        }
    }

    private void Begin()
    {
        var (input, output) = (_chance.Next(1, 4000), _chance.Next(1, 1000));
        var day = DateOnly.FromDateTime(_clock.GetLocalNow().DateTime);
        try
        {
            var reserved = _budget!.Reserve("it", s_price.Cost(input, output));
            Asked++;
            _calls.Add(new()
            {
                Reserved = reserved, Day = day,
                Cost = s_price.Cost(_chance.Next(input + 1), _chance.Next(output + 1)),
            });
        }
        catch (ModelException)
        {
            Refused++;
        }
    }

    /// <summary>The provider works, then says what it came to; or the answer is lost.</summary>
    private void Go(Call call)
    {
        if (!call.IsBilled)
        {
            Bill(call);
            return;
        }
        _calls.Remove(call);
        if (_chance.Next(20) != 0)
        {
            call.Reserved.Settle(call.Cost);
        }
    }

    private void Bill(Call call)
    {
        call.IsBilled = true;
        _billed[call.Day] = _billed.GetValueOrDefault(call.Day) + call.Cost;
    }

    /// <summary>Whatever was asked for is paid, though nobody hears the answer.</summary>
    private void End(bool isPower)
    {
        Ends++;
        foreach (var call in _calls.Where(c => !c.IsBilled && _chance.Next(4) != 0))
        {
            Bill(call);
        }
        _calls.Clear();
        _budget = null;
        _disk.Restart(isPower);
    }
}
