using System.Globalization;
using Loam.Core.Reconciling;

namespace Loam.Cli.Views;

/// <summary>Generations, newest first.</summary>
internal static class HistoryView
{
    public static IEnumerable<Line> Of(
        IReadOnlyList<Generation> generations, TimeZoneInfo zone, Look look)
    {
        if (generations.Count == 0)
        {
            return [new Line("Nothing was applied yet.")];
        }
        var table = new Table("", "WHEN", "WHO", "WHAT");
        foreach (var generation in generations)
        {
            var number = generation.Number.ToString(CultureInfo.InvariantCulture);
            var newest = generation == generations[0];
            table.Add(new(number.PadLeft(4), newest ? Ink.Accent : Ink.Bold),
                new(When(generation.At, zone), Ink.Dim), new(generation.Who),
                new(generation.Message.Split('\n')[0]));
        }
        return table.Render(look);
    }

    public static string When(DateTimeOffset at, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(at, zone).ToString(
            "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
