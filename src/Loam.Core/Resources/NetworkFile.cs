using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>network.yaml: name, interfaces, name servers and firewall of the machine.</summary>
public static class NetworkFile
{
    public const string File = "network.yaml";

    private static readonly BoolType Bool = new();
    private static readonly EnumType Policy =
        new(["accept", "drop"], new Dictionary<string, string>
        {
            ["allow"] = "accept",
            ["deny"] = "drop"
        });
    private static readonly ListType Addresses = new(Formats.Cidr) { OneWillDo = true };

    public static readonly Schema Link = new("interface", "A network interface.",
    [
        new("name", NetworkFormats.InterfaceName, "The system's name of it.") { Required = true },
        new("type", new EnumType(["dhcp", "static"]), "Where its address comes from.")
        {
            Required = true,
        },
        new("address", Formats.InterfaceAddress, "Its address, for static."),
        new("gateway", Formats.Address, "The way out, for static."),
        new("dns", new ListType(Formats.Address) { Unique = true }, "Name servers."),
    ])
    { Key = "name", Example = "name: eth0" };

    public static readonly Schema Dns = new("dns", "How names are resolved.",
    [
        new("nameservers", new ListType(Formats.Address) { Unique = true }, "Name servers."),
        new("search", new ListType(Formats.HostName) { Unique = true },
            "Domains tried for short names."),
    ]);

    private static readonly Schema Rule = new("rule", "One rule; the first that matches decides.",
    [
        new("name", Formats.Name, "Unique.") { Required = true },
        new("direction", new EnumType(["input", "output", "forward"]), "Which way.")
        {
            Default = "input",
        },
        new("protocol", new EnumType(["all", "tcp", "udp", "icmp"]), "Which protocol.")
        {
            Default = "all",
        },
        new("port", new ListType(Formats.PortRange) { OneWillDo = true },
            "Ports, for tcp and udp: a number, a list, or a range such as 8000-8100."),
        new("source", Addresses, "Where packets come from; absent: anywhere."),
        new("destination", Addresses, "Where packets go to; absent: anywhere."),
        new("interface", NetworkFormats.InterfaceName, "The interface they come in or go out by."),
        new("state", NetworkFormats.States,
            "States of the connection, such as established,related."),
        new("rate", NetworkFormats.Rate,
            "A rate such as 10/minute: accept matches up to it, drop and reject beyond it."),
        new("log", Bool, "Matches are written to the log.") { Default = "false" },
        new("action", new EnumType(["accept", "drop", "reject"],
            new Dictionary<string, string> { ["allow"] = "accept", ["deny"] = "drop",
                ["block"] = "drop" }), "What happens to the packet.") { Required = true },
    ])
    { Key = "name", Example = "name: web" };

    public static readonly Schema Firewall = new("firewall", "Which packets pass.",
    [
        new("enabled", Bool, "False: the rules are not in force."),
        new("default_input_policy", Policy, "What happens to incoming packets no rule matches.")
        {
            Default = "drop",
        },
        new("default_output_policy", Policy, "What happens to outgoing packets no rule matches.")
        {
            Default = "accept",
        },
        new("default_forward_policy", Policy,
            "What happens to packets passing through that no rule matches.") { Default = "drop" },
        new("rules", new ListType(new ObjectType(Rule)), "The first that matches decides."),
    ]);

    public static readonly Schema Ban = new("ban", "Who fails too often is shut out.",
    [
        new("service", Formats.Name, "Whose failures count: sshd, or a declared service.")
        {
            Required = true,
        },
        new("max_failures", new IntegerType(1, 10_000), "Failures allowed.") { Default = "5" },
        new("window", new DurationType(1000), "The time in which they count.")
        {
            Default = "10m",
        },
        new("ban_for", new DurationType(1000), "How long an address is shut out.")
        {
            Default = "1h",
        },
        new("failure", NetworkFormats.Failure, "How the service's log says that a login failed, "
            + "for services the catalogue does not know: {address} stands for the address, * for "
            + "anything."),
    ])
    { Key = "service", Example = "service: sshd" };

    public static readonly FileKind Kind = new(File, "NetworkConfig", new("spec",
        "Name, interfaces, name servers and firewall of the machine.",
    [
        new("hostname", Formats.HostName,
            "The machine's name; here or in manifest.yaml, and both must agree."),
        new("interfaces", new ListType(new ObjectType(Link)), "Network interfaces.")
        {
            Restricted = true,
        },
        new("dns", new ObjectType(Dns), "How names are resolved."),
        new("firewall", new ObjectType(Firewall), "Which packets pass.") { Restricted = true },
        new("bans", new ListType(new ObjectType(Ban)), "Who fails too often is shut out.")
        {
            Restricted = true,
        },
    ]));
}
