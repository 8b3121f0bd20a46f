using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>at most 100 connections</c>: a setting of the app itself.</summary>
internal static class SettingReader
{
    public static void Read(Clause clause)
    {
        foreach (var at in Fields(clause))
        {
            var value = Value(clause, at);
            if (value < 0)
            {
                continue;
            }
            clause.Use(at);
            clause.Use(value);
            clause.Attributes.Add(new SettingAttribute(clause[at].Text,
                clause[value].IsNumber ? Number(clause[value].Value) : clause[value].Original,
                clause[value].Unit));
        }
    }

    private static string Number(decimal value) =>
        value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static List<int> Fields(Clause clause) =>
        [.. Enumerable.Range(0, clause.Count)
            .Where(i => clause.IsFree(i) && clause[i].IsField("setting"))];

    private static int Value(Clause clause, int at)
    {
        var before = clause.Next(at, -1);
        if (before >= 0 && clause[before].IsNumber)
        {
            return before;
        }
        var after = clause.NextValue(at);
        if (after >= 0 && (clause[after].IsNumber || clause[after].Is(Part.Quoted)))
        {
            return after;
        }
        var numbers = clause.All(Part.Number).ToList();
        return numbers.Count == 1 ? numbers[0] : -1;
    }
}
