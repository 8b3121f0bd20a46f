using System.Collections.Immutable;
using System.Net.Http;
using Loam.Core.Resources;
using Loam.Mind.Gateway.Providers;
using Loam.Mind.Gateway.Spending;
using Loam.Mind.Gateway.Wire;
using IPAddress = System.Net.IPAddress;

namespace Loam.Mind.Gateway;

/// <summary>From what the manifest and the environment say to models that can be asked.</summary>
/// <param name="Models">In the order of the manifest.</param>
/// <param name="Incomplete">A sentence for each that is named and cannot be asked.</param>
public sealed record ModelSetup(ImmutableArray<IModel> Models, ImmutableArray<string> Incomplete)
    : IDisposable
{
    /// <summary>The only provider of which one model is the obvious one.</summary>
    private const string DefaultAnthropic = "claude-sonnet-4-5";

    /// <summary>Tokens, where nobody says how many.</summary>
    private const int UsualContext = 128_000;

    private const int MostKey = 4096;

    /// <param name="secret">A secret's value by its name; null: there is none.</param>
    /// <param name="door">How bytes reach an endpoint. It must not follow redirects, and belongs to
    /// the model from then on.</param>
    public static ModelSetup Of(LlmSettings settings, LlmEnvironment environment,
        Func<string, string?> secret, Func<LlmModel, HttpMessageHandler> door, PriceTable prices,
        TimeProvider time)
    {
        var models = ImmutableArray.CreateBuilder<IModel>();
        var incomplete = ImmutableArray.CreateBuilder<string>();
        var held = environment.Over(settings);
        foreach (var named in held.Models)
        {
            var key = environment.KeyOf(named)
                ?? (named.ApiKeySecret is { } name ? secret(name)?.Trim() : null);
            if ((Lacks(named, key) ?? IsElsewhere(named, held)) is { } lack)
            {
                incomplete.Add(lack);
                continue;
            }
            var info = InfoOf(named, held, prices);
            models.Add(Make(named, info, key, door(named), time));
        }
        return new(models.ToImmutable(), incomplete.ToImmutable());
    }

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        foreach (var model in Models.OfType<IDisposable>())
        {
            model.Dispose();
        }
    }

    /// <summary>A sentence; null: nothing is missing.</summary>
    private static string? Lacks(LlmModel named, string? key) => named switch
    {
        { Provider: "openai" or "ollama", Model: null } =>
            $"Provider {named.Provider} names no model: add `model:` in llm of manifest.yaml.",
        { Provider: "local", ModelPath: null } =>
            "Provider local names no file: add `model_path:` in llm of manifest.yaml.",
        { ApiKeySecret: { } name } when key is null =>
            $"The secret {name} of provider {named.Provider} has no value: `loam secret set "
            + $"{name}`.",
        { Provider: "anthropic" } when key is null =>
            "Provider anthropic has no key: `loam secret set anthropic_key`, and "
            + "`api_key_secret: anthropic_key` in llm of manifest.yaml.",
        _ when key is { Length: 0 or > MostKey } || key?.Any(c => c is <= ' ' or > '~') == true =>
            $"The key of provider {named.Provider} is none: it is empty or has a blank or a "
            + "character that no key has.",
        { Endpoint: { Scheme: "http" } url } when key is not null && !IsInside(url) =>
            $"The key of provider {named.Provider} would go over {url.Host} unencrypted: write "
            + "https:// in base_url.",
        { Endpoint.Scheme: not ("http" or "https") } =>
            $"The base_url of provider {named.Provider} is neither http nor https.",
        _ => null,
    };

    /// <summary>A sentence, if it is a file and another one is hosted.</summary>
    private static string? IsElsewhere(LlmModel named, LlmSettings held) =>
        named.Provider != LlmModel.Local || named.ModelPath == held.Hosted?.ModelPath ? null
            : $"{named.ModelPath} is not asked: this machine hosts one model at a time, which is "
                + $"{held.Hosted?.ModelPath}.";

    private static ModelInfo InfoOf(LlmModel named, LlmSettings settings, PriceTable prices)
    {
        var model = named.Model ?? (named.Provider == "anthropic" ? DefaultAnthropic
            : Path.GetFileNameWithoutExtension(named.ModelPath) ?? "");
        var listed = named.Endpoint is { } url ? prices.Find(url.Host, model) : null;
        var price = named.Price is { } declared ? new(declared.Input, declared.Output)
            : named.IsHere ? ModelPrice.Free : listed?.Price;
        return new(named.Provider, model,
            named.IsHere ? PrivacyClass.Local : PrivacyClass.Cloud, price,
            named.IsHere || named.Provider == "ollama" ? settings.ContextSize
                : listed?.Context ?? UsualContext,
            TakesTools: true)
        {
            Place = named.Endpoint?.ToString() ?? named.ModelPath ?? "",
        };
    }

    private static IModel Make(LlmModel named, ModelInfo info, string? key,
        HttpMessageHandler handler, TimeProvider time)
    {
        var isAnthropic = named.Provider == "anthropic";
        var url = UrlOf(named, isAnthropic);
        var headers = new List<KeyValuePair<string, string>>
        {
            new("user-agent", "loam"), new("accept", "text/event-stream"),
        };
        if (isAnthropic)
        {
            headers.Add(new("anthropic-version", AnthropicModel.Version));
        }
        if (key is not null)
        {
            headers.Add(isAnthropic ? new("x-api-key", key)
                : new("authorization", $"Bearer {key}"));
        }
        var connection = new ModelConnection(info.ToString(), url, [.. headers], key, handler,
            ModelTimes.For(info.Privacy), time);
        return isAnthropic ? new AnthropicModel(info, connection)
            : new ChatModel(info, named.Provider == LlmModel.Local ? ChatWays.Hosted
                : ChatWays.Of(url, info.Model), connection);
    }

    /// <summary>People write the endpoint with and without the version.</summary>
    internal static Uri UrlOf(LlmModel named, bool isAnthropic)
    {
        var url = named.Endpoint ?? new("http://localhost/");
        var path = url.AbsolutePath.TrimEnd('/');
        var end = isAnthropic ? "/messages" : "/chat/completions";
        var hasVersion = isAnthropic ? path.EndsWith("/v1", StringComparison.Ordinal)
            : path.Length > 0;
        return new UriBuilder(url)
        {
            Path = path.EndsWith(end, StringComparison.Ordinal) ? path
                : $"{path}{(hasVersion ? "" : "/v1")}{end}",
        }.Uri;
    }

    /// <summary>This machine, or a network of a house or an office.</summary>
    private static bool IsInside(Uri url)
    {
        if (url.Host == "localhost")
        {
            return true;
        }
        return IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)
            && (IPAddress.IsLoopback(address) || address.IsIPv6UniqueLocal
                || address.IsIPv6LinkLocal || address.GetAddressBytes() is
                    [10, _, _, _] or [192, 168, _, _] or [172, >= 16 and <= 31, _, _]);
    }
}
