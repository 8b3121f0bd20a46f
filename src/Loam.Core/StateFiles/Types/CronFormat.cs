using Loam.Core.Scheduling;

namespace Loam.Core.StateFiles.Types;

/// <summary>Five-field cron; what it means is <see cref="CronSchedule"/>'s.</summary>
internal static class CronFormat
{
    public static Verdict Judge(string text)
    {
        if (text.StartsWith('@'))
        {
            var meant = text switch
            {
                "@hourly" => "0 * * * *",
                "@daily" or "@midnight" => "0 0 * * *",
                "@weekly" => "0 0 * * 0",
                "@monthly" => "0 0 1 * *",
                "@yearly" or "@annually" => "0 0 1 1 *",
                _ => "0 2 * * *",
            };
            return Verdict.Bad("schedules have five fields", $"Write \"{meant}\".");
        }
        CronSchedule.Parse(text, out var verdict);
        return verdict;
    }
}
