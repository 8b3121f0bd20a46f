using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Loam.Api;

/// <summary>What a peer may do. Nothing unless it is said.</summary>
[Flags]
internal enum Rights
{
    None = 0,
    /// <summary>Look.</summary>
    View = 1,
    /// <summary>Apply, and whatever else is done to the machine.</summary>
    Operate = 2,
    /// <summary>What the mind may: read summaries and propose texts. Nobody has it besides.
    /// </summary>
    Propose = 4,
    /// <summary>Ask what a change would do, and converse.</summary>
    Plan = 8,
    /// <summary>What no token opens: tokens, keys, putting back copies.</summary>
    Administer = 16,
    /// <summary>What the process that takes requests from the network may by itself.</summary>
    Serve = 32,
}

/// <summary>A request that was let in.</summary>
/// <param name="Value">The text where the pattern has <c>*</c>; empty without one.</param>
internal sealed record Call(HttpContext Http, Peer Peer, string Value);

/// <summary>One row of the table of routes.</summary>
/// <param name="Pattern">Path; <c>*</c> as last segment stands for any one segment.</param>
/// <param name="Needs">The right without which it answers 403.</param>
internal sealed record Route(
    string Method, string Pattern, Rights Needs, Func<Call, CancellationToken, Task> Serve)
{
    /// <summary>What it is for, a sentence.</summary>
    public string? Says { get; init; }

    /// <summary>What its body is; null: it has none.</summary>
    public JsonTypeInfo? Takes { get; init; }

    /// <summary>What it answers; of a stream, each line.</summary>
    public JsonTypeInfo? Gives { get; init; }

    /// <summary>It answers a line for each thing that happens.</summary>
    public bool IsStream { get; init; }

    /// <summary>Names of what may stand behind the question mark.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>The text at <c>*</c>, empty without one; null when the path is another.</summary>
    public string? Match(string method, string path)
    {
        if (method != Method)
        {
            return null;
        }
        if (!Pattern.EndsWith("/*", StringComparison.Ordinal))
        {
            return path == Pattern ? "" : null;
        }
        var stem = Pattern[..^1];
        if (!path.StartsWith(stem, StringComparison.Ordinal))
        {
            return null;
        }
        var rest = path[stem.Length..];
        return rest.Length > 0 && !rest.Contains('/', StringComparison.Ordinal) ? rest : null;
    }
}
