using System.Globalization;
using System.Net.Http;
using System.Text;
using System.Text.Json;

namespace Loam.Mind.Gateway.Wire;

/// <summary>What a provider's refusal means. The bodies differ and say the same:
/// <c>{"error":{"type","code","message"}}</c> (Anthropic, OpenAI, llama-server),
/// <c>{"error":"…"}</c> (Ollama), <c>{"message","type"}</c> (vLLM), <c>{"detail":"…"}</c>.
/// </summary>
internal static class ProviderErrors
{
    private const int MostShown = 300;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromDays(1);

    /// <summary>Of an answer that is no stream.</summary>
    public static ModelException Of(string who, string? key, HttpResponseMessage response,
        ReadOnlyMemory<byte> body, TimeProvider time)
    {
        var status = (int)response.StatusCode;
        var (type, said) = Read(body);
        if (status is >= 300 and < 400)
        {
            var to = response.Headers.Location?.ToString();
            return new(ModelFault.NotFound, $"{who} is elsewhere: the endpoint redirects"
                + (to is null ? "." : $" to {Plain(to, key)}."),
                "Correct llm.base_url of manifest.yaml; redirects are not followed.");
        }
        if (response.IsSuccessStatusCode && type is null && said is null)
        {
            return new(ModelFault.Malformed, $"{who} does not stream its answer.",
                "See what stands behind llm.base_url of manifest.yaml.") { MayCost = true };
        }
        var fault = ByType(type, said) ?? ByStatus(status);
        var shown = response.IsSuccessStatusCode ? null : (int?)status;
        return new(fault, Sentence(who, fault, shown, Plain(said ?? "", key)), Advice(fault))
        {
            RetryAfter = RetryAfter(response, time),
            // What stands between may have given up on work that was done.
            MayCost = status is 502 or 504 || response.IsSuccessStatusCode,
        };
    }

    /// <summary>Of an error that comes in the stream.</summary>
    public static ModelException Of(string who, ReadOnlyMemory<byte> body)
    {
        var (type, said) = Read(body);
        var fault = ByType(type, said) ?? ModelFault.Unavailable;
        return new(fault, Sentence(who, fault, null, Plain(said ?? "", null)), Advice(fault))
        {
            MayCost = true,
        };
    }

    private static string Sentence(string who, ModelFault fault, int? status, string said)
    {
        var what = fault switch
        {
            ModelFault.Denied => "lets nobody in with this key",
            ModelFault.NotFound => "is not there",
            ModelFault.TooLarge => "does not take a request of this size",
            ModelFault.Busy => "has too much to do",
            ModelFault.Timeout => "took too long",
            ModelFault.Unavailable => "failed",
            ModelFault.Malformed => "answers what nobody expects",
            _ => "does not take the request",
        };
        var number = status is null ? "" : $" (HTTP {status})";
        return $"{who} {what}{number}{(said.Length == 0 ? "." : $": {said}")}";
    }

    private static string Advice(ModelFault fault) => fault switch
    {
        ModelFault.Denied => "Check the secret of llm.api_key_secret, and the account.",
        ModelFault.NotFound => "Check llm.model and llm.base_url of manifest.yaml.",
        ModelFault.TooLarge => "Ask for less, or choose a model with a larger context.",
        ModelFault.Busy or ModelFault.Timeout or ModelFault.Unavailable =>
            "Ask again later, or name another model in llm.fallback of manifest.yaml.",
        _ => "Check llm of manifest.yaml against what this model takes.",
    };

    private static ModelFault ByStatus(int status) => status switch
    {
        400 or 422 => ModelFault.Invalid,
        401 or 402 or 403 => ModelFault.Denied,
        404 or 405 or 410 => ModelFault.NotFound,
        408 => ModelFault.Timeout,
        413 => ModelFault.TooLarge,
        409 or 425 or 429 or 503 or 529 => ModelFault.Busy,
        >= 500 => ModelFault.Unavailable,
        >= 400 => ModelFault.Invalid,
        _ => ModelFault.Malformed,
    };

    /// <summary>What the body says is more exact than the status, where both are known.</summary>
    private static ModelFault? ByType(string? type, string? said) => type switch
    {
        "insufficient_quota" or "billing_error" or "billing_hard_limit_reached"
            or "authentication_error" or "permission_error" or "invalid_api_key" =>
            ModelFault.Denied,
        "context_length_exceeded" or "request_too_large" or "exceed_context_size_error"
            or "string_above_max_length" => ModelFault.TooLarge,
        "model_not_found" or "not_found_error" => ModelFault.NotFound,
        "rate_limit_error" or "rate_limit_exceeded" or "overloaded_error"
            or "tokens" or "requests" => ModelFault.Busy,
        "timeout_error" => ModelFault.Timeout,
        "api_error" or "server_error" => ModelFault.Unavailable,
        // Anthropic has one type for all that is wrong with a request.
        "invalid_request_error" when said is not null
            && said.Contains("prompt is too long", StringComparison.Ordinal) =>
            ModelFault.TooLarge,
        "invalid_request_error" when said is not null
            && said.Contains("credit balance", StringComparison.Ordinal) => ModelFault.Denied,
        _ => null,
    };

    private static (string? Type, string? Said) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var error = root.Child("error");
            if (error?.AsText() is { } said)
            {
                return (null, said);
            }
            var inner = error ?? root;
            // OpenAI's code is the more exact one; others put a number there.
            var code = inner.Child("code")?.AsText();
            var type = inner.Child("type")?.AsText();
            return (ByType(code, null) is null ? type ?? code : code,
                inner.Child("message")?.AsText() ?? root.Child("detail")?.AsText());
        }
        catch (Exception e) when (e is JsonException or ModelException)
        {
            return (null, null);
        }
    }

    /// <summary>In seconds or as a date (RFC 9110, 10.2.3), or in milliseconds as OpenAI says it.
    /// </summary>
    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && int.TryParse(values.FirstOrDefault(), NumberStyles.None,
                CultureInfo.InvariantCulture, out var milliseconds))
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }
        var after = response.Headers.RetryAfter;
        var pause = after?.Delta ?? (after?.Date is { } date ? date - time.GetUtcNow() : null);
        return pause is not { } wait ? null : wait < TimeSpan.Zero ? TimeSpan.Zero
            : wait > s_longestPause ? s_longestPause : wait;
    }

    /// <summary>Words of others for our messages: short, on one line, without the key.</summary>
    public static string Plain(string text, string? key)
    {
        if (!string.IsNullOrEmpty(key))
        {
            text = text.Replace(key, "…", StringComparison.Ordinal);
        }
        var plain = new StringBuilder(Math.Min(text.Length, MostShown));
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= MostShown)
            {
                return plain.Append('…').ToString();
            }
            var isControl = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
                or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
            plain.Append(isControl ? " " : rune.ToString());
        }
        return plain.ToString().Trim();
    }
}
