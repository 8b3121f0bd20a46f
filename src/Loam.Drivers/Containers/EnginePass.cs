using Loam.Drivers.Linux;

namespace Loam.Drivers.Containers;

/// <summary>A host's Docker drops what it does not know, inside our bridges too. Where there is
/// one, it lets through what our own tables have already decided.</summary>
/// <param name="prefix">How the names of our bridges begin.</param>
internal sealed class EnginePass(string prefix)
{
    /// <summary>The chain that Docker leaves to others.</summary>
    private const string OthersChain = "DOCKER-USER";

    /// <summary>Opens or closes.</summary>
    public Task SetAsync(bool isOpen, CancellationToken cancel) =>
        isOpen ? OpenAsync(cancel) : CloseAsync(cancel);

    public async Task OpenAsync(CancellationToken cancel)
    {
        foreach (var rule in Rules())
        {
            await IptablesAsync(["-D", .. rule], cancel).ConfigureAwait(false);
            await IptablesAsync(["-I", .. rule], cancel).ConfigureAwait(false);
        }
    }

    /// <summary>None there is success.</summary>
    public async Task CloseAsync(CancellationToken cancel)
    {
        foreach (var rule in Rules())
        {
            await IptablesAsync(["-D", .. rule], cancel).ConfigureAwait(false);
        }
    }

    private string[][] Rules() =>
    [
        [OthersChain, "-i", prefix + "+", "-j", "ACCEPT"],
        [
            OthersChain, "-o", prefix + "+", "-m", "conntrack", "--ctstate",
            "RELATED,ESTABLISHED", "-j", "ACCEPT",
        ],
    ];

    /// <summary>Fails quietly where the chain is not there: then nothing has to be passed.
    /// </summary>
    private static async Task IptablesAsync(string[] arguments, CancellationToken cancel)
    {
        if (Command.Find("iptables") is not null)
        {
            await Command.RunAsync("iptables", ["-w", "5", .. arguments], "", cancel)
                .ConfigureAwait(false);
        }
    }
}
