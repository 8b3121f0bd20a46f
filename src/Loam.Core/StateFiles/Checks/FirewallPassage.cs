using System.Globalization;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Checks;

/// <summary>A firewall that drops by default must still let through loopback, established
/// connections and the ports that services publish.</summary>
internal static class FirewallPassage
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        if (declared.Network?.Map("firewall") is not { } firewall
            || firewall.Flag("enabled") == false)
        {
            return;
        }
        MapValue[] rules =
            [.. firewall.Maps("rules").Where(r => (r.Text("direction") ?? "input") == "input")];
        if (firewall.Text("default_input_policy") == "drop")
        {
            if (!rules.Any(IsForLoopback))
            {
                Warn(firewall, "The firewall drops traffic within the machine itself.",
                    "Add a rule with interface: lo and action: accept.", found);
            }
            if (!rules.Any(IsForEstablished))
            {
                Warn(firewall, "The firewall drops the answers to the machine's own connections.",
                    "Add a rule with state: established,related and action: accept.", found);
            }
        }
        var open = firewall.Text("default_input_policy") != "drop";
        foreach (var (name, spec) in declared.Services)
        {
            foreach (var port in spec.Maps("ports"))
            {
                CheckPort(name, port, rules, open, found);
            }
        }
    }

    private static void Warn(
        MapValue firewall, string message, string remedy, DiagnosticBag found) =>
        found.Warn(Codes.FirewallDrops, firewall.At, message, remedy);

    private static void CheckPort(
        string service, MapValue port, MapValue[] rules, bool open, DiagnosticBag found)
    {
        var address = port.Text("address") ?? "";
        if (port.Number("host") is not { } host || address == "::1"
            || address.StartsWith("127.", StringComparison.Ordinal))
        {
            return;
        }
        var protocol = port.Text("protocol") ?? "tcp";
        // A rule for some sources only decides nothing about the others, except that whoever
        // wrote it thought of the port.
        var deciding = rules.FirstOrDefault(r => Covers(r, (int)host, protocol)
            && (r.Text("action") == "accept" || IsForEverybody(r)));
        if (deciding is null ? open : deciding.Text("action") == "accept")
        {
            return;
        }
        found.Warn(Codes.FirewallDrops, port["host"]!.At,
            $"Service {service} publishes port {host}/{protocol}, which the firewall "
            + (deciding?.Text("name") is { } rule ? $"refuses by rule {rule}." : "drops."),
            $"Add a rule with protocol: {protocol}, port: {host} and action: accept to "
            + "network.yaml.");
    }

    private static bool IsForEverybody(MapValue rule) =>
        !rule.Has("source") && !rule.Has("destination") && !rule.Has("interface")
        && !rule.Has("rate");

    private static bool Covers(MapValue rule, int port, string protocol)
    {
        if (rule.Text("protocol") is { } only && only != "all" && only != protocol)
        {
            return false;
        }
        // Loopback and connections that stand already say nothing about new ones from outside.
        if (rule.Text("interface") == "lo" || (rule.Text("state") is { } states
            && !states.Contains("new", StringComparison.Ordinal)))
        {
            return false;
        }
        return !rule.Has("port") || rule.Texts("port").Any(range => Holds(range, port));
    }

    private static bool Holds(string range, int port)
    {
        var cut = range.IndexOf('-', StringComparison.Ordinal);
        var low = int.Parse(cut < 0 ? range : range[..cut], CultureInfo.InvariantCulture);
        var high = int.Parse(cut < 0 ? range : range[(cut + 1)..], CultureInfo.InvariantCulture);
        return port >= low && port <= high;
    }

    private static bool IsForLoopback(MapValue rule) =>
        rule.Text("action") == "accept" && !rule.Has("port")
        && (rule.Text("interface") == "lo" || (IsForEverybody(rule) && !rule.Has("state")
            && (rule.Text("protocol") ?? "all") == "all"));

    private static bool IsForEstablished(MapValue rule) =>
        rule.Text("action") == "accept" && !rule.Has("port") && IsForEverybody(rule)
        && (rule.Text("protocol") ?? "all") == "all"
        && (rule.Text("state") is not { } states
            || states.Contains("established", StringComparison.Ordinal));
}
