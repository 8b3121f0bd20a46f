using System.Collections.Immutable;

namespace Loam.Mind.Privacy;

/// <summary>What is kept from leaving the machine.</summary>
public enum PrivateKind
{
    /// <summary>Keys, tokens, passwords. Dropped: never sent, and never put back.</summary>
    Secret,
    /// <summary>A public SSH key.</summary>
    SshKey,
    Mail,
    /// <summary>An address of a private network.</summary>
    PrivateAddress,
    Address,
    Mac,
    /// <summary>The name of this machine, or one in its domains.</summary>
    Host,
    /// <summary>The user name of a person.</summary>
    Person,
    /// <summary>A UUID.</summary>
    Id,
    /// <summary>The name of a wireless network.</summary>
    Wireless,
    Serial,
    /// <summary>A bracket that could be taken for a placeholder's.</summary>
    Mark,
}

/// <param name="Different">How many different ones.</param>
/// <param name="Places">In how many places.</param>
public sealed record RedactionCount(PrivateKind Kind, int Different, int Places);

/// <summary>What is known of a machine that tells which names are private.</summary>
/// <param name="Hosts">Names of the machine.</param>
/// <param name="Domains">What they end in.</param>
/// <param name="People">User names of persons.</param>
/// <param name="Things">Names of things in the state, which stay readable.</param>
/// <param name="SecretNames">Names of secrets, which are no secrets.</param>
public sealed record RedactionFacts(
    ImmutableHashSet<string> Hosts, ImmutableHashSet<string> Domains,
    ImmutableHashSet<string> People, ImmutableHashSet<string> Things,
    ImmutableHashSet<string> SecretNames)
{
    public static readonly RedactionFacts None = new([], [], [], [], []);
}
