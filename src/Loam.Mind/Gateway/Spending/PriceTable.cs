using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Loam.Mind.Gateway.Wire;

namespace Loam.Mind.Gateway.Spending;

/// <summary>What models cost, as their providers published it on a day.</summary>
public sealed record PriceTable(DateOnly Date, ImmutableArray<ListedModel> Models)
{
    private const string Resource = "Loam.Mind.prices.json";
    private const int MostModels = 10_000;

    /// <summary>The table that came with this version.</summary>
    public static PriceTable Own()
    {
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream(Resource)!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Read(memory.ToArray(), Resource);
    }

    /// <summary>A table of the same form that goes before this one.</summary>
    /// <param name="where">As errors name it.</param>
    /// <exception cref="ModelException">It is not of that form.</exception>
    public PriceTable With(ReadOnlyMemory<byte> overrides, string where)
    {
        var other = Read(overrides, where);
        return new(other.Date > Date ? other.Date : Date, [.. other.Models, .. Models]);
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

    private static PriceTable Read(ReadOnlyMemory<byte> text, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var date = DateOnly.ParseExact(root.TextOf("date") ?? "", "yyyy-MM-dd",
                CultureInfo.InvariantCulture);
            return new(date, [.. root.ItemsOf("models").Take(MostModels).Select(Listed)]);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new ModelException(ModelFault.NotConfigured,
                $"{where} is no table of prices: {e.Message}",
                "Write it as {\"date\": \"2026-01-31\", \"models\": [{\"host\": "
                + "\"api.example.com\", \"model\": \"m\", \"input\": 3000000, \"output\": "
                + "15000000}]}, in millionths of a dollar per million tokens; or remove it.");
        }
    }

    private static ListedModel Listed(JsonElement model)
    {
        T Need<T>(T? value, string name) => value ?? throw new FormatException(
            $"a model has no {name}");
        long Price(string name) => model.CountOf(name) ?? throw new FormatException(
            $"a model has no price for {name}");
        return new(Need(model.TextOf("host"), "host"), Need(model.TextOf("model"), "model"),
            new(Price("input"), Price("output")), (int?)model.CountOf("context"));
    }
}

/// <param name="Context">Tokens; null: unknown.</param>
public sealed record ListedModel(string Host, string Model, ModelPrice Price, int? Context);
