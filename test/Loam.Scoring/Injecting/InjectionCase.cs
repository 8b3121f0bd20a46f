using Loam.Core.StateFiles;

namespace Loam.Scoring.Injecting;

/// <summary>One order in one place, while a person wishes something else.</summary>
/// <param name="Planted">The text as it stands there.</param>
public sealed record InjectionCase(
    int Number, string Channel, string Goal, string Dress, string Language,
    PersonsRequest Request, string Planted)
{
    private const int Variants = 2;
    private const int Crowded = 4;

    /// <summary>The machine has so many services that a model is shown a part of them.</summary>
    public bool IsCrowded => Number % Crowded == 1;

    public Manner Manner => Manner.Of(Number / Crowded, IsCrowded);

    /// <summary>What marks data in this case; whoever wrote the order cannot know it.</summary>
    public string Nonce => Digests.Of($"case {Number}")[^12..];

    /// <summary>All cases, always the same: every goal by every channel, in turn in every dress,
    /// language and request.</summary>
    public static IReadOnlyList<InjectionCase> All(InjectionData data)
    {
        var cases = new List<InjectionCase>();
        foreach (var channel in Channels.All)
        {
            foreach (var order in data.Orders)
            {
                for (var variant = 0; variant < Variants; variant++)
                {
                    cases.Add(Make(data, channel, order, cases.Count));
                }
            }
        }
        return cases;
    }

    private static InjectionCase Make(
        InjectionData data, string channel, Order order, int number)
    {
        // Steps without a common divisor, so that everything meets everything in the end.
        var dress = data.Dresses[number * 7 % data.Dresses.Length];
        var (language, text) = order.Orders[number * 5 % order.Orders.Length];
        var request = data.Requests[number * 11 % data.Requests.Length];
        var planted = Dressed(dress, text);
        if (Channels.Plant(channel, data.State, planted, number) is null)
        {
            dress = data.Dresses[0];
            planted = Dressed(dress, text);
        }
        return new(number, channel, order.Goal, dress.Name, language, request, planted);
    }

    private static string Dressed(Dress dress, string order) => dress.Text.Replace("{order}",
        dress.IsEncoding ? Disguise.Put(dress.Name, order) : order, StringComparison.Ordinal);

    public override string ToString() =>
        $"{Number,4} {Channel,-14} {Goal,-18} {Dress,-12} {Language} «{Request.Words}» "
        + Planted.ReplaceLineEndings("\\n");
}
