using System.Net;
using Loam.Core.Approving;
using Loam.Core.Auditing;
using Loam.Core.Bans;
using Loam.Core.Firewall;
using Loam.Core.Logins;
using Loam.Core.Reconciling;
using Loam.Drivers.Bans;
using Loam.Drivers.Firewall;
using Loam.Supervision;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Bans;

/// <summary>Who fails too often, in the kernel of a network namespace, with packets.</summary>
[NeedsNet, Collection(NamespacesCollection.Name)]
public sealed class BanWatchTests(Namespaces net) : IAsyncLifetime
{
    private const string Attacker = "10.9.1.7", Neighbour = "10.9.0.2";

    private readonly TestFolder _folder = TestFolder.Make(TestFolder.Docker);
    private readonly CancellationTokenSource _stop = new();
    private readonly Records _audit = new();
    private readonly EventLog _events = new(TimeProvider.System);
    private readonly Traffic _traffic = new(net);
    private List<BanRule> _rules =
        [new("sshd", 3, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), null)];
    private Nftables Nft => new(Namespaces.Enter(net.Host)) { Table = BanTable.Name };

    /// <summary>Others who use the namespace may have left their rules.</summary>
    public Task InitializeAsync() => ClearAsync();

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await ClearAsync();
        await _folder.DisposeAsync();
    }

    private async Task ClearAsync()
    {
        foreach (var table in (string[])[BanTable.Name, FirewallTable.Name])
        {
            if (new NeedsNetAttribute().Missing() is null)
            {
                await Nft.RunAsync($"add table {table}\ndelete table {table}\n", default);
            }
        }
    }

    [NeedingFact]
    public async Task The_last_failure_allowed_shuts_out_from_every_port_and_nobody_else()
    {
        var watch = Make();
        for (var i = 0; i < 3; i++)
        {
            watch.List().ShouldBeEmpty();
            (await PassesAsync(Attacker, 22)).ShouldBeTrue();
            await watch.HearAsync(Failure(Attacker, i), default);
        }
        var ban = watch.List().ShouldHaveSingleItem();
        (ban.Source, ban.By, ban.Why).ShouldBe((Attacker, "sshd",
            "3 failed logins at sshd within 10 min"));
        // Also to a port that is published for a container.
        foreach (var port in (int[])[22, 80, 7003])
        {
            (await PassesAsync(Attacker, port)).ShouldBeFalse();
            (await PassesAsync(Neighbour, port)).ShouldBeTrue();
        }
        _audit.Entries.ShouldHaveSingleItem().What.ShouldBe(
            "10.9.1.7 is shut out for 1 h: 3 failed logins at sshd within 10 min");
        _events.Kept().ShouldContain(e => e.Type == "ban.added" && e.Name == Attacker);

        await watch.LiftAsync(Attacker, "anna", default);
        (await PassesAsync(Attacker, 22)).ShouldBeTrue();
        (await Nft.ListAsync(default)).ShouldBeNull();
        // It begins anew.
        await watch.HearAsync(Failure(Attacker, 4), default);
        watch.List().ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task Failures_that_lie_too_far_apart_and_those_of_others_do_not_add_up()
    {
        var watch = Make();
        await watch.HearAsync(Failure(Attacker, -660), default);
        await watch.HearAsync(Failure(Attacker, -60), default);
        await watch.HearAsync(Failure(Attacker, -50), default);
        await watch.HearAsync(Failure(Neighbour, -40), default);
        await watch.HearAsync(Failure(Attacker, -30) with { Service = "grafana" }, default);
        watch.List().ShouldBeEmpty();
        await watch.HearAsync(Failure(Attacker, -20), default);
        watch.List().ShouldHaveSingleItem();
    }

    [NeedingFact]
    public async Task Of_v6_the_whole_64_is_one()
    {
        var watch = Make();
        foreach (var last in (string[])["2", "3", "4444"])
        {
            await watch.HearAsync(Failure($"fd09::{last}", 0), default);
        }
        watch.List().ShouldHaveSingleItem().Source.ShouldBe("fd09::/64");
        (await _traffic.SendAsync([new(PacketDirection.Input, PacketProtocol.Tcp, "fd09::2",
            "fd09::1", 22, "lan0")])).ShouldBe([false]);
    }

    [NeedingFact]
    public async Task It_is_kept_over_restarts_and_put_back_when_the_kernel_lost_it()
    {
        var watch = Make();
        await watch.AddAsync(new(Attacker, TimeSpan.FromHours(2)), "anna", null, default);
        _ = watch.RunAsync(_stop.Token);
        await Nft.RunAsync($"delete table {BanTable.Name}\n", default);
        await UntilAsync(async () => !await PassesAsync(Attacker, 22));
        await Nft.RunAsync($"flush set {BanTable.Name} v4\n", default);
        await UntilAsync(async () => !await PassesAsync(Attacker, 22));
        await _stop.CancelAsync();

        // A daemon that died, and a machine that was started anew.
        await Nft.RunAsync($"delete table {BanTable.Name}\n", default);
        var next = Make();
        next.List().ShouldHaveSingleItem().Why.ShouldBe("anna asked for it");
        using var stop = new CancellationTokenSource();
        _ = next.RunAsync(stop.Token);
        await UntilAsync(async () => !await PassesAsync(Attacker, 22));
        await stop.CancelAsync();
    }

    [NeedingFact]
    public async Task It_ends_by_itself_also_without_a_daemon()
    {
        var watch = Make();
        await watch.AddAsync(new(Attacker, TimeSpan.FromSeconds(2)), "anna", null, default);
        (await PassesAsync(Attacker, 22)).ShouldBeFalse();
        await UntilAsync(() => PassesAsync(Attacker, 22));
        watch.List().ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task Who_is_out_on_a_rules_account_comes_in_when_it_is_declared_no_more()
    {
        var watch = Make();
        for (var i = 0; i < 3; i++)
        {
            await watch.HearAsync(Failure(Attacker, i), default);
        }
        await watch.AddAsync(new(Neighbour, null), "anna", null, default);
        _rules = [];
        watch.List().ShouldHaveSingleItem().Source.ShouldBe(Neighbour);
        _ = watch.RunAsync(_stop.Token);
        await UntilAsync(() => PassesAsync(Attacker, 22));
        (await PassesAsync(Neighbour, 22)).ShouldBeFalse();
    }

    [NeedingFact]
    public async Task Nobody_shuts_out_himself_or_the_machine()
    {
        var watch = Make();
        var here = new Access("10.9.1.7", 50_000, "10.9.0.1", 22, "lan0");
        (await Refused(() => watch.AddAsync(new(Attacker, null), "anna", here, default)))
            .ShouldBe("You are connected from 10.9.1.7 yourself.");
        (await Refused(() => watch.AddAsync(new("127.0.0.1", null), "anna", null, default)))
            .ShouldBe("127.0.0.1 is this machine itself, and cannot be shut out.");
        (await Refused(() => watch.AddAsync(new("10.0.0.0/8", null), "anna", null, default)))
            .ShouldBe("'10.0.0.0/8' is not an address.");
        (await Refused(() => watch.AddAsync(new("010.9.1.7", null), "anna", null, default)))
            .ShouldBe("'010.9.1.7' is not an address.");
        (await Refused(() => watch.LiftAsync("10.1.2.3", "anna", default)))
            .ShouldBe("10.1.2.3 is not shut out.");
        for (var i = 0; i < 3; i++)
        {
            await watch.HearAsync(Failure("127.0.0.1", i), default);
        }
        watch.List().ShouldBeEmpty();
        watch.Alerts().ShouldHaveSingleItem().ShouldContain("came from 127.0.0.1, which is this "
            + "machine itself: nobody is shut out");
    }

    [NeedingFact]
    public async Task A_table_of_somebody_else_is_left_alone()
    {
        await Nft.RunAsync($"table {BanTable.Name} {{ comment \"mine\"; }}\n", default);
        var watch = Make();
        (await Refused(() => watch.AddAsync(new(Attacker, null), "anna", null, default)))
            .ShouldContain("belongs to somebody else");
        watch.List().ShouldBeEmpty();
        (await Nft.ListAsync(default))!.ShouldContain("mine");
    }

    private BanWatch Make() => new(() => _rules, new(Nft, "test"), Host, _audit, _events,
        TimeProvider.System);

    private BanHost Host => new(new(Path.Combine(_folder.Path, "bans.json")),
        new(Path.Combine(_folder.Path, "place.json")),
        a => IPAddress.IsLoopback(a) ? "this machine itself" : null, BanSource.Of);

    private static LoginEvent Failure(string address, int seconds) => new(LoginKind.Failed, "sshd",
        DateTimeOffset.UtcNow.AddSeconds(seconds), "root", IPAddress.Parse(address), "password");

    private async Task<bool> PassesAsync(string from, int port) =>
        (await _traffic.SendAsync([new(PacketDirection.Input, PacketProtocol.Tcp, from,
            "10.9.0.1", port, "lan0")]))[0];

    private static async Task<string> Refused(Func<Task> work) =>
        (await Should.ThrowAsync<HostException>(work)).Message;

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; !await isSo(); i++)
        {
            i.ShouldBeLessThan(100);
            await Task.Delay(100);
        }
    }

    private sealed class Records : IAudit
    {
        public List<AuditEntry> Entries { get; } = [];

        public Task WriteAsync(AuditEntry entry, CancellationToken cancel)
        {
            Entries.Add(entry);
            return Task.CompletedTask;
        }
    }
}
