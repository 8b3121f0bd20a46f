using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Drivers.Network;

/// <summary>Reads an interface as one of network.yaml: what <c>loam adopt eth0</c> proposes.
/// </summary>
public sealed class LinkAdoption(ILinks links)
{
    /// <returns>Full new texts of the files that declare it; null: there is no such interface.
    /// </returns>
    /// <exception cref="HostException">Conflict: it is declared already. Unsupported: it cannot be
    /// declared as it is.</exception>
    public ImmutableSortedDictionary<string, string>? Read(
        string name, StateSet now, bool isDeclared)
    {
        if (links.List().FirstOrDefault(l => l.Name == name) is not { } link)
        {
            return null;
        }
        if (isDeclared)
        {
            throw new HostException(Fault.Conflict, $"{name} is declared already.",
                "`loam diff` shows whether it is as declared.");
        }
        var entry = Entry(link);
        return ImmutableSortedDictionary<string, string>.Empty.SetItem(NetworkFile.File,
            StateEdit.Append(now[NetworkFile.File]
                ?? StateEdit.NewFile(FileKinds.Of(NetworkFile.File)!, "machine"),
                EditPath.Parse("spec.interfaces"),
                EditValue.Map([("name", EditValue.Of(name)), .. entry])));
    }

    private static (string, EditValue)[] Entry(HostLink link)
    {
        // An address of IPv6 that comes by itself is nobody's to declare.
        if (link.Leased.Any(a => !IsV6(a)) && link.Addresses.IsEmpty)
        {
            return [("type", EditValue.Of("dhcp"))];
        }
        var lasting = link.Addresses.Where(a => !IsV6(a)).ToList() is { Count: > 0 } some ? some
            : [.. link.Addresses];
        if (lasting.Count != 1 || link.Leased.Any(a => !IsV6(a)))
        {
            var all = lasting.Concat(link.Leased.Where(a => !IsV6(a))).ToList();
            throw new HostException(Fault.Unsupported, all.Count == 0
                ? $"{link.Name} has no address." : $"{link.Name} has several addresses "
                    + $"({string.Join(", ", all)}), and one is declared for an interface.",
                all.Count == 0 ? "Declare in network.yaml which it is to have."
                    : "Declare in network.yaml the one that is to stay: the plan names those that "
                        + "go.");
        }
        var gateway = link.Gateways.FirstOrDefault(g => IsV6(g) == IsV6(lasting[0]));
        return
        [
            ("type", EditValue.Of("static")), ("address", EditValue.Of(lasting[0])),
            .. gateway is null ? ((string, EditValue)[])[]
                : [("gateway", EditValue.Of(gateway))],
        ];
    }

    private static bool IsV6(string address) => address.Contains(':', StringComparison.Ordinal);
}
