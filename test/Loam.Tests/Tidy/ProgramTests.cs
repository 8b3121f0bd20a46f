using System.Text.RegularExpressions;
using Loam.Drivers.Linux;

namespace Loam.Tests.Tidy;

/// <summary>What Loam runs of the host is known wherever it must be.</summary>
public sealed partial class ProgramTests
{
    /// <summary>On every Linux there is.</summary>
    private static readonly string[] s_simple = ["cat", "nice", "true"];

    [Fact]
    public void Every_program_that_is_run_stands_in_the_table()
    {
        var known = ProgramTable.All.Select(p => p.Name).Concat(s_simple).ToHashSet();
        var run = Repository.Product.SelectMany(f => Call().Matches(Repository.Read(f))
                .SelectMany(m => Name().Matches(m.Groups["names"].Value))
                .Select(m => m.Groups[1].Value)).Distinct().ToList();
        run.Count.ShouldBeGreaterThan(20);
        run.Where(p => !known.Contains(p) && !p.StartsWith("mount.", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_package_and_the_setup_bring_what_is_needed()
    {
        var relations = Repository.Lines("packaging/debian/control")
            .Select(l => l.Split(": ", 2)).Where(l => l.Length == 2)
            .ToDictionary(l => l[0], l => Word().Matches(l[1]).Select(m => m.Value).ToHashSet());
        var setup = Repository.Read("tools/setup.sh");
        foreach (var program in ProgramTable.All)
        {
            var relation = program.Need switch
            {
                ProgramNeed.Always => "Depends",
                ProgramNeed.Often => "Recommends",
                ProgramNeed.OnDemand => "Suggests",
                _ => null,
            };
            if (relation is not null)
            {
                relations[relation].ShouldContain(program.Package, program.Name);
            }
            if (program.Need is ProgramNeed.Always or ProgramNeed.Often)
            {
                setup.ShouldContain(program.Package + ":", customMessage: program.Name);
            }
        }
    }

    [GeneratedRegex("""
        (Command\.(Find|RunAsync)\(|programs\.(Has|RunAsync)\(|\bProgram\s=|ProcessStartInfo\()\s*(?<names>"[a-z0-9.-]+")|\b(Run|Do)Async\(\s*(?<names>"[a-z0-9.]+"),\s*(\[|arguments)
        """)]
    private static partial Regex Call();

    [GeneratedRegex("\"([a-z0-9.-]+)\"")]
    private static partial Regex Name();

    [GeneratedRegex("[a-z0-9][a-z0-9.+-]+")]
    private static partial Regex Word();
}
