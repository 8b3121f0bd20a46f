namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>When something shall happen, as a person says it: "every weekday at 6 and 18".
/// </summary>
/// <param name="Cron">Five fields, in the machine's time zone; empty when
/// <paramref name="Impossible"/> is set.</param>
/// <param name="SaysTime">An hour (or an interval) was said; otherwise it was assumed.</param>
/// <param name="SaysDays">How often or on which days was said; otherwise every day was assumed.
/// </param>
/// <param name="Impossible">Why no schedule can say it, as a sentence; null: one can.</param>
internal sealed record TimePhrase(
    string Cron, bool SaysTime, bool SaysDays, string? Impossible)
{
    /// <summary>An hour was said, not only a part of the day such as the night.</summary>
    public bool SaysClock { get; init; }

    /// <summary>Only the hours between which it happens were said.</summary>
    public (int From, int To)? Window { get; init; }

    /// <summary>Only the minute of an hour was said: the hours stay.</summary>
    public bool OnlyMinute { get; init; }

    /// <summary>Days are left out of those that were said.</summary>
    public bool ExceptDays { get; init; }

    /// <summary>Days of the week that are left out, where nothing else was said of days.</summary>
    public string? LeftOut { get; init; }

    /// <summary>It comes several times a day, by an interval: "every 15 minutes".</summary>
    public bool IsInterval { get; init; }
}
