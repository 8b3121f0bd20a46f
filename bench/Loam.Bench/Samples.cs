namespace Loam.Bench;

/// <summary>What was measured of one thing, again and again; milliseconds unless the table says
/// otherwise.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;
    public double Least => _values.Min();
    public double Most => _values.Max();

    public double Median
    {
        get
        {
            var sorted = _values.Order().ToList();
            var middle = sorted.Count / 2;
            return sorted.Count % 2 == 1 ? sorted[middle]
                : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    public void Add(double value) => _values.Add(value);
}
