using System.Text;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>Declared name servers in the words of whoever is in charge. resolved.conf(5),
/// resolvconf(8), NetworkManager.conf(5), resolv.conf(5).</summary>
public static class ResolverText
{
    private const string Mark = "# Written by Loam from network.yaml.\n";
    private const string End = "# Loam: end\n";

    /// <summary>Loam wrote it, or a part of it.</summary>
    public static bool IsOurs(HostFile file) =>
        file.Text?.StartsWith(Mark, StringComparison.Ordinal) == true;

    /// <summary>The same file with what is declared.</summary>
    public static HostFile With(ObservedResolver seen, Resolver wanted)
    {
        var (servers, search) = (wanted.Nameservers, wanted.Search);
        return HostFile.Of(Mark + seen.Manager switch
        {
            // ~. sends every name to these, also where an interface has others.
            NamesBy.Resolved => "[Resolve]\n"
                + (servers.IsEmpty ? "" : $"DNS={string.Join(' ', servers)}\n")
                + $"Domains={string.Join(' ', servers.IsEmpty ? search : ["~.", .. search])}\n",
            NamesBy.NetworkManager => "[global-dns]\n"
                + (search.IsEmpty ? "" : $"searches={string.Join(',', search)}\n")
                + (servers.IsEmpty ? ""
                    : $"\n[global-dns-domain-*]\nservers={string.Join(',', servers)}\n"),
            NamesBy.Resolvconf => Lines(wanted, "") + End + Rest(seen.There),
            _ => Lines(wanted, IsOurs(seen.There) ? seen.Former?.Text : seen.There.Text),
        });
    }

    /// <summary>The file without Loam's part; null: it is not known what stood there before.
    /// </summary>
    public static HostFile? Without(ObservedResolver seen) => seen.Manager switch
    {
        NamesBy.Resolvconf => Rest(seen.There) is { Length: > 0 } rest
            ? HostFile.Of(rest) : HostFile.Absent,
        NamesBy.File => seen.Former,
        _ => HostFile.Absent,
    };

    /// <param name="former">Where name servers are taken from when none are declared.</param>
    private static string Lines(Resolver wanted, string? former)
    {
        var text = new StringBuilder();
        foreach (var server in wanted.Nameservers)
        {
            text.Append("nameserver ").Append(server).Append('\n');
        }
        if (wanted.Nameservers.IsEmpty)
        {
            foreach (var line in (former ?? "").Split('\n').Where(
                l => l.StartsWith("nameserver", StringComparison.Ordinal)))
            {
                text.Append(line).Append('\n');
            }
        }
        if (!wanted.Search.IsEmpty)
        {
            text.Append("search ").AppendJoin(' ', wanted.Search).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>What stands behind Loam's lines.</summary>
    private static string Rest(HostFile there) => !IsOurs(there) ? there.Text ?? ""
        : there.Text!.IndexOf(End, StringComparison.Ordinal) is >= 0 and var at
            ? there.Text[(at + End.Length)..] : "";
}
