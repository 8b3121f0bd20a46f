using System.Globalization;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Mind.Evaluating.Facts;

/// <summary><c>runs jobs.cleanup at 2026-03-02T03:00</c>, <c>runs not …</c></summary>
/// <param name="Place">The schedule.</param>
/// <param name="At">By the clock on the machine's wall.</param>
public sealed record RunsFact(string Text, Place Place, DateTime At, bool Wanted)
    : PlaceFact(Text, Place)
{
    private const string Form = "Write it as in `runs jobs.cleanup at 2026-03-02T03:00`.";

    public override string? Wrong(Result result)
    {
        if (Place.Find(result.After) is not TextValue text
            || CronSchedule.Parse(text.Text, out _) is not { } schedule)
        {
            return "there is no schedule";
        }
        return schedule.IsAt(At) == Wanted ? null : $"the schedule is {schedule.Text}";
    }

    /// <param name="words">What follows <c>runs</c>.</param>
    public static RunsFact Read(string text, string[] words)
    {
        var wanted = words is not ["not", ..];
        if ((wanted ? words : words[1..]) is not [var name, "at", var time])
        {
            throw new FactException($"'{text}' is no fact about a schedule.", Form);
        }
        if (!DateTime.TryParseExact(time, "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out var at))
        {
            throw new FactException($"'{text}': '{time}' is not a minute of a day.", Form);
        }
        var place = Place.Read(name);
        if (place.Type is ObjectType { Schema: var schema } && schema["schedule"] is not null)
        {
            place = Place.Read($"{name}.schedule");
        }
        return place.Type == Formats.Cron ? new(text, place, at, wanted)
            : throw new FactException($"'{text}': {name} has no schedule.", Form);
    }
}
