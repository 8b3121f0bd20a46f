namespace Loam.Core.Firewall;

/// <summary>What decided about a packet.</summary>
public enum DecidedBy
{
    /// <summary>network.yaml declares no firewall.</summary>
    NoFirewall,
    /// <summary>The firewall is declared with <c>enabled: false</c>.</summary>
    DisabledFirewall,
    Rule,
    Policy,
}

/// <summary>What happens to a packet, and on whose account.</summary>
/// <param name="Name">The rule's name, or the field of the policy:
/// <c>default_input_policy</c>; null without a firewall in force.</param>
public sealed record FirewallDecision(FirewallAction Action, DecidedBy By, string? Name)
{
    public bool IsAccepted => Action == FirewallAction.Accept;

    /// <summary>For people: <c>rule ssh accepts it</c>.</summary>
    public override string ToString() => By switch
    {
        DecidedBy.NoFirewall => "no firewall is declared",
        DecidedBy.DisabledFirewall => "the firewall is not enabled",
        _ => $"{(By == DecidedBy.Rule ? "rule " : "")}{Name} {Verb}s it",
    };

    private string Verb => Action.ToString().ToLowerInvariant();
}
