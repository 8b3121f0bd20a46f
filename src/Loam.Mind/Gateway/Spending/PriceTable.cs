using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Loam.Mind.Gateway.Wire;

namespace Loam.Mind.Gateway.Spending;

/// <summary>What models cost, as their providers published it on a day.</summary>
public sealed record PriceTable(DateOnly Date, ImmutableArray<ListedModel> Models)
{
    private const string Resource = "Loam.Mind.prices.json";

    /// <summary>The table that came with this version.</summary>
    public static PriceTable Own()
    {
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream(Resource)!;
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        return new(DateOnly.ParseExact(root.TextOf("date")!, "yyyy-MM-dd",
            CultureInfo.InvariantCulture), [.. root.ItemsOf("models").Select(Listed)]);
    }

    /// <summary>A model by its name, or by its name with a date behind it, which names one build
    /// of the same: <c>claude-sonnet-4-5-20250929</c>, <c>gpt-4.1-2025-04-14</c>.</summary>
    /// <param name="host">Whose price it is: the same name elsewhere may cost something else.
    /// </param>
    public ListedModel? Find(string host, string model) => Models.FirstOrDefault(m =>
        m.Host == host && (m.Model == model
            || (model.StartsWith(m.Model, StringComparison.Ordinal)
                && IsDate(model.AsSpan(m.Model.Length)))));

    private static bool IsDate(ReadOnlySpan<char> text) => text is ['-', .. var date]
        && (DateOnly.TryParseExact(date, "yyyyMMdd", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out _)
        || DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out _)
        || date is "latest");

    private static ListedModel Listed(JsonElement model) => new(
        model.TextOf("host")!, model.TextOf("model")!,
        new(model.CountOf("input")!.Value, model.CountOf("output")!.Value),
        (int?)model.CountOf("context"));
}

/// <param name="Context">Tokens; null: unknown.</param>
public sealed record ListedModel(string Host, string Model, ModelPrice Price, int? Context);
