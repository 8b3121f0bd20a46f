using System.Collections.Immutable;
using System.Globalization;

namespace Loam.Core.Resources;

/// <summary>Whose an account is.</summary>
public enum Ownership
{
    /// <summary>Loam has nothing to do with it.</summary>
    Foreign,
    /// <summary>It was there before, and is declared.</summary>
    Adopted,
    /// <summary>Loam made it.</summary>
    Created,
}

/// <summary>An account as Loam sets it: what is seen, and what is to be.</summary>
/// <param name="Uid">The user's number.</param>
public sealed record UserAccount(string Name, int Uid)
{
    public required string Home { get; init; }
    public required string Shell { get; init; }

    /// <summary>Besides the user's own, in the order of their names.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>The lines of Loam's block in authorized_keys.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary>What stands in the user's file below /etc/sudoers.d; null: no file.</summary>
    public string? SudoRule { get; init; }

    /// <summary>There is a password, and it does not open the account.</summary>
    public bool PasswordIsLocked { get; init; }

    /// <summary>The day from which nobody gets in, counted from 1970; null: none.</summary>
    public int? ExpiresOn { get; init; }

    public Ownership Ownership { get; init; }

    /// <summary>Groups that Loam put it in.</summary>
    public ImmutableArray<string> Given { get; init; } = [];

    /// <summary>The whole of it as one text, for comparing and for digests.</summary>
    public string Canonical() => string.Create(CultureInfo.InvariantCulture,
        $"{Name} {Uid} {Home} {Shell} [{string.Join(' ', Groups)}] [{string.Join('|', Keys)}] "
        + $"{SudoRule?.ReplaceLineEndings("|")} {PasswordIsLocked} {ExpiresOn} {Ownership} "
        + $"[{string.Join(' ', Given)}]");
}

/// <param name="Before">The account as it was seen; null: there was none.</param>
/// <param name="After">The account as it is to be; null: there is to be none.</param>
public sealed record UserChange(UserAccount? Before, UserAccount? After);
