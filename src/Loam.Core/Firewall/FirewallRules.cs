using System.Collections.Immutable;
using Loam.Core.StateFiles;

namespace Loam.Core.Firewall;

/// <summary>The firewall as network.yaml declares it, and what it does with a packet. Pure: it says
/// what is declared, not what the kernel has.</summary>
public sealed record FirewallRules
{
    /// <summary>No network.yaml, or none with a firewall.</summary>
    public static readonly FirewallRules None = new() { IsDeclared = false };

    public bool IsDeclared { get; init; } = true;

    /// <summary>False: declared and not in force.</summary>
    public bool IsEnabled { get; init; } = true;

    public FirewallAction InputPolicy { get; init; } = FirewallAction.Drop;
    public FirewallAction OutputPolicy { get; init; } = FirewallAction.Accept;
    public FirewallAction ForwardPolicy { get; init; } = FirewallAction.Drop;

    /// <summary>In the order they are asked in.</summary>
    public ImmutableArray<FirewallRule> Rules { get; init; } = [];

    /// <param name="network">The spec of a network.yaml without errors; null when there is no such
    /// file.</param>
    public static FirewallRules Of(MapValue? network) => network?.Map("firewall") is not { } spec
        ? None
        : new()
        {
            IsEnabled = spec.Flag("enabled") != false,
            InputPolicy = FirewallRule.ActionOf(spec.Text("default_input_policy")),
            OutputPolicy = FirewallRule.ActionOf(spec.Text("default_output_policy")),
            ForwardPolicy = FirewallRule.ActionOf(spec.Text("default_forward_policy")),
            Rules = [.. spec.Maps("rules").Select(FirewallRule.Of)],
        };

    /// <summary>What happens to the packet: the first rule that matches decides, then the policy
    /// of its direction.</summary>
    public FirewallDecision Decide(FirewallPacket packet)
    {
        if (!IsDeclared || !IsEnabled)
        {
            return new(FirewallAction.Accept,
                IsDeclared ? DecidedBy.DisabledFirewall : DecidedBy.NoFirewall, null);
        }
        var deciding = Rules.FirstOrDefault(r => r.Matches(packet));
        return deciding is not null ? new(deciding.Action, DecidedBy.Rule, deciding.Name)
            : new(PolicyOf(packet.Direction), DecidedBy.Policy,
                $"default_{packet.Direction.ToString().ToLowerInvariant()}_policy");
    }

    public FirewallAction PolicyOf(PacketDirection direction) => direction switch
    {
        PacketDirection.Input => InputPolicy,
        PacketDirection.Output => OutputPolicy,
        _ => ForwardPolicy,
    };
}
