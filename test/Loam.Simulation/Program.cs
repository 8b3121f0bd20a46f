using System.Diagnostics;
using Loam.Simulation.Running;

var options = SimOptions.Parse(args);
if (options is null)
{
    return 2;
}
if (options.Seed is { } one)
{
    var result = Trial.Run(one, keepLines: true);
    foreach (var line in result.Lines)
    {
        Console.WriteLine(line);
    }
    foreach (var violation in result.Violations)
    {
        Console.WriteLine($"violation: {violation}");
    }
    return result.Violations.Count == 0 ? 0 : 1;
}
var watch = Stopwatch.StartNew();
var campaign = Campaign.Run(options.From, options.Seeds, options.StopAtFirst);
Console.WriteLine(FormattableString.Invariant(
    $"sim: seeds={campaign.Seeds} plans={campaign.Plans} crashes={campaign.Crashes} violations={campaign.Violations} per_second={campaign.Seeds / watch.Elapsed.TotalSeconds:0}"));
return campaign.Violations == 0 ? 0 : 1;
