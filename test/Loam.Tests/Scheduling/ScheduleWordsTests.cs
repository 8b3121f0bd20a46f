using Loam.Core.Scheduling;
using Shouldly;

namespace Loam.Tests.Scheduling;

public sealed class ScheduleWordsTests
{
    [Theory]
    [InlineData("0 3 * * *", "every day at 3:00")]
    [InlineData("30 2 * * *", "every day at 2:30")]
    [InlineData("*/15 * * * *", "every 15 minutes")]
    [InlineData("0,15,30,45 * * * *", "every 15 minutes")]
    [InlineData("* * * * *", "every minute")]
    [InlineData("0 * * * *", "every hour")]
    [InlineData("5 * * * *", "every hour, at 5 minutes past")]
    [InlineData("5,35 * * * *", "at 5 and 35 minutes past every hour")]
    [InlineData("0 */6 * * *", "every 6 hours")]
    [InlineData("30 */6 * * *", "every 6 hours, at 30 minutes past")]
    [InlineData("0 6,18 * * 1-5", "on weekdays at 6:00 and 18:00")]
    [InlineData("0 6,18 * * *", "every day at 6:00 and 18:00")]
    [InlineData("0,30 6,18 * * *", "every day at 6:00, 6:30, 18:00 and 18:30")]
    [InlineData("0 4 * * 0", "every Sunday at 4:00")]
    [InlineData("0 4 * * 7", "every Sunday at 4:00")]
    [InlineData("0 4 * * sun", "every Sunday at 4:00")]
    [InlineData("0 12 * * 0,6", "on weekends at 12:00")]
    [InlineData("0 12 * * 6-7", "on weekends at 12:00")]
    [InlineData("0 2 * * 1,4", "on Monday and Thursday at 2:00")]
    [InlineData("0 2 * * mon-thu", "from Monday to Thursday at 2:00")]
    [InlineData("0 2 * * 0-6", "every day at 2:00")]
    [InlineData("*/10 9-16 * * 1-5", "every 10 minutes from 9:00 to 16:50 on weekdays")]
    [InlineData("0 9-17 * * *", "every hour from 9:00 to 17:00")]
    [InlineData("0 8-18/2 * * 1-5", "every 2 hours from 8:00 to 18:00 on weekdays")]
    [InlineData("*/30 3 * * *", "every day at 3:00 and 3:30")]
    [InlineData("*/5 3 * * *", "every 5 minutes from 3:00 to 3:55")]
    [InlineData("*/5 3,9 * * 1", "every 5 minutes in the hours 3 and 9 every Monday")]
    [InlineData("0 3 1 * *", "on the 1st of every month at 3:00")]
    [InlineData("0 3 1,15 * *", "on the 1st and 15th of every month at 3:00")]
    [InlineData("0 3 1-7 * *", "on the 1st to 7th of every month at 3:00")]
    [InlineData("5 0 1 1 *", "on the 1st of January at 0:05")]
    [InlineData("0 9 1 1,4,7,10 *", "on the 1st of January, April, July and October at 9:00")]
    [InlineData("0 2 */2 * *", "every 2nd day of the month at 2:00")]
    [InlineData("0 18 * 11,12,1-3 *", "every day from November to March at 18:00")]
    [InlineData("0 18 * jun-aug *", "every day from June to August at 18:00")]
    [InlineData("*/20 * * 6 *", "every 20 minutes in June")]
    [InlineData("0 3 13 * 5", "on the 13th of every month and every Friday at 3:00")]
    [InlineData("*/7 * * * *",
        "at 0, 7, 14, 21, 28, 35, 42, 49 and 56 minutes past every hour")]
    [InlineData("soon", "at \"soon\"")]
    [InlineData("a b c d e", "at \"a b c d e\"")]
    [InlineData("*/0 1 2 3 4", "at \"*/0 1 2 3 4\"")]
    public void SaysSchedulesAsPeopleDo(string cron, string said) =>
        ScheduleWords.Of(cron).ShouldBe(said);
}
