using System.Globalization;
using Loam.Core.Planning;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Mind.Evaluating.Facts;

/// <summary>Reads one fact; test/loam-bench/README.md has the table of them.</summary>
public static class FactReader
{
    private const string Relations = "=, >, <, >=, <=, has, lacks, count or ~";

    /// <exception cref="FactException">It is none.</exception>
    public static Fact Read(string text)
    {
        var (word, rest) = Cut(text);
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return word switch
        {
            "says" => new SaysFact(text, [.. Given(text, rest).Select(Unquoted)]),
            "risk" => Risky(text, words),
            "allows" => PacketFact.Read(text, words, isAllowed: true),
            "blocks" => PacketFact.Read(text, words, isAllowed: false),
            "runs" => RunsFact.Read(text, words),
            "may" => new MayFact(text, Place.Read(Only(text, words))),
            "no" => new PresenceFact(text, Place.Read(Only(text, words)), false),
            _ when rest.Length == 0 => new PresenceFact(text, Place.Read(word), true),
            _ => About(text, Place.Read(word), rest),
        };
    }

    private static Fact About(string text, Place place, string rest)
    {
        var (relation, value) = Cut(rest);
        var given = relation is "=" or "has" or "lacks" or "count" or "~"
            || OrderFact.Signs.Contains(relation) ? Given(text, value)
            : throw new FactException($"'{text}': '{relation}' is no relation.",
                $"Write {Relations} after the place, with blanks around it.");
        return relation switch
        {
            "=" when value == "same" => new SameFact(text, place),
            "=" => new ValueFact(text, place,
                [.. given.Select(v => FactValue.Read(place.Type, v, place.Text))]),
            "has" or "lacks" => new ItemFact(text, place,
                [.. given.Select(v => FactValue.Matcher(Item(text, place), v, place.Text))],
                relation == "has"),
            "count" => new CountFact(text, place, Number(text, place, value)),
            "~" => new ContainsFact(text, place, [.. given.Select(Unquoted)]),
            _ => new OrderFact(text, place, relation, Bound(text, place, value)),
        };
    }

    private static FieldType Item(string text, Place place) => place.Type switch
    {
        ListType list => list.Item,
        CommandType or MapType => Formats.Text,
        _ => throw new FactException($"'{text}': {place.Text} is no list.",
            $"It is {place.Type.Describe()}: write = and the value."),
    };

    private static int Number(string text, Place place, string value)
    {
        _ = Item(text, place);
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw new FactException($"'{text}': '{value}' is no number.",
                "Write how many items there are, such as count 3.");
    }

    private static decimal Bound(string text, Place place, string value) =>
        place.Type is IntegerType or DecimalType or SizeType or DurationType or CpuType
            ? ((NumberValue)FactValue.Read(place.Type, value, place.Text)).Number
            : throw new FactException($"'{text}': {place.Text} has no order.",
                $"It is {place.Type.Describe()}: write = and the value.");

    private static RiskFact Risky(string text, string[] words)
    {
        var sign = words is [var first, _] && OrderFact.Signs.Contains(first) ? first : null;
        return words.Length == (sign is null ? 1 : 2)
            && words[^1] is "low" or "medium" or "high" or "critical"
            && Enum.TryParse<Risk>(words[^1], ignoreCase: true, out var risk)
            ? new(text, sign, risk)
            : throw new FactException($"'{text}' is no risk.",
                "Write risk low, medium, high or critical, with >= before the word if more "
                + "will do.");
    }

    private static List<string> Given(string text, string value)
    {
        var parts = FactValue.Alternatives(value).ToList();
        return parts.TrueForAll(p => p.Length > 0) ? parts
            : throw new FactException($"'{text}' ends too early.", "Write the value after it.");
    }

    private static string Only(string text, string[] words) => words.Length == 1 ? words[0]
        : throw new FactException($"'{text}' is no fact.", "Write one place after the word.");

    private static string Unquoted(string text) =>
        text is ['"', .., '"'] && text.Length > 1 ? text[1..^1] : text;

    private static (string, string) Cut(string text)
    {
        var cut = text.IndexOf(' ', StringComparison.Ordinal);
        return cut < 0 ? (text, "") : (text[..cut], text[(cut + 1)..].Trim());
    }
}
