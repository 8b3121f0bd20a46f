namespace Loam.Mind.Gateway;

/// <summary>Whoever answers in words: one model behind one endpoint.</summary>
public interface IModel
{
    ModelInfo Info { get; }

    /// <summary>Asks once. What comes is text and tool calls as they arrive, then at most one
    /// <see cref="ModelUsage"/> and, last, exactly one <see cref="ModelEnd"/>.</summary>
    /// <exception cref="ModelException">No answer, or none that is whole: a stream that does not
    /// end with <see cref="ModelEnd"/> ends with this.</exception>
    IAsyncEnumerable<ModelEvent> AskAsync(ModelRequest request, CancellationToken cancel);
}

/// <summary>Where what is sent to a model goes.</summary>
public enum PrivacyClass
{
    /// <summary>It stays on this machine.</summary>
    Local,

    /// <summary>It leaves this machine, also when only into the house.</summary>
    Cloud,
}

/// <summary>What is known of a model before it is asked.</summary>
/// <param name="Provider">As the manifest names it: <c>anthropic</c>, <c>openai</c>,
/// <c>ollama</c>, <c>local</c>.</param>
/// <param name="Price">Null: unknown. What runs on this machine costs nothing.</param>
/// <param name="ContextTokens">Tokens of question and answer together.</param>
/// <param name="TakesTools">Tools of a request are offered to it.</param>
public sealed record ModelInfo(
    string Provider, string Model, PrivacyClass Privacy, ModelPrice? Price, int ContextTokens,
    bool TakesTools)
{
    /// <summary>Where it answers, or its file: two of one name are two models.</summary>
    public string Place { get; init; } = "";

    /// <summary>As people read it: <c>anthropic claude-sonnet-4-5</c>.</summary>
    public override string ToString() => $"{Provider} {Model}";
}

/// <summary>In micro-US-dollars (millionths of a dollar) per million tokens: 3 US dollars per
/// million are 3,000,000.</summary>
public sealed record ModelPrice(long Input, long Output)
{
    private const int Million = 1_000_000;

    public static ModelPrice Free { get; } = new(0, 0);

    public bool IsFree => Input == 0 && Output == 0;

    /// <summary>Micro-US-dollars, rounded up.</summary>
    public long Cost(long input, long output)
    {
        var cost = ((Int128)input * Input) + ((Int128)output * Output);
        return (long)Int128.Min((cost + Million - 1) / Million, long.MaxValue);
    }
}
