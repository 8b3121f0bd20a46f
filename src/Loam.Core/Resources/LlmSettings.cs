using System.Collections.Immutable;
using System.Net;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>Which models help to understand requests, and on what terms.</summary>
public sealed record LlmSettings
{
    public const int DefaultMaxTokens = 4096;
    public const int DefaultContextSize = 4096;
    public const decimal DefaultTemperature = 0.3m;

    /// <summary>In the order in which they are asked; empty: the interpreter alone.</summary>
    public ImmutableArray<LlmModel> Models { get; init; } = [];

    /// <summary>Somebody wrote who answers, <c>none</c> included.</summary>
    public bool IsWritten { get; init; }

    /// <summary>The longest answer, in tokens.</summary>
    public int MaxTokens { get; init; } = DefaultMaxTokens;

    public decimal Temperature { get; init; } = DefaultTemperature;

    /// <summary>Tokens that a model of this machine sees at once.</summary>
    public int ContextSize { get; init; } = DefaultContextSize;

    /// <summary>The model of this machine is loaded before anybody asks it, and stays.</summary>
    public bool Preload { get; init; }

    /// <summary>The one model that this machine hosts: the first that is a file.</summary>
    public LlmModel? Hosted => Models.FirstOrDefault(m => m is { Provider: LlmModel.Local,
        ModelPath: not null });

    /// <summary>Models outside this machine may be asked.</summary>
    public bool CloudEnabled { get; init; } = true;

    public LlmBudget Budget { get; init; } = new(null, null);

    public LlmPrivacy Privacy { get; init; } = new();

    public LlmRouting Routing { get; init; } = LlmRouting.Auto;

    internal static LlmSettings Of(MapValue? llm)
    {
        if (llm is null)
        {
            return new();
        }
        var first = llm.Text("provider") is null or LlmModel.None ? null : LlmModel.Of(llm);
        var budget = llm.Map("budget");
        var privacy = llm.Map("privacy");
        return new()
        {
            Models = first is null ? []
                : [first, .. llm.Maps("fallback").Select(LlmModel.Of)
                    .Where(m => m.Provider != LlmModel.None)],
            IsWritten = llm["provider"]?.At is not null,
            MaxTokens = (int)(llm.Number("max_tokens") ?? DefaultMaxTokens),
            Temperature = llm.Number("temperature") ?? DefaultTemperature,
            ContextSize = (int)(llm.Number("context_size") ?? DefaultContextSize),
            Preload = llm.Flag("preload") ?? false,
            CloudEnabled = llm.Flag("cloud_enabled") ?? true,
            Budget = new(LlmBudget.Micros(budget?.Number("daily")),
                LlmBudget.Micros(budget?.Number("monthly"))),
            Routing = llm.Text("routing") switch
            {
                "written" => LlmRouting.Written,
                "local_first" => LlmRouting.LocalFirst,
                "cloud_first" => LlmRouting.CloudFirst,
                "polish" => LlmRouting.Polish,
                _ => LlmRouting.Auto,
            },
            Privacy = new()
            {
                Redact = privacy?.Flag("redact") ?? true,
                Approve = Enum.Parse<LlmApproval>(
                    privacy?.Text("approve_before_sending") ?? "sensitive", ignoreCase: true),
                LocalOnly = privacy?.Texts("local_only") ?? [],
            },
        };
    }
}

/// <summary>One model, as the manifest names it.</summary>
/// <param name="Provider"><c>anthropic</c>, <c>openai</c>, <c>ollama</c> or <c>local</c>.</param>
/// <param name="Model">Null: the provider's own default, where there is one.</param>
/// <param name="BaseUrl">Null: the provider's own.</param>
/// <param name="ApiKeySecret">The name of a secret.</param>
/// <param name="ModelPath">For local: a GGUF file.</param>
/// <param name="Price">Null: as the table of prices has it.</param>
public sealed record LlmModel(
    string Provider, string? Model, string? BaseUrl, string? ApiKeySecret, string? ModelPath,
    LlmPrice? Price)
{
    public const string Local = "local";
    internal const string None = "none";

    /// <summary>Where it answers; null for local, which is a socket of this machine.</summary>
    public Uri? Endpoint => (BaseUrl ?? Own) is { } url ? new(url) : null;

    /// <summary>Its provider answers itself, and nobody who speaks the same.</summary>
    public bool IsAtProvider => BaseUrl is null
        || (Own is { } own && Endpoint!.Host is var host && new Uri(own).Host is var owner
            && (host == owner || host.EndsWith($".{owner}", StringComparison.Ordinal)));

    private string? Own => Provider switch
    {
        "anthropic" => "https://api.anthropic.com",
        "openai" => "https://api.openai.com/v1",
        "ollama" => "http://127.0.0.1:11434",
        _ => null,
    };

    /// <summary>What is sent there stays on this machine. What stands in front of a provider's
    /// service sends it on, wherever it runs.</summary>
    public bool IsHere => Provider == Local
        || (Provider != "anthropic" && !IsSentOn && Endpoint is { } url && IsLoopback(url));

    /// <summary>Ollama sends what is asked of <c>gpt-oss:120b-cloud</c> or <c>glm-4.6:cloud</c> on
    /// to its own service.</summary>
    private bool IsSentOn => Model is { } name
        && (name.EndsWith("-cloud", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(":cloud", StringComparison.OrdinalIgnoreCase));

    private static bool IsLoopback(Uri url) => url.Host == "localhost"
        || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)
            && IPAddress.IsLoopback(address));

    internal static LlmModel Of(MapValue spec) => new(
        spec.Text("provider")!, spec.Text("model"), spec.Text("base_url"),
        spec.Text("api_key_secret"), spec.Text("model_path"), LlmPrice.Of(spec.Map("price")));
}

/// <summary>Micro-US-dollars per million tokens.</summary>
public sealed record LlmPrice(long Input, long Output)
{
    internal static LlmPrice? Of(MapValue? price) =>
        price?.Number("input") is not { } input || price.Number("output") is not { } output ? null
            : new(Up(input), Up(output));

    private static long Up(decimal dollars) => (long)decimal.Ceiling(dollars * LlmBudget.Micro);
}

/// <summary>Micro-US-dollars; null: no limit.</summary>
public sealed record LlmBudget(long? Daily, long? Monthly)
{
    internal const int Micro = 1_000_000;

    internal static long? Micros(decimal? dollars) =>
        dollars is { } amount ? (long)decimal.Floor(amount * Micro) : null;
}

/// <summary>In which order models of this machine and others are asked. What must not leave the
/// machine never does, whatever is written here.</summary>
public enum LlmRouting
{
    /// <summary>As written; what is hard goes to one outside before one of this machine.</summary>
    Auto,
    /// <summary>As written, always.</summary>
    Written,
    /// <summary>One outside only where none of this machine has an answer that can be used.
    /// </summary>
    LocalFirst,
    /// <summary>One of this machine only where none outside answers.</summary>
    CloudFirst,
    /// <summary>One of this machine drafts, one outside mends the draft.</summary>
    Polish,
}

public enum LlmApproval { Never, Sensitive, Always }

/// <summary>What may leave the machine.</summary>
public sealed record LlmPrivacy
{
    public bool Redact { get; init; } = true;
    public LlmApproval Approve { get; init; } = LlmApproval.Sensitive;
    public ImmutableArray<string> LocalOnly { get; init; } = [];

    /// <summary>Whatever either keeps back is kept back.</summary>
    public LlmPrivacy And(LlmPrivacy other) => new()
    {
        Redact = Redact || other.Redact,
        Approve = (LlmApproval)Math.Max((int)Approve, (int)other.Approve),
        LocalOnly = [.. LocalOnly.Union(other.LocalOnly, StringComparer.Ordinal)],
    };
}
