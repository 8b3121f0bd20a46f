namespace Loam.Bench.Learning;

/// <summary>Logistic regression by stochastic gradient descent with a rate for each weight that
/// falls with its gradients (Duchi, Hazan and Singer, "Adaptive subgradient methods for online
/// learning and stochastic optimization", 2011). The same pieces give the same weights.</summary>
internal static class Regression
{
    private const int Rounds = 10;
    private const double Rate = 0.1;
    private const int Seed = 20250314;

    /// <summary>What is seen less often is not learned.</summary>
    private const int Fewest = 4;

    public static Dictionary<string, double> Weights(IReadOnlyList<LearnedPiece> pieces)
    {
        var known = pieces.SelectMany(p => p.Features).GroupBy(f => f, StringComparer.Ordinal)
            .Where(g => g.Count() >= Fewest).Select(g => g.Key).Order(StringComparer.Ordinal)
            .Select((feature, at) => (feature, at))
            .ToDictionary(f => f.feature, f => f.at, StringComparer.Ordinal);
        var samples = pieces.Select(p => (Features: p.Features.Where(known.ContainsKey)
            .Select(f => known[f]).Order().ToArray(), Told: p.IsTold ? 1 : 0)).ToArray();
        var (weights, squares) = (new double[known.Count], new double[known.Count]);
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            random.Shuffle(samples);
            foreach (var (features, told) in samples)
            {
                var slope = 1 / (1 + Math.Exp(-features.Sum(f => weights[f]))) - told;
                foreach (var feature in features)
                {
                    squares[feature] += slope * slope;
                    weights[feature] -= Rate * slope / Math.Sqrt(squares[feature] + 1e-6);
                }
            }
        }
        return known.ToDictionary(f => f.Key, f => Math.Round(weights[f.Value], 1),
            StringComparer.Ordinal);
    }

    public static double Score(Dictionary<string, double> weights, LearnedPiece piece) =>
        piece.Features.Sum(f => weights.GetValueOrDefault(f));

    /// <summary>The area under the ROC curve: how often a piece that is told scores higher than
    /// one that is needed.</summary>
    public static double Area(IEnumerable<(double Score, bool IsTold)> scored)
    {
        var all = scored.OrderBy(s => s.Score).ToList();
        var (ranks, told) = (0.0, all.Count(s => s.IsTold));
        for (var (from, to) = (0, 0); from < all.Count; from = to)
        {
            for (to = from; to < all.Count && all[to].Score.Equals(all[from].Score);)
            {
                to++;
            }
            ranks += all[from..to].Count(s => s.IsTold) * (from + to + 1) / 2.0;
        }
        return (ranks - told * (told + 1) / 2.0) / ((double)told * (all.Count - told));
    }
}
