using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Containers;

/// <summary>The way out for a private engine's containers when another dockerd owns the host's
/// iptables chains: two engines that both write them take each other's ports away, so the private
/// one leaves them alone and gets a table of its own.</summary>
internal static class PrivateEngineNet
{
    /// <summary>A dockerd is running. Asked before our own is started.</summary>
    public static bool AnotherEngineRuns()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (char.IsAsciiDigit(Path.GetFileName(folder)[0])
                    && File.ReadAllText($"{folder}/comm").Trim() == "dockerd")
                {
                    return true;
                }
            }
            catch (Exception error) when (
                error is IOException or UnauthorizedAccessException)
            {
                // The process ended while we looked.
            }
        }
        return false;
    }

    /// <exception cref="HostException">The rules cannot be made.</exception>
    public static async Task OpenAsync(string instance, CancellationToken cancel)
    {
        var bridges = NetworkBridge.Prefix(instance) + "*";
        var table = Table(instance);
        // Declared first so that deleting it never fails; all of it is one transaction.
        var rules = $$"""
            table ip {{table}} {}
            delete table ip {{table}}
            table ip {{table}} {
                chain out {
                    type nat hook postrouting priority srcnat; policy accept;
                    iifname "{{bridges}}" oifname != "{{bridges}}" masquerade
                }
            }

            """;
        var result = await Command.RunAsync("nft", ["-f", "-"], rules, cancel)
            .ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new HostException(
                Fault.Unsupported,
                $"The private engine's containers get no way out: {result.Output.Trim()}",
                "Install nftables and check that the kernel has it.");
        }
        // The other engine drops what it does not know. This chain is the one it leaves to
        // others; without it there is nothing to pass.
        foreach (var rule in Passes(instance))
        {
            await IptablesAsync(["-D", .. rule], cancel).ConfigureAwait(false);
            await IptablesAsync(["-I", .. rule], cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the rules away; none there is success.</summary>
    public static async Task CloseAsync(string instance, CancellationToken cancel)
    {
        var table = Table(instance);
        if (Command.Find("nft") is not null)
        {
            await Command.RunAsync(
                "nft", ["-f", "-"], $"table ip {table} {{}}\ndelete table ip {table}\n", cancel)
                .ConfigureAwait(false);
        }
        foreach (var rule in Passes(instance))
        {
            await IptablesAsync(["-D", .. rule], cancel).ConfigureAwait(false);
        }
    }

    private static string Table(string instance) =>
        "loam_" + NetworkBridge.Prefix(instance).TrimEnd('-');

    /// <summary>Inside a bridge, out of it, and answers back in. Not from one bridge to another:
    /// networks are apart.</summary>
    private static string[][] Passes(string instance)
    {
        var bridges = NetworkBridge.Prefix(instance) + "+";
        const string chain = "DOCKER-USER";
        return
        [
            [chain, "-i", bridges, "-o", bridges, "-m", "physdev", "--physdev-is-bridged",
                "-j", "ACCEPT"],
            [chain, "-i", bridges, "!", "-o", bridges, "-j", "ACCEPT"],
            [chain, "!", "-i", bridges, "-o", bridges, "-m", "conntrack", "--ctstate",
                "RELATED,ESTABLISHED", "-j", "ACCEPT"],
        ];
    }

    /// <summary>Fails quietly where the chain is not there.</summary>
    private static async Task IptablesAsync(string[] arguments, CancellationToken cancel)
    {
        if (Command.Find("iptables") is not null)
        {
            await Command.RunAsync("iptables", ["-w", "5", .. arguments], "", cancel)
                .ConfigureAwait(false);
        }
    }
}
