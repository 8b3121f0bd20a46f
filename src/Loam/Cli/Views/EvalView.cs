using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Loam.Api;
using Loam.Mind.Evaluating.Cases;

namespace Loam.Cli.Views;

/// <summary>What came of one case.</summary>
/// <param name="Why">Why it is wrong; null: it is right.</param>
/// <param name="Cost">Millionths of a US dollar; null: unknown.</param>
internal sealed record EvalResult(string Class, string Place, string Said, bool IsRight,
    string? Outcome, string? Why, long? Cost, double? TookMs);

/// <summary>What came of all.</summary>
internal sealed record EvalAnswer(string Model, ImmutableArray<EvalResult> Cases);

/// <summary>The answer to a program.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvalAnswer))]
internal sealed partial class EvalJson : JsonSerializerContext;

/// <summary>A table by class.</summary>
internal static class EvalView
{
    /// <summary>Tokens that a turn usually has: what is shown, and what is answered.</summary>
    private const long UsualInput = 8000, UsualOutput = 800;
    private const double MicrosPerDollar = 1_000_000;
    private const long Million = 1_000_000;

    public static Line Estimate(ModelLine model, int turns, int cases) => new(
        $"{cases} cases are asked of {model.Name}, {turns} turns. "
        + (model.IsAway ? "Their texts leave this machine. " : "")
        + (model is { Input: { } input, Output: { } output }
            ? $"That costs about {Dollars(turns * ((UsualInput * input) + (UsualOutput * output))
                / Million)}."
            : "Nobody knows what that costs: say it as price: beside its name in manifest.yaml."));

    public static IEnumerable<Line> Of(string model, List<EvalResult> results, Look look)
    {
        var table = new Table("class", "cases", "right", "wrong", "questions", "cost", "median");
        foreach (var of in LoamBench.Classes)
        {
            if (results.Where(r => r.Class == of).ToList() is { Count: > 0 } some)
            {
                table.Add(Row(of, some));
            }
        }
        table.Add(Row("all", results));
        return
        [
            new Line(model, Ink.Bold), .. table.Render(look), Line.Empty,
            .. results.Where(r => !r.IsRight).SelectMany(r => (Line[])
            [
                new Line($"{r.Place}: {r.Said}"),
                new Line($"    {r.Why!.ReplaceLineEndings(" ")}", Ink.Dim),
            ]),
        ];
    }

    private static Line[] Row(string name, List<EvalResult> some) =>
    [
        new(name), Number(some.Count), Number(some.Count(r => r.IsRight)),
        Number(some.Count(r => !r.IsRight)),
        Number(some.Count(r => r.Outcome == "question")),
        new(some.Exists(r => r.Cost is null) ? "unknown" : Dollars(some.Sum(r => r.Cost ?? 0))),
        new(Seconds([.. some.Select(r => r.TookMs ?? 0).Order()])),
    ];

    private static Line Number(int number) => new(number.ToString(CultureInfo.InvariantCulture));

    private static string Seconds(List<double> sorted) => string.Create(
        CultureInfo.InvariantCulture, $"{sorted[sorted.Count / 2] / 1000:0.00} s");

    private static string Dollars(long micros) => string.Create(
        CultureInfo.InvariantCulture, $"${micros / MicrosPerDollar:0.00}");
}
