namespace Loam.System.Harness;

/// <summary>The registry, and the way to it, which can be cut for everybody on this machine.
/// </summary>
/// <param name="table">Of nftables; made to cut the way.</param>
public sealed class Mirror(string url, string table)
{
    private bool _isCut;

    public string Url => url;

    /// <summary>Every connection is refused from now on; those that are open end.</summary>
    public async Task CutAsync()
    {
        (await Shell.RunAsync("nft", $"add table inet {table}")).ShouldEnd(0);
        _isCut = true;
        (await Shell.RunAsync("nft", $"add chain inet {table} out "
            + "{ type filter hook output priority 0; }")).ShouldEnd(0);
        (await Shell.RunAsync("nft", $"add rule inet {table} out ip daddr 127.0.0.1 "
            + $"tcp dport {new Uri(url).Port} reject with tcp reset")).ShouldEnd(0);
    }

    public async Task MendAsync()
    {
        if (_isCut)
        {
            (await Shell.RunAsync("nft", $"delete table inet {table}")).ShouldEnd(0);
            _isCut = false;
        }
    }
}
