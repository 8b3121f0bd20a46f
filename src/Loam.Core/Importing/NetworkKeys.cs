using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Importing;

/// <summary>Ports, networks, names, and what waits for what.</summary>
internal static class NetworkKeys
{
    public static void Ports(ImportedService service, Node node)
    {
        var ports = new List<EditValue>();
        foreach (var item in (node as SequenceNode)?.Items ?? [])
        {
            if (ComposePorts.Read(item, service.Variables) is not { } read)
            {
                service.Lost(item, "ports", $"'{item.Text(service.Variables)}' is no "
                    + $"port, or a range of more than {ComposePorts.MostOfRange}");
                continue;
            }
            if (read.Any(p => p.Random))
            {
                service.Otherwise(item, "ports", $"port {read[0].Container} was published on any "
                    + "free port; here it is reachable by services of its network only");
            }
            ports.AddRange(read.Select(p => p.Written()));
        }
        Add(service, ports);
    }

    public static void Expose(ImportedService service, Node node)
    {
        var published = (service.Node["ports"] as SequenceNode)?.Items
            .SelectMany(i => ComposePorts.Read(i, service.Variables) ?? [])
            .Select(p => (p.Container, p.Protocol)).ToHashSet() ?? [];
        Add(service, [.. node.Texts(service.Variables)
            .SelectMany(t => ComposePorts.Read(
                new ScalarNode(node.Span, t, false), service.Variables) ?? [])
            .Where(p => !published.Contains((p.Container, p.Protocol)))
            .Select(p => p with { Host = null }).Select(p => p.Written())]);
    }

    private static void Add(ImportedService service, List<EditValue> ports)
    {
        if (ports.Count > 0)
        {
            service.AddTo("ports", ports);
        }
    }

    public static void Networks(ImportedService service, Node node)
    {
        foreach (var (name, more, _) in node.Named(service.Variables))
        {
            service.Networks.Add(name);
            foreach (var (key, _) in more?.Entries ?? [])
            {
                service.Lost(key, $"networks.{name}.{key.Text}", key.Text switch
                {
                    "aliases" => $"it is reached as {service.Name} only",
                    "ipv4_address" or "ipv6_address" => "its address is the engine's choice; "
                        + "others reach it by name",
                    _ => "no field of Loam's is like it",
                });
            }
        }
    }

    public static void Mode(ImportedService service, Node node)
    {
        var mode = node.Text(service.Variables) ?? "";
        if (mode is "bridge" or "default")
        {
            return;
        }
        var of = mode[(mode.IndexOf(':', StringComparison.Ordinal) + 1)..];
        service.Lost(node, "network_mode", mode switch
        {
            "host" => "it was on the machine's own network; here it has one of its own, and only "
                + "ports that are written down are reachable",
            "none" => "it had no network; here it has one",
            _ => $"it went out through {of}; here it has a network of its own, so what {of} hides "
                + "or tunnels is not hidden any more",
        });
    }

    public static void DependsOn(ImportedService service, Node node)
    {
        foreach (var (name, more, at) in node.Named(service.Variables))
        {
            if (more?["condition"].Text(service.Variables) == "service_completed_successfully")
            {
                service.Lost(at, "depends_on", $"it waited until {name} had ended; here nothing "
                    + "waits for the end of a service");
            }
            else
            {
                service.DependsOn.Add(ImportContext.NameOf(name));
            }
        }
    }

    /// <summary>Services of one network reach each other by name anyway.</summary>
    public static void Links(ImportedService service, Node node)
    {
        foreach (var link in node.Texts(service.Variables))
        {
            var parts = link.Split(':');
            service.DependsOn.Add(ImportContext.NameOf(parts[0]));
            if (parts.Length > 1 && parts[1] != parts[0])
            {
                service.Lost(node, "links", $"{parts[0]} is not reached as {parts[1]}");
            }
        }
    }

    /// <summary>The container's own name, which others may have used.</summary>
    public static void ContainerName(ImportedService service, Node node)
    {
        if (node.Text(service.Variables) is { } name && name != service.Name)
        {
            service.Context.Called[name] = service.Name;
        }
    }
}
