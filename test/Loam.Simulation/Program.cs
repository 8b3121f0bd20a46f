using System.Diagnostics;
using Loam.Simulation.Mutating;
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
var perSecond = campaign.Seeds / watch.Elapsed.TotalSeconds;
var (caught, all) = options.Mutations
    ? (MutationRun.Run(Directory.GetCurrentDirectory()), Mutations.All.Count) : (0, 0);
Console.WriteLine(FormattableString.Invariant($"sim: seeds={campaign.Seeds} plans={campaign.Plans} ")
    + FormattableString.Invariant($"crashes={campaign.Crashes} ")
    + FormattableString.Invariant($"violations={campaign.Violations} ")
    + FormattableString.Invariant($"mutations_caught={caught} mutations={all} ")
    + FormattableString.Invariant($"per_second={perSecond:0}"));
return campaign.Violations == 0 && caught == all ? 0 : 1;
