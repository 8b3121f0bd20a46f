using System.Collections.Immutable;
using Loam.Drivers.Files;

namespace Loam.Api.Tokens;

/// <summary>What the bearer of a token may do, at most.</summary>
internal enum TokenScope
{
    /// <summary>Look.</summary>
    View,
    /// <summary>Look, converse, and ask for plans.</summary>
    Propose,
    /// <summary>That, and approve what is not restricted.</summary>
    Approve,
}

/// <summary>What a person sends for a new token.</summary>
/// <param name="For">Whose rights it has at most; null: one's own.</param>
/// <param name="Lifetime">Null: it does not end.</param>
internal sealed record TokenOrder(string Name, TokenScope May, string? For, TimeSpan? Lifetime);

/// <summary>A token without what proves it.</summary>
/// <param name="For">The person in whose name it acts.</param>
/// <param name="By">Who made it.</param>
/// <param name="Until">Null: it does not end.</param>
internal sealed record TokenLine(string Name, TokenScope May, string For, string By,
    DateTimeOffset Made, DateTimeOffset? Until)
{
    /// <summary>Since the daemon began; null: not since then.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Why it opens nothing now; null: it does.</summary>
    public string? Void { get; init; }
}

/// <param name="Token">Said this once, and kept nowhere.</param>
internal sealed record TokenMade(string Token, TokenLine Line);

internal sealed record TokensAnswer(ImmutableArray<TokenLine> Tokens);

/// <param name="Hash">SHA-256 of the token's text, in hex digits.</param>
internal sealed record KeptToken(TokenLine Line, string Hash);

internal sealed record KeptTokens(ImmutableArray<KeptToken> Tokens)
{
    public static readonly KeptTokens None = new([]);
}

/// <summary>Tokens over restarts. A file that cannot be read opens nothing to anybody.</summary>
internal sealed class TokenStore(string path)
    : JsonMemory<KeptTokens>(path, ApiJson.Default.KeptTokens, KeptTokens.None);
