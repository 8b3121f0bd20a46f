using System.Collections.Immutable;
using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

internal enum Act { None, Allow, Block, Reject, Unblock }

/// <summary>What packets go to: a port by number or name, or those of a service.</summary>
/// <param name="Name">As rules are named after it; empty: by its numbers.</param>
/// <param name="Thing">A service, app or role that was said, to be resolved; null: the gates are
/// all.</param>
internal sealed record Port(string Name, ImmutableArray<Gate> Gates, Target? Thing)
{
    /// <summary>The name was said with a number: "wireguard needs 51821".</summary>
    public bool Numbered { get; init; }
}

/// <summary>One thing to happen to one kind of packets: what a clause says, cut where it speaks of
/// others.</summary>
internal sealed record Group
{
    public Act Act { get; set; }

    /// <summary>Said here, not taken over from the group before.</summary>
    public bool OwnAct { get; set; }

    /// <summary>The act stands behind what it is about: "telnet should be blocked".</summary>
    public bool ActLater { get; set; }

    /// <summary>Only a "not" was said: "10.1.2.3 must not".</summary>
    public bool Guessed { get; set; }

    /// <summary>Said of what no rule matches.</summary>
    public bool ByDefault { get; set; }

    /// <summary>The group that this one is left out of.</summary>
    public Group? Whole { get; set; }

    /// <summary>The group it is an exception from.</summary>
    public Group? SparedFrom { get; set; }

    /// <summary>Words that mean packets and nothing else: allow, deny, block.</summary>
    public bool Strong { get; set; }

    public List<Port> Ports { get; set; } = [];

    /// <summary>Protocols said apart from ports.</summary>
    public List<PacketProtocol> Protocols { get; } = [];

    public List<string> Sources { get; set; } = [];
    public List<string> Destinations { get; set; } = [];
    public bool Anywhere { get; set; }
    public bool Lan { get; set; }

    /// <summary>Everybody but these is meant: "outside the LAN".</summary>
    public bool Outside { get; set; }
    public bool Everything { get; set; }

    /// <summary>What nothing else was said of: "the rest".</summary>
    public bool Else { get; set; }

    /// <summary>Of who else comes, not of what else there is: "nobody else".</summary>
    public bool Others { get; set; }
    /// <summary>Of what somebody may: "and nothing else".</summary>
    public bool Nothing { get; set; }
    public bool Only { get; set; }

    /// <summary>Only these ports, and not only they: "10.1.2.3 gets only ssh".</summary>
    public bool OnlyPorts { get; set; }

    /// <summary>Said behind what shuts out: "off the internet, only from …".</summary>
    public bool OnlyAfterBlock { get; set; }

    /// <summary>"Open nothing": no wish at all.</summary>
    public bool Void { get; set; }

    /// <summary>Said before the ports: "from the LAN ssh and http".</summary>
    public bool SourceFirst { get; set; }
    public bool Also { get; set; }

    /// <summary>What is spoken of was said before: "it", "that one".</summary>
    public bool Refers { get; set; }
    public string? Interface { get; set; }
    public PacketDirection? Direction { get; set; }
    public string? Rate { get; set; }

    /// <summary>Matches are written to the log, or no longer are; null: not said.</summary>
    public bool? Log { get; set; }

    /// <summary>The number is where a range begins.</summary>
    public bool Begins { get; set; }

    /// <summary>"Whatever else it sends": of what was spoken of, not of everybody.</summary>
    public bool OfSame { get; set; }

    /// <summary>Its address was said behind "to".</summary>
    public bool Towards { get; set; }

    /// <summary>Rules named.</summary>
    public List<string> Rules { get; } = [];

    /// <summary>What goes out goes to the address that was said, and does not come from it.
    /// </summary>
    public void Outwards(bool where)
    {
        if (where && Direction == PacketDirection.Output && Destinations.Count == 0)
        {
            (Destinations, Sources) = (Sources, []);
        }
    }

    public bool HasSource => Sources.Count > 0 || Lan || Anywhere;

    public bool HasOperand => Ports.Count > 0 || HasSource || Everything || Else || Refers
        || Destinations.Count > 0 || Interface is not null || Rules.Count > 0;

    public bool IsAllow => Act is Act.Allow or Act.Unblock;
    public bool IsBlock => Act is Act.Block or Act.Reject;
}

/// <summary>What a clause wishes of the firewall.</summary>
internal sealed record FirewallAttribute(List<Group> Groups) : ClauseAttribute
{
    /// <summary>Everything that is not allowed in this turn is shut out.</summary>
    public bool LocksDown { get; set; }

    /// <summary>The firewall itself is switched.</summary>
    public bool? Enable { get; set; }

    /// <summary>What happens to packets that no rule matches.</summary>
    public bool Policy { get; set; }

    /// <summary>Said of rules, not of packets.</summary>
    public bool OfRules { get; set; }

    /// <summary>The word for limits of rate was said.</summary>
    public bool Limits { get; set; }

    /// <summary>Rules go: remove, delete.</summary>
    public bool Removes { get; set; }

    /// <summary>Another value takes the place of what is there.</summary>
    public bool Changes { get; set; }

    /// <summary>Groups of other clauses of the turn that stay open when everything else is shut.
    /// </summary>
    public List<Group> Keeps { get; } = [];

    /// <summary>What is spoken of is called a place: "there".</summary>
    public bool There { get; init; }

    /// <summary>Done together with another clause.</summary>
    public bool IsMerged { get; set; }

    /// <summary>One action takes the place of another: "reject instead of drop".</summary>
    public bool SwapsAction { get; set; }

    /// <summary>What the rule shall be called; null: not said.</summary>
    public string? Name { get; set; }

    /// <summary>A limit of rate goes.</summary>
    public bool Unlimits { get; set; }

    /// <summary>What was said before in the same turn.</summary>
    public Group? Last { get; set; }

    /// <summary>Only says why; nothing is wished.</summary>
    public bool IsReason { get; set; }
    public Move? Move { get; set; }

    /// <summary>A rule gets another name.</summary>
    public bool Renames { get; set; }

    /// <summary>One network takes the place of another in the rules.</summary>
    public SourceSwap? Swap { get; set; }
}

/// <summary>Where a rule goes.</summary>
/// <param name="Other">The rule it goes above or below; null: the top or the bottom.</param>
internal sealed record Move(bool Above, string? Other);
