using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;
using Shouldly;

namespace Loam.Tests.Interpreter;

public sealed class TimeReaderTests
{
    [Theory]
    [InlineData("every 15 minutes", "*/15 * * * *")]
    [InlineData("every 15min", "*/15 * * * *")]
    [InlineData("at half past every hour", "30 * * * *")]
    [InlineData("at minute 10 of every 6th hour", "10 */6 * * *")]
    [InlineData("at 5 past midnight daily", "5 0 * * *")]
    [InlineData("mon/wed/fri at 7:15", "15 7 * * 1,3,5")]
    [InlineData("every evening at 8", "0 20 * * *")]
    [InlineData("every 3 hours at 1", "0 1-23/3 * * *")]
    [InlineData("twice a week on tuesday and saturday at 4", "0 4 * * 2,6")]
    [InlineData("january 1st at 0:05", "5 0 1 1 *")]
    [InlineData("every minute", "* * * * *")]
    [InlineData("every half hour", "*/30 * * * *")]
    [InlineData("each hour", "0 * * * *")]
    [InlineData("hourly", "0 * * * *")]
    [InlineData("every six hours", "0 */6 * * *")]
    [InlineData("every 6h", "0 */6 * * *")]
    [InlineData("every other day", "0 2 */2 * *")]
    [InlineData("every night at 3", "0 3 * * *")]
    [InlineData("every night", "0 2 * * *")]
    [InlineData("nightly at half past two", "30 2 * * *")]
    [InlineData("daily at 02:30", "30 2 * * *")]
    [InlineData("daily 4:15", "15 4 * * *")]
    [InlineData("every day at 3:30 pm", "30 15 * * *")]
    [InlineData("each morning at 7", "0 7 * * *")]
    [InlineData("every evening", "0 19 * * *")]
    [InlineData("every day at 8 in the evening", "0 20 * * *")]
    [InlineData("at 11 at night", "0 23 * * *")]
    [InlineData("at 3am and 3pm", "0 3,15 * * *")]
    [InlineData("at 6 and 18", "0 6,18 * * *")]
    [InlineData("at midnight", "0 0 * * *")]
    [InlineData("at noon every weekday", "0 12 * * 1-5")]
    [InlineData("weekly", "0 2 * * 0")]
    [InlineData("once a week", "0 2 * * 0")]
    [InlineData("every sunday at 4am", "0 4 * * 0")]
    [InlineData("on mondays and thursdays at 06:00", "0 6 * * 1,4")]
    [InlineData("monday to friday at 5", "0 5 * * 1-5")]
    [InlineData("mon-fri at 18:30", "30 18 * * 1-5")]
    [InlineData("sunday night", "0 2 * * 0")]
    [InlineData("on weekends at ten", "0 10 * * 0,6")]
    [InlineData("monthly", "0 2 1 * *")]
    [InlineData("on the 1st of every month at 5", "0 5 1 * *")]
    [InlineData("on the first of the month", "0 2 1 * *")]
    [InlineData("every 1st and 15th at 4", "0 4 1,15 * *")]
    [InlineData("every 3 months", "0 2 1 */3 *")]
    [InlineData("quarterly", "0 2 1 */3 *")]
    [InlineData("yearly", "0 2 1 1 *")]
    [InlineData("twice a day", "0 */12 * * *")]
    [InlineData("twice a day at 8 and 20", "0 8,20 * * *")]
    [InlineData("three times a day", "0 */8 * * *")]
    [InlineData("every 10 minutes between 9 and 17", "*/10 9-16 * * *")]
    [InlineData("hourly from 8am to 6pm on weekdays", "0 8-18 * * 1-5")]
    [InlineData("every 5 minutes during working hours", "*/5 9-16 * * *")]
    [InlineData("*/15 * * * *", "*/15 * * * *")]
    [InlineData("\"30 4 * * 1\"", "30 4 * * 1")]
    [InlineData("at quarter to 5", "45 4 * * *")]
    [InlineData("at 0330", "30 3 * * *")]
    public void Times_become_schedules(string said, string cron) =>
        Read(said).ShouldNotBeNull().Cron.ShouldBe(cron);

    [Theory]
    [InlineData("every 45 minutes")]
    [InlineData("every two weeks")]
    [InlineData("on the last day of the month")]
    [InlineData("every 30 seconds")]
    [InlineData("at 9:00 and 17:30")]
    public void What_no_schedule_can_say_is_said(string said)
    {
        var phrase = Read(said).ShouldNotBeNull();
        phrase.Cron.ShouldBeEmpty();
        phrase.Impossible.ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("keep 7 days")]
    [InlineData("with a timeout of 10 minutes")]
    [InlineData("put nginx on port 8080")]
    [InlineData("8080:80")]
    [InlineData("give redis 512 MB")]
    [InlineData("3 replicas of the api")]
    public void Other_numbers_are_no_times(string said) => Read(said).ShouldBeNull();

    private static TimePhrase? Read(string said)
    {
        var words = Normaliser.Words(said, Lexicon.English);
        var lexemes = new Recogniser(Lexicon.English, NameTable.Of(DesiredState.Empty)).Read(words);
        var clause = new Clause(lexemes);
        var phrase = TimeReader.Read(clause);
        if (phrase is not null)
        {
            Enumerable.Range(0, clause.Count).Where(clause.IsFree)
                .Select(at => clause[at].Text).ShouldBeEmpty();
        }
        return phrase;
    }
}
