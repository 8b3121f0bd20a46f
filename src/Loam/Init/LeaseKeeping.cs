using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Network;
using Loam.Drivers.Network.Dhcp;

namespace Loam.Init;

/// <summary><c>loam lease</c>: asks for addresses by DHCP on every network card that nobody has
/// declared, so that a new machine can be reached, and one whose daemon fails stays so.</summary>
internal static class LeaseKeeping
{
    private const string Folder = "/run/loam-leases";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(
        InstancePaths paths, TimeProvider time, Action<string> say, CancellationToken stop)
    {
        Directory.CreateDirectory(Folder);
        var tree = new HostTree("/");
        using var dhcp = new Udhcpc(Folder, () => Environment.MachineName, time);
        dhcp.EndLeft();
        var leases = new Leases(new KernelLinks(), dhcp, new(Path.Combine(Folder, "leases.json")),
            time);
        var names = new LeaseNames(tree, new(path: null));
        while (true)
        {
            var declared = new NetworkLedger(paths.NetworkFile).Interfaces;
            var ours = NetworkCards.All().Where(c => !declared.ContainsKey(c)).ToList();
            leases.All.Keys.Except(ours).ToList().ForEach(leases.End);
            foreach (var card in ours)
            {
                Look(leases, card, say);
            }
            Try(() => names.Write(leases.All), say);
            await Task.Delay(leases.All.IsEmpty ? s_pause : s_calm, time, stop);
        }
    }

    private static void Look(Leases leases, string card, Action<string> say) => Try(() =>
    {
        if (leases.Look(card))
        {
            say(leases.Of(card) is { } lease ? $"{card} has {lease.Address}"
                : $"{card} has no address any more");
        }
    }, say);

    private static void Try(Action act, Action<string> say)
    {
        try
        {
            act();
        }
        catch (HostException fault)
        {
            say(fault.Message);
        }
    }
}
