using System.Globalization;
using System.Net;
using Loam.Cli.Views;
using Loam.Core.Bans;
using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Drivers.Linux;

namespace Loam.Cli.Commands;

/// <summary><c>loam firewall</c>: who may reach what, by the rules in force.</summary>
internal static class FirewallCommand
{
    private const string Anyone = "anyone";

    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var files = (await call.Client.StateAsync(cancel).ConfigureAwait(false)).Files;
        var state = StateReader.Read(new(files)).State ?? throw new CommandFailure(
            ExitCode.Failed, "The state in force cannot be read.",
            "Restart the daemon, so that both are of one version.");
        switch (call.Words)
        {
            case []:
                Overview(call, state);
                break;
            case ["explain", var source, var port]:
                var packet = Packet(source, port);
                var banned = packet.Source is null ? null
                    : (await call.Client.BansAsync(cancel).ConfigureAwait(false)).Bans
                        .FirstOrDefault(b => b.Source == BanSource.Of(packet.Source));
                Explain(call, state.Firewall, packet, banned);
                break;
            default:
                throw new CommandFailure(ExitCode.Invalid,
                    "`loam firewall` is followed by nothing, or by explain, a source and a port.",
                    "For instance `loam firewall explain 203.0.113.9 22`.");
        }
        return ExitCode.Done;
    }

    private static void Overview(Invocation call, DesiredState state)
    {
        var doors = FirewallView.All(state, HostPorts.OfThisHost.Listening());
        if (call.Json)
        {
            call.Terminal.Raw(FirewallView.Json(state.Firewall, doors) + "\n");
            return;
        }
        call.Terminal.Write(FirewallView.Of(state.Firewall, doors, call.Terminal.Look));
    }

    private static void Explain(
        Invocation call, FirewallRules rules, FirewallPacket packet, Ban? ban)
    {
        var decision = rules.Decide(packet);
        var byInterface = FirewallView.ByInterface(rules, packet, decision);
        if (call.Json)
        {
            call.Terminal.Raw(JsonOutput.Write(json =>
            {
                json.WriteBoolean("accepted", decision.IsAccepted);
                json.WriteString("by", decision.By.ToString().ToLowerInvariant());
                json.WriteString("name", decision.Name);
                json.WriteStartObject("otherwise_by_interface");
                foreach (var (name, other) in byInterface)
                {
                    json.WriteString(name, other.ToString());
                }
                json.WriteEndObject();
                if (ban is not null)
                {
                    json.WriteString("banned_until", ban.Until);
                }
            }) + "\n");
            return;
        }
        if (ban is not null)
        {
            call.Terminal.Write(BanView.Standing(ban, call.Time.GetUtcNow()));
        }
        call.Terminal.Write(FirewallView.Explain(
            rules, packet, decision, byInterface, call.Terminal.Look));
    }

    internal static FirewallPacket Packet(string source, string port)
    {
        IPAddress? from = null;
        if (!source.Equals(Anyone, StringComparison.OrdinalIgnoreCase)
            && !Formats.TryAddress(source, out from))
        {
            throw new CommandFailure(ExitCode.Invalid, $"'{source}' is not an address.",
                $"Write one such as 203.0.113.9 or 2001:db8::1, or {Anyone}.");
        }
        if (port.Equals("icmp", StringComparison.OrdinalIgnoreCase))
        {
            return new(PacketDirection.Input, PacketProtocol.Icmp) { Source = from };
        }
        var parts = port.ToLowerInvariant().Split('/');
        if (parts.Length > 2 || (parts.Length == 2 && parts[1] is not ("tcp" or "udp"))
            || !ushort.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture,
                out var number)
            || number == 0)
        {
            throw new CommandFailure(ExitCode.Invalid, $"'{port}' is not a port.",
                "Write a number from 1 to 65535, 53/udp for UDP, or icmp for ping.");
        }
        return new(PacketDirection.Input,
            parts is [_, "udp"] ? PacketProtocol.Udp : PacketProtocol.Tcp)
        {
            Port = number,
            Source = from,
            Interface = from is not null && IPAddress.IsLoopback(from) ? FirewallView.Loopback
                : null,
        };
    }
}
