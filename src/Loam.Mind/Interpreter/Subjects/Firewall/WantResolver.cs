using Loam.Core.Catalog;
using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Finds the ports of services that were named, and the networks that words stand for.
/// </summary>
internal sealed class WantResolver(Session session, Clause clause)
{
    private static readonly string[] s_private =
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

    private readonly List<string> _notes = [];

    public Want Of(Group group)
    {
        var flows = Distinct(group.Ports).SelectMany(Flows).ToList();
        flows = Joined(flows, group);
        if (flows.Count == 0 && group.Protocols.Count > 0)
        {
            flows = [.. group.Protocols.Select(p => new Flow("", p, []))];
        }
        return new(group.Direction ?? PacketDirection.Input,
            flows.Count == 0 && group.Ports.Count == 0 ? [Flow.All] : flows)
        {
            Sources = Sources(group),
            Destinations = group.Destinations,
            Interface = group.Interface,
            Rate = group.Rate,
            Log = group.Log,
            Also = group.Also,
            Anywhere = group.Anywhere,
            Notes = _notes,
        };
    }

    public List<string> Sources(Group group)
    {
        var sources = group.Sources.Distinct().ToList();
        if (group.Lan && sources.Count == 0)
        {
            var lan = Lan();
            _notes.Add(lan.Count > 1
                ? $"I take the LAN to be the private networks {Wording.List(lan)}."
                : $"I take the LAN to be {lan[0]}.");
            return lan;
        }
        return sources;
    }

    /// <summary>The machine's own private networks; all private ones if none is declared.
    /// </summary>
    private List<string> Lan()
    {
        var spec = session.Draft.State.Specs.GetValueOrDefault(NetworkFile.File);
        var own = (spec?.Maps("interfaces") ?? []).Select(i => i.Text("address"))
            .OfType<string>().Select(PortNames.Written).OfType<string>()
            .Where(a => s_private.Any(p => Traffic.Contains(
                PortNames.Parsed(p), PortNames.Parsed(a)))).Distinct().ToList();
        return own.Count > 0 ? own : [.. s_private];
    }

    /// <summary>"Git over ssh (2222)", "imaging's page on 8042": of the ports of a service, the one
    /// that was said.</summary>
    private List<Port> Distinct(List<Port> ports)
    {
        var numbers = ports.Where(p => p.Thing is null).SelectMany(p => p.Gates)
            .Select(g => g.Ports?.First).OfType<int>().ToList();
        bool Said(Port port) => port.Thing?.Named(Known.Service) is { } name
            && session.Draft.State.Services.TryGetValue(name, out var service)
            && service.Ports.Count(p => p.Host is not null) > 1
            && service.Ports.Any(p => p.Host is { } host && numbers.Contains(host));
        return numbers.Count == 0 ? ports : ports.FindAll(p => !Said(p));
    }

    private IEnumerable<Flow> Flows(Port port)
    {
        var gates = port.Gates.ToList();
        var name = port.Name;
        if (port.Thing is { } thing)
        {
            var services = new TargetResolver(session.Draft.State, session.Focus)
                .Candidates(thing).Where(session.Draft.State.Services.ContainsKey).ToList();
            var own = services.SelectMany(s => OfService(s, port)).ToList();
            name = services.Count == 1 && own.Count > 0 && name.Length == 0 ? services[0] : name;
            gates = own.Count > 0 ? own : gates.Count > 0 ? gates : OfApp(thing).ToList();
            name = name.Length > 0 ? name : services.FirstOrDefault()
                ?? thing.Named(Known.App) ?? thing.Text;
        }
        return gates.SelectMany(WithProtocol).GroupBy(g => g.Protocol)
            .Select(g => new Flow(name, g.Key,
                [.. g.Select(x => x.Ports).OfType<PortRange>().Distinct()]));
    }

    /// <summary>The host's ports that lead to a service, or those it would have.</summary>
    private IEnumerable<Gate> OfService(string name, Port port)
    {
        var service = session.Draft.State.Services[name];
        var published = service.Ports.Where(p => p.Host is not null).ToList();
        var known = published.Where(p => port.Gates.Any(g => g.Ports is { } ports
            && ports.Contains(p.Host!.Value))).ToList();
        var app = AppCatalog.ByImage(service.Image);
        var called = published.Where(p => app?.Ports.Any(a => a.Container == p.Container
            && a.Words.Any(w => clause.Lexemes.Any(l => !l.IsMention
                && l.Text.Split(' ').Contains(w)))) == true).ToList();
        var meant = called.Count > 0 ? called : known.Count > 0 ? known : published;
        if (published.Count == 0)
        {
            _notes.Add($"{name} publishes no port of this machine, so nobody outside reaches it "
                + "yet.");
            var inside = service.Ports.Select(p => GateOf(p.Protocol, p.Container)).ToList();
            return port.Gates.Length > 0 ? [] : inside.Count > 0 ? inside
                : (app?.Ports ?? []).Select(p => GateOf(p.Protocol, p.Container));
        }
        return meant.Select(p => GateOf(p.Protocol, p.Host!.Value));
    }

    private static IEnumerable<Gate> OfApp(Target thing) => thing.Named(Known.App) is { } name
        && AppCatalog.Named(name) is { } app
            ? app.Ports.Where(p => p.Publish is not null || app.Ports.Length == 1)
                .Select(p => GateOf(p.Protocol, p.Publish ?? p.Container)) : [];

    private static Gate GateOf(string protocol, int port) => new(
        protocol == "udp" ? PacketProtocol.Udp : PacketProtocol.Tcp, new(port, port));

    /// <summary>Without a protocol, the one that port is known for; otherwise TCP.</summary>
    private static IEnumerable<Gate> WithProtocol(Gate gate)
    {
        if (gate.Protocol is not null || gate.Ports is not { } ports)
        {
            return [gate];
        }
        var udp = PortNames.NameOf(PacketProtocol.Udp, ports.First) is not null
            && ports.First == ports.Last && ports.First != 443;
        var tcp = PortNames.NameOf(PacketProtocol.Tcp, ports.First) is not null;
        return (udp, tcp) switch
        {
            (true, true) => [gate with { Protocol = PacketProtocol.Tcp },
                gate with { Protocol = PacketProtocol.Udp }],
            (true, false) => [gate with { Protocol = PacketProtocol.Udp }],
            _ => [gate with { Protocol = PacketProtocol.Tcp }],
        };
    }

    /// <summary>Numbers without a name share a rule; protocols said apart replace those known.
    /// </summary>
    private static List<Flow> Joined(List<Flow> flows, Group group)
    {
        if (group.Protocols.Count > 0)
        {
            flows = [.. flows.Where(f => f.Ports.Count > 0).SelectMany(f =>
                group.Protocols.Select(p => f with { Protocol = p }))];
        }
        var joined = new List<Flow>();
        foreach (var flow in flows)
        {
            var same = joined.FindIndex(f => f.Protocol == flow.Protocol && f.Name == flow.Name);
            if (same >= 0)
            {
                joined[same] = joined[same] with
                {
                    Ports = [.. joined[same].Ports.Concat(flow.Ports).Distinct()],
                };
                continue;
            }
            joined.Add(flow);
        }
        return joined;
    }
}
