using System.Text.RegularExpressions;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Network;

/// <summary>Who configures an interface, and in which file of theirs somebody wrote of it.
/// </summary>
/// <param name="ByHand">Null: none.</param>
internal sealed record InterfacePlace(LinksBy Manager, string? ByHand)
{
    private const string Netplan = "/etc/netplan", Networkd = "/etc/systemd/network";
    private const string Ifupdown = "/etc/network/interfaces";
    private const string Connections = "/etc/NetworkManager/system-connections";

    public static InterfacePlace Find(IHostTree tree, IPrograms programs, string name)
    {
        var ours = Enum.GetValues<LinksBy>().Select(m => InterfaceText.PathOf(m, name)).ToList();
        string? Mentions(string folder, string pattern) => tree.List(folder)
            .Select(f => $"{folder}/{f}").FirstOrDefault(f => !ours.Contains(f)
                && Says(tree, f, pattern));
        var word = Regex.Escape(name);
        if (Mentions(Netplan, $"^\\s*\"?{word}\"?:") is { } netplan)
        {
            return new(LinksBy.Netplan, netplan);
        }
        var stanza = $"^\\s*iface\\s+{word}\\s";
        var inIfupdown = Says(tree, Ifupdown, stanza) ? Ifupdown
            : Mentions(Ifupdown + ".d", stanza);
        if (inIfupdown is not null)
        {
            return new(LinksBy.Ifupdown, inIfupdown);
        }
        if (tree.Exists("/run/NetworkManager") && programs.Has("nmcli"))
        {
            return new(LinksBy.NetworkManager,
                Mentions(Connections, $"^interface-name={word}\\s*$"));
        }
        if (tree.Exists("/run/systemd/netif/state") && programs.Has("networkctl"))
        {
            return new(LinksBy.Networkd, Mentions(Networkd, $"^Name={word}\\s*$"));
        }
        return new(tree.Exists(Ifupdown) && programs.Has("ifup")
            ? LinksBy.Ifupdown : LinksBy.Kernel, null);
    }

    private static bool Says(IHostTree tree, string file, string pattern) =>
        tree.Look(file).Text is { } text && Regex.IsMatch(text, pattern,
            RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
