using Loam.Core.Reconciling;
using Loam.Drivers.Firewall;
using Loam.Drivers.Network;
using Loam.Simulation.Host;

namespace Loam.Tests.Firewall;

/// <summary>The order and whoever takes it first; the process around it is told of in the
/// stories.</summary>
public sealed class DeadmanTests : IAsyncDisposable
{
    private readonly TestFolder _folder = TestFolder.Make(TestFolder.Docker);
    private readonly SimulatedNftables _nft = new();

    private string Order => Path.Combine(_folder.Path, "deadman-1");
    private Deadman Deadman => new(Path.Combine(_folder.Path, "deadman"), "/bin/false",
        TimeProvider.System);

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task It_acts_when_its_time_has_come()
    {
        Write(0);
        (await WatchAsync()).ShouldBeTrue();
        _nft.Table.ShouldNotBeNull();
        Deadman.Disarm().ShouldBeFalse("it has acted");
        Deadman.Disarm().ShouldBeTrue("and that was said once");
    }

    [Fact]
    public async Task It_tries_again_when_nftables_refuses()
    {
        var refusals = 3;
        _nft.Before = call => call.StartsWith("nft set") && refusals-- > 0
            ? throw new HostException(Fault.Unsupported, "busy") : Task.CompletedTask;
        Write(0);

        (await WatchAsync()).ShouldBeTrue();

        _nft.Table.ShouldNotBeNull();
    }

    [Fact]
    public async Task It_does_nothing_once_it_is_disarmed()
    {
        Write(60_000);
        var watching = WatchAsync();
        Deadman.Disarm().ShouldBeTrue();
        (await watching).ShouldBeFalse();
        _nft.Table.ShouldBeNull();
    }

    [Fact]
    public async Task A_process_that_does_not_start_is_an_error_and_leaves_no_order()
    {
        (await Should.ThrowAsync<HostException>(
            () => Deadman.ArmAsync(new("", null), TimeSpan.FromSeconds(60), default)))
            .Message.ShouldContain("could not be started");
        Directory.EnumerateFiles(_folder.Path, "deadman-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_no_order_is_refused()
    {
        File.WriteAllText(Order, "soon\n");
        (await Should.ThrowAsync<HostException>(WatchAsync)).Message.ShouldContain("no order");
    }

    private void Write(int milliseconds) => File.WriteAllText(Order, $"{milliseconds}\n"
        + "{\"rules\":\"add table inet loam\\ndelete table inet loam\\ntable inet loam {\\n}\\n\"}");

    private Task<bool> WatchAsync() => Deadman.WatchAsync(Order, new FormerState(_nft,
        new(new SimulatedTree(), new SimulatedLinks(), new SimulatedPrograms())).PutBackAsync,
        TimeProvider.System, default);
}
