using Loam.Core.Observing;
using Loam.Drivers.Containers;

namespace Loam.Tests.Containers;

public sealed class PrivateEngineNetTests
{
    private const string Instance = "one";

    [Fact]
    public void Every_network_is_joined_to_itself_and_only_open_ones_lead_out()
    {
        var rules = new PrivateEngineNet(Instance).Rules(
        [
            new("1", "loam-one-front", "front", "r", Internal: false),
            new("2", "loam-one-back", "back", "r", Internal: true),
        ]);
        var front = NetworkBridge.Name(Instance, "loam-one-front");
        var back = NetworkBridge.Name(Instance, "loam-one-back");
        rules.ShouldContain(
            $"elements = {{ \"{front}\" . \"{front}\", \"{back}\" . \"{back}\" }}");
        rules.ShouldContain($"elements = {{ \"{front}\" }}");
    }

    [Fact]
    public void Without_networks_the_sets_are_empty_and_everything_is_closed()
    {
        var rules = new PrivateEngineNet(Instance).Rules([]);
        rules.ShouldNotContain("elements");
        rules.ShouldContain($"oifname \"{NetworkBridge.Prefix(Instance)}*\" drop");
    }

    [Fact]
    public void Bridges_of_one_instance_begin_alike_and_fit_an_interface()
    {
        var name = NetworkBridge.Name(Instance, "loam-one-front");
        name.Length.ShouldBe(15);
        name.ShouldStartWith(NetworkBridge.Prefix(Instance));
        name.ShouldNotBe(NetworkBridge.Name(Instance, "loam-one-back"));
        NetworkBridge.Prefix("two").ShouldNotBe(NetworkBridge.Prefix(Instance));
    }
}
