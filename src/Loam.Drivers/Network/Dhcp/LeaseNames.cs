using System.Text;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Network.Dhcp;

/// <summary>The name servers of leases in /etc/resolv.conf, where nobody is in charge of it and
/// none are declared. What stood there comes back when there are no leases any more.</summary>
public sealed class LeaseNames(IHostTree tree, NetworkLedger ledger)
{
    private const string Mark = "# Written by Loam from a DHCP lease.\n";
    private const uint ForAll = 0b110_100_100;
    private const int MostServers = 3;

    /// <exception cref="HostException">It cannot be written.</exception>
    public void Write(IEnumerable<KeyValuePair<string, Lease>> leases)
    {
        var place = ResolverPlace.Find(tree);
        var there = tree.Look(ResolverPlace.ResolvConf);
        if (place.Manager != NamesBy.File || place.Trouble is not null
            || ResolverText.IsOurs(there))
        {
            return;
        }
        var isLeases = there.Text?.StartsWith(Mark, StringComparison.Ordinal) == true;
        var wanted = Text([.. leases.Select(l => l.Value).Where(l => !l.Nameservers.IsEmpty)]);
        if (wanted is null && isLeases)
        {
            tree.Put(ResolverPlace.ResolvConf, ledger.BeforeLease ?? HostFile.Absent, ForAll);
            ledger.KeepBeforeLease(null);
        }
        else if (wanted is not null && there.Text != wanted)
        {
            if (!isLeases)
            {
                ledger.KeepBeforeLease(there);
            }
            tree.Put(ResolverPlace.ResolvConf, HostFile.Of(wanted), ForAll);
        }
    }

    private static string? Text(IReadOnlyList<Lease> leases)
    {
        if (leases.Count == 0)
        {
            return null;
        }
        var text = new StringBuilder(Mark);
        if (leases.SelectMany(l => l.Search).Distinct().ToList() is { Count: > 0 } search)
        {
            text.Append("search ").AppendJoin(' ', search).Append('\n');
        }
        foreach (var server in leases.SelectMany(l => l.Nameservers).Distinct().Take(MostServers))
        {
            text.Append("nameserver ").Append(server).Append('\n');
        }
        return text.ToString();
    }
}
