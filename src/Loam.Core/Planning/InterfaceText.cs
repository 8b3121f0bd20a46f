using System.Text;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>A declared interface in the words of whoever is in charge. systemd.network(5),
/// nm-settings-keyfile(5), interfaces(5).</summary>
public static class InterfaceText
{
    private const string Mark = "# Written by Loam from network.yaml.\n";

    /// <summary>Where it is written; empty: the kernel is told.</summary>
    public static string PathOf(LinksBy manager, string name) => manager switch
    {
        // Of several files that match, networkd takes the first by name.
        LinksBy.Networkd => $"/etc/systemd/network/05-loam-{name}.network",
        LinksBy.NetworkManager =>
            $"/etc/NetworkManager/system-connections/loam-{name}.nmconnection",
        LinksBy.Ifupdown => $"/etc/network/interfaces.d/loam-{name}",
        _ => "",
    };

    public static HostFile Of(LinksBy manager, Interface wanted) => manager switch
    {
        LinksBy.Networkd => HostFile.Of(Mark + Networkd(wanted)),
        LinksBy.NetworkManager => HostFile.Of(Mark + NetworkManager(wanted)),
        LinksBy.Ifupdown => HostFile.Of(Mark + Ifupdown(wanted)),
        _ => HostFile.Absent,
    };

    private static bool IsV6(string address) => address.Contains(':', StringComparison.Ordinal);

    private static string Networkd(Interface wanted)
    {
        var text = new StringBuilder($"[Match]\nName={wanted.Name}\n\n[Network]\n")
            .Append(wanted.IsDhcp ? "DHCP=yes\n" : $"Address={wanted.Address}\n");
        if (wanted.Gateway is { } gateway)
        {
            text.Append("Gateway=").Append(gateway).Append('\n');
        }
        foreach (var server in wanted.Dns)
        {
            text.Append("DNS=").Append(server).Append('\n');
        }
        return text.ToString();
    }

    private static string NetworkManager(Interface wanted)
    {
        // The same name has the same identity, on every machine.
        var id = new Guid(Convert.FromHexString(
            StateFiles.Digests.Of($"loam interface {wanted.Name}")[..32]));
        return $"[connection]\nid=loam-{wanted.Name}\nuuid={id}\ntype=ethernet\n"
            + $"interface-name={wanted.Name}\nautoconnect-priority=100\n\n"
            + Family(wanted, v6: false) + "\n" + Family(wanted, v6: true);
    }

    private static string Family(Interface wanted, bool v6)
    {
        var text = new StringBuilder(v6 ? "[ipv6]\n" : "[ipv4]\n");
        var isOurs = wanted.Address is { } address && IsV6(address) == v6;
        text.Append(isOurs ? "method=manual\n"
            : wanted.IsDhcp || v6 ? "method=auto\n" : "method=disabled\n");
        if (isOurs)
        {
            text.Append("address1=").Append(wanted.Address)
                .Append(wanted.Gateway is { } gateway ? $",{gateway}\n" : "\n");
        }
        var servers = string.Concat(wanted.Dns.Where(d => IsV6(d) == v6).Select(d => d + ";"));
        return text.Append(servers.Length > 0 ? $"dns={servers}\n" : "").ToString();
    }

    private static string Ifupdown(Interface wanted)
    {
        var family = wanted.Address is { } address && IsV6(address) ? "inet6" : "inet";
        var text = new StringBuilder($"auto {wanted.Name}\niface {wanted.Name} {family} ")
            .Append(wanted.IsDhcp ? "dhcp\n" : $"static\n    address {wanted.Address}\n");
        if (wanted.Gateway is { } gateway)
        {
            text.Append("    gateway ").Append(gateway).Append('\n');
        }
        return text.Append(wanted.Dns.IsEmpty ? ""
            : $"    dns-nameservers {string.Join(' ', wanted.Dns)}\n").ToString();
    }
}
