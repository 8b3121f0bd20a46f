using System.Globalization;
using Loam.Core.Resources;
using Loam.Mind.Files;

namespace Loam.Mind.Gateway.Spending;

/// <summary>Lets a call through only if it cannot pass the budget at its worst. Amounts are
/// micro-US-dollars; days and months are those of this machine's time zone.</summary>
/// <remarks>A call belongs to the day on which it was reserved, so a day's sum never passes its
/// limit, whatever calls run over midnight.</remarks>
public sealed class Budget : IDisposable
{
    private const string First = "spending.0";
    private const string Second = "spending.1";

    private readonly Lock _lock = new();
    private readonly Func<SpendingLedger> _open;
    private readonly TimeProvider _time;
    private SpendingLedger? _ledger;

    internal Budget(Func<SpendingLedger> open, LlmBudget limits, TimeProvider time)
    {
        (_open, Limits, _time) = (open, limits, time);
    }

    internal Budget(SpendingLedger ledger, LlmBudget limits, TimeProvider time)
        : this(() => ledger, limits, time) => _ledger = ledger;

    /// <summary>What was spent is in a folder, and read before something that costs is asked the
    /// first time: who asks what is free needs none of it.</summary>
    public static Budget In(OwnFolder folder, LlmBudget limits, TimeProvider time) =>
        new(() => Read(folder), limits, time);

    private static SpendingLedger Read(OwnFolder folder)
    {
        OwnFile? first = null;
        OwnFile? second = null;
        try
        {
            first = folder.Open(First);
            second = folder.Open(Second);
            return SpendingLedger.Load(first, second);
        }
        catch
        {
            first?.Dispose();
            second?.Dispose();
            throw;
        }
    }

    /// <summary>They may change at any time.</summary>
    public LlmBudget Limits { get; set; }

    /// <summary>Spent and reserved.</summary>
    /// <exception cref="ModelException">What was spent cannot be read.</exception>
    public (long Today, long Month) Spent()
    {
        lock (_lock)
        {
            var (day, ledger) = (Today(), Ledger());
            return (ledger.Spent(day), ledger.Spent(day.Year, day.Month));
        }
    }

    /// <summary>Takes the most that a call can cost. It is on disk when this returns.</summary>
    /// <param name="who">As messages name it.</param>
    /// <exception cref="ModelException">OverBudget; or what was spent cannot be read, so nothing
    /// that costs may be asked.</exception>
    public Reservation Reserve(string who, long worst)
    {
        lock (_lock)
        {
            var (day, limits, ledger) = (Today(), Limits, Ledger());
            Check(who, worst, ledger.Spent(day), limits.Daily, "today", "daily");
            Check(who, worst, ledger.Spent(day.Year, day.Month), limits.Monthly, "this month",
                "monthly");
            try
            {
                return new(this, ledger.Reserve(day, worst), worst);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unwritten(e);
            }
        }
    }

    internal void Settle(long number, long amount)
    {
        lock (_lock)
        {
            _ledger!.Settle(number, amount);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ledger?.Dispose();
        }
    }

    /// <summary><c>$0.0312</c>.</summary>
    public static string Dollars(long micros) =>
        string.Create(CultureInfo.InvariantCulture, $"${micros / 1_000_000m:0.00####}");

    private SpendingLedger Ledger()
    {
        try
        {
            return _ledger ??= _open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritten(e);
        }
    }

    private DateOnly Today() => DateOnly.FromDateTime(_time.GetLocalNow().DateTime);

    private static void Check(
        string who, long worst, long spent, long? limit, string when, string field)
    {
        if (limit is { } most && (spent > most || worst > most - spent))
        {
            throw new ModelException(ModelFault.OverBudget,
                $"{who} could cost up to {Dollars(worst)}, and of {Dollars(most)} for {when} "
                + $"{Dollars(spent)} are spent or reserved.",
                $"Raise llm.budget.{field} of manifest.yaml, ask for a shorter answer "
                + "(llm.max_tokens), or add a model of this machine to llm.fallback.");
        }
    }

    private static ModelException Unwritten(Exception e) => new(ModelFault.OverBudget,
        $"What models cost cannot be written down: {e.Message}",
        "Check the disk and the mind's folder; until then nothing that costs is asked.");
}

/// <summary>What one call may cost at most. If it is never settled, it was spent.</summary>
public sealed class Reservation
{
    private readonly Budget _budget;
    private readonly long _number;

    internal Reservation(Budget budget, long number, long worst) =>
        (_budget, _number, Worst) = (budget, number, worst);

    public long Worst { get; }

    /// <summary>What it came to. Only the first time counts.</summary>
    public void Settle(long cost) => _budget.Settle(_number, cost);
}
