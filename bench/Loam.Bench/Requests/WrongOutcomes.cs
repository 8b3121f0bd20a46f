using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Bench.Requests;

/// <summary>What comes instead of what should: the numbers alone, so that they may be looked at for
/// blind cases too.</summary>
internal static class WrongOutcomes
{
    private const int Shown = 12;

    public static void Print(List<Judgement> judged)
    {
        Console.WriteLine("should be, and is instead            open  blind");
        foreach (var (name, cases) in judged.Where(j => !j.IsRight)
            .GroupBy(j => $"{string.Join('|', j.Case.Outcomes)}, {Instead(j)}")
            .OrderByDescending(g => g.Count()).Take(Shown).Select(g => (g.Key, g.ToList())))
        {
            Console.WriteLine($"{name,-36} {cases.Count(j => !j.Case.IsBlind),4}  "
                + $"{cases.Count(j => j.Case.IsBlind),5}");
        }
        Console.WriteLine();
    }

    private static string Instead(Judgement judgement) => judgement switch
    {
        { Outcome: { } outcome } when !judgement.Case.Outcomes.Contains(outcome) => outcome,
        { Collateral.IsEmpty: false } => "and more than asked",
        { IsValid: false } => "invalid",
        _ => "another one",
    };
}
