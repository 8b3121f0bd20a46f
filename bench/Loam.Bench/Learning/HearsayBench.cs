using System.Globalization;
using System.Text;
using Loam.Scoring;

namespace Loam.Bench.Learning;

/// <summary>Learns from the open cases which pieces of a sentence only tell something, and shows
/// how well that is told apart in cases it was not learned from.</summary>
internal static class HearsayBench
{
    private const int Folds = 5;

    private const string Help = """
        usage: ./dev bench hearsay [--write]

          --write   put what was learned into the interpreter's words
                    (src/Loam.Mind/Interpreter/Language/en/hearsay.txt)
        """;

    private const string Head = """
        # What speaks for a piece that only tells something (above 0), or that is needed (below).
        # Learned from the open cases by ./dev bench hearsay --write; see Parsing/Hearsay.cs.

        """;

    public static int Run(string[] args, CancellationToken cancel)
    {
        if (args is not ([] or ["--write"]))
        {
            Console.Error.WriteLine(Help);
            return args is ["--help" or "-h"] ? 0 : 2;
        }
        Console.WriteLine($"{Report.Machine()}\n");
        var bench = BenchFolder.Read();
        var cases = bench.Cases.AsParallel().AsOrdered().WithCancellation(cancel)
            .Select(c => LearnedPiece.Of(c, bench.States[c.State]))
            .Where(p => p.Count > 0).ToList();
        var pieces = cases.SelectMany(c => c).ToList();
        var held = Enumerable.Range(0, Folds).SelectMany(fold =>
        {
            cancel.ThrowIfCancellationRequested();
            var weights = Regression.Weights([.. cases.Where((_, at) => at % Folds != fold)
                .SelectMany(c => c)]);
            return cases.Where((_, at) => at % Folds == fold).SelectMany(c => c)
                .Select(p => (Regression.Score(weights, p), p.IsTold));
        });
        var area = Regression.Area(held);
        var learned = Regression.Weights(pieces).Where(w => w.Value != 0).ToList();
        Table(learned);
        if (args.Length > 0)
        {
            File.WriteAllText(Place, Head + Text(learned));
            Console.WriteLine($"written: {Path.GetFullPath(Place)}");
        }
        Console.WriteLine(Report.Line("hearsay", ("cases", cases.Count), ("pieces", pieces.Count),
            ("told", pieces.Count(p => p.IsTold)), ("weights", learned.Count),
            ("area", Math.Round(area, 3))));
        return 0;
    }

    private static string Place => Path.Combine(BenchFolder.Place, "..", "..", "src", "Loam.Mind",
        "Interpreter", "Language", "en", "hearsay.txt");

    private static void Table(List<KeyValuePair<string, double>> learned)
    {
        const int shown = 12;
        var words = learned.Where(w => w.Key.StartsWith("word ", StringComparison.Ordinal))
            .OrderBy(w => w.Value).ThenBy(w => w.Key, StringComparer.Ordinal).ToList();
        Console.WriteLine($"{"needed",-32} told");
        foreach (var (needed, told) in words.Take(shown).Zip(words.AsEnumerable().Reverse()))
        {
            Console.WriteLine($"{Entry(needed),-32} {Entry(told)}");
        }
        Console.WriteLine();
    }

    private static string Entry(KeyValuePair<string, double> weight) =>
        string.Create(CultureInfo.InvariantCulture, $"{weight.Value,5:0.0} {weight.Key[5..]}");

    /// <summary>A line for each weight, with all that have it.</summary>
    private static string Text(List<KeyValuePair<string, double>> learned)
    {
        var text = new StringBuilder();
        foreach (var group in learned.GroupBy(w => w.Value).OrderBy(g => g.Key))
        {
            text.Append(string.Create(CultureInfo.InvariantCulture, $"{group.Key:0.0} = "))
                .AppendJoin(" | ", group.Select(w => w.Key).Order(StringComparer.Ordinal))
                .Append('\n');
        }
        return text.ToString();
    }
}
