using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using Loam.Core.Auditing;
using Loam.Core.Bans;
using Loam.Core.Logins;
using Loam.Core.Reconciling;
using Loam.Drivers.Bans;
using Loam.Drivers.Firewall;
using Loam.Supervision;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Bans;

/// <summary>What somebody may do who wants others shut out, or nobody.</summary>
[NeedsNet, Collection(NamespacesCollection.Name)]
public sealed class BanAttackTests(Namespaces net) : IAsyncLifetime
{
    private const string Attacker = "10.9.1.7";

    private static readonly DateTimeOffset s_now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly BanRule s_rule =
        new("sshd", 3, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), null);
    private static readonly HashSet<string> s_services = ["sshd"];

    private readonly TestFolder _folder = TestFolder.Make(TestFolder.Docker);
    private readonly Records _audit = new();

    private Nftables Nft => new(Namespaces.Enter(net.Host)) { Table = BanTable.Name };
    private string Full => Path.Combine(_folder.Path, "full");

    public Task InitializeAsync() => ClearAsync();

    public async Task DisposeAsync()
    {
        await ClearAsync();
        await Processes.RunAsync("umount", Full);
        await _folder.DisposeAsync();
    }

    private async Task ClearAsync()
    {
        if (new NeedsNetAttribute().Missing() is null)
        {
            await Nft.RunAsync($"add table {BanTable.Name}\ndelete table {BanTable.Name}\n",
                default);
        }
    }

    [Fact]
    public void A_flood_of_addresses_takes_no_more_memory_than_so_much()
    {
        var count = new FailureCount();
        var (memory, began) = (BanMemory.None, Stopwatch.StartNew());
        for (var i = 0; i < 100_000; i++)
        {
            var source = BanSource.Of(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8),
                (byte)i]));
            count.Add(s_rule, source, s_now).ShouldBe(1);
            count.Add(s_rule, source, s_now).ShouldBe(2);
            memory = memory.With(Ban(source, s_now.AddSeconds(i)));
        }
        memory.Bans.Count.ShouldBeLessThanOrEqualTo(BanMemory.Most);
        memory.Bans.Count.ShouldBeGreaterThan(BanMemory.Most * 9 / 10);
        // Those that end last are in it.
        memory.Bans.Values.Max(b => b.Until).ShouldBe(s_now.AddSeconds(99_999));
        count.Add(s_rule, "10.0.0.1", s_now).ShouldBe(1, "it was pushed out");
        count.Add(s_rule, "10.1.134.159", s_now).ShouldBe(3);
        began.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_clock_that_is_set_back_neither_lengthens_a_ban_nor_adds_up_failures()
    {
        var memory = BanMemory.None.With(Ban("10.0.0.1", s_now.AddDays(400) + s_rule.Time) with
        {
            From = s_now.AddDays(400),
        });
        memory.Living(s_now, s_services).Bans.Values.ShouldHaveSingleItem().Until
            .ShouldBe(s_now + s_rule.Time);
        memory.Living(s_now.AddDays(500), s_services).Bans.ShouldBeEmpty();

        var count = new FailureCount();
        count.Add(s_rule, "10.0.0.1", s_now.AddDays(1));
        count.Add(s_rule, "10.0.0.1", s_now.AddDays(1));
        count.Add(s_rule, "10.0.0.1", s_now).ShouldBe(1);
    }

    [Theory]
    [InlineData("Disconnecting invalid user a 203.0.113.9 port 5: Change of username or service "
        + "not allowed: (a,ssh-connection) -> (x 9.9.9.9 port 22: ,ssh-connection) [preauth]")]
    [InlineData("Disconnecting invalid user xxxxxx 9.9.9.9 port 1: Too many authentication "
        + "failures 203.0.113.9 port 5: Change of username or service not allowed: (xxxxxx "
        + "9.9.9.9 port 1: Too many authentication failures [preauth]")]
    public void A_reason_that_holds_chosen_words_accuses_nobody(string text) =>
        new HostLogins().Read(new(s_now, "sshd", 7, text, "")).ShouldBeNull();

    [Theory]
    [InlineData("Failed password for invalid user x from 9.9.9.9 port 1 ssh2: a b from "
        + "203.0.113.9 port 5 ssh2")]
    [InlineData("Connection closed by invalid user x 9.9.9.9 port 1 [preauth] 203.0.113.9 port 5 "
        + "[preauth]")]
    [InlineData("Disconnecting invalid user x 9.9.9.9 port 1: Too many authentication failures "
        + "[preauth] 203.0.113.9 port 5: Too many authentication failures [preauth]")]
    public void A_name_that_looks_like_the_end_of_a_line_accuses_nobody_else(string text) =>
        new HostLogins().Read(new(s_now, "sshd", 7, text, ""))?.Address
            .ShouldBe(IPAddress.Parse("203.0.113.9"));

    [Fact]
    public void The_words_of_a_certificate_are_not_where_somebody_came_from() =>
        new HostLogins().Read(new(s_now, "sshd", 7, "Accepted publickey for anna from 10.0.1.50 "
            + "port 9 ssh2: ED25519-CERT SHA256:x ID a from 9.9.9.9 port 22 (serial 0) CA y", ""))!
            .Address.ShouldBe(IPAddress.Parse("10.0.1.50"));

    [Fact]
    public void Whoever_writes_the_line_does_not_choose_how_long_it_takes_to_read()
    {
        var began = Stopwatch.StartNew();
        var wording = FailureWording.Of("a*a*a*a*login failed from {address}!");
        for (var i = 0; i < 20; i++)
        {
            wording.Find(new string('a', 60_000)).ShouldBeNull();
        }
        // Nor hides it by being long.
        FailureWording.Of("{address} - * [*] \"*\" 401 ").Find(
            $"203.0.113.9 - x [now] \"GET /{new string('y', 20_000)}\" 401 9")
            .ShouldBe(IPAddress.Parse("203.0.113.9"));
        began.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [NeedingFact]
    public void In_a_network_of_its_own_the_machine_shuts_out_one_address_only()
    {
        Namespaces.In(net.Host, () =>
        {
            var own = new OwnAddresses(TimeProvider.System);
            own.SourceOf(IPAddress.Parse("fd09::2")).ShouldBe("fd09::2");
            own.SourceOf(IPAddress.Parse("fd55::2")).ShouldBe("fd55::/64");
            own.SourceOf(IPAddress.Parse("::ffff:10.9.1.7")).ShouldBe(Attacker);
            own.SourceOf(IPAddress.Parse("fe80::1%1")).ShouldBe("fe80::1");
            own.Why(IPAddress.Parse("fd09::1")).ShouldBe("this machine itself");
            own.Why(IPAddress.Parse("::ffff:10.9.0.1")).ShouldBe("this machine itself");
            own.Why(IPAddress.Parse("172.31.9.7")).ShouldBe("a container of this machine");
            own.Why(IPAddress.Parse("fd09::2")).ShouldBeNull();
            // Logs leave the zone out.
            var local = NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == "lan0")
                .GetIPProperties().UnicastAddresses.First(a => a.Address.IsIPv6LinkLocal).Address;
            own.Why(new IPAddress(local.GetAddressBytes())).ShouldBe("this machine itself");
        });
    }

    [NeedingFact]
    public async Task One_address_and_the_network_around_it_do_not_keep_the_others_in()
    {
        var table = new BanTable(Nft, "test");
        var now = DateTimeOffset.UtcNow;
        Ban[] bans = [.. ((string[])["fd55::7", "fd55::/64", "fd56::7", "fe80::1", Attacker])
            .Select(s => Ban(s, now.AddHours(1)))];
        await table.SetAsync(bans, now, default);
        (await table.HoldsAsync(bans, now, default)).ShouldBeTrue();
        var set = (await Nft.ListAsync(default))!;
        set.ShouldNotContain("fd55::7");
        // Of one link only: no network lies around it.
        set.ShouldContain("fe80::1");
    }

    [NeedingFact]
    public async Task Many_are_held_and_seen_to_be_held()
    {
        var table = new BanTable(Nft, "test");
        var now = DateTimeOffset.UtcNow;
        Ban[] bans = [.. Enumerable.Range(0, 20_000).Select(i => Ban(i % 2 == 0
            ? $"11.{i >> 16}.{(i >> 8) & 255}.{i & 255}" : $"2001:db8:0:{i:x}::/64",
            now.AddHours(1)))];
        await table.SetAsync(bans, now, default);
        (await table.HoldsAsync(bans, now, default)).ShouldBeTrue();
        await Nft.RunAsync($"delete element {BanTable.Name} v4 {{ 11.0.1.2 }}\n", default);
        (await table.HoldsAsync(bans, now, default)).ShouldBeFalse();
    }

    /// <summary>Whoever died before the kernel heard of it.</summary>
    [NeedingFact]
    public async Task What_the_kernel_never_heard_of_is_done_by_the_next_daemon()
    {
        var dying = Make(new Nftables("nsenter", "--net=/run/netns/gone")
        {
            Table = BanTable.Name,
        });
        for (var i = 0; i < 3; i++)
        {
            await dying.HearAsync(Failure(i), default);
        }
        dying.Alerts().ShouldHaveSingleItem().ShouldStartWith("Nobody can be shut out: ");
        await RunAWhileAsync(Make(Nft));
        (await Nft.ListAsync(default)).ShouldNotBeNull().ShouldContain(Attacker);
    }

    [NeedingFact]
    public async Task With_a_full_disk_somebody_is_shut_out_all_the_same()
    {
        Directory.CreateDirectory(Full);
        (await Processes.RunAsync("mount", "-t", "tmpfs", "-o", "size=4k", "none", Full)).Exit
            .ShouldBe(0);
        await File.WriteAllTextAsync(Path.Combine(Full, "fill"), new string('x', 4096));
        var watch = Make(Nft, Full);
        await watch.AddAsync(new(Attacker, null), "anna", null, default);
        (await Nft.ListAsync(default)).ShouldNotBeNull().ShouldContain(Attacker);
        watch.Alerts().ShouldHaveSingleItem().ShouldStartWith(
            "Who is shut out would be let in by a restart: ");
        await watch.LiftAsync(Attacker, "anna", default);
        (await Nft.ListAsync(default)).ShouldBeNull();

        File.Delete(Path.Combine(Full, "fill"));
        await watch.AddAsync(new(Attacker, null), "anna", null, default);
        watch.Alerts().ShouldBeEmpty();
        Make(Nft, Full).List().ShouldHaveSingleItem();
    }

    [NeedingFact]
    public async Task Who_goes_away_after_asking_has_asked()
    {
        var watch = Make(Nft);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await watch.AddAsync(new(Attacker, null), "anna", null, gone.Token);
        (await Nft.ListAsync(default)).ShouldNotBeNull().ShouldContain(Attacker);
        _audit.Entries.ShouldHaveSingleItem().Who.ShouldBe("anna");
    }

    [NeedingFact]
    public async Task Two_who_ask_at_once_for_the_opposite_leave_list_and_kernel_alike()
    {
        var watch = Make(Nft);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
        {
            try
            {
                _ = i % 2 == 0 ? (object)await watch.AddAsync(
                    new(Attacker, TimeSpan.FromHours(1 + i)), "anna", null, default)
                    : await watch.LiftAsync(Attacker, "bert", default);
            }
            catch (HostException fault) when (fault.Fault == Fault.NotFound)
            {
                // He was there first.
            }
        })));
        var isOut = watch.List().Length > 0;
        ((await Nft.ListAsync(default))?.Contains(Attacker) ?? false).ShouldBe(isOut);
        Make(Nft).List().Length.ShouldBe(isOut ? 1 : 0);
    }

    private static async Task RunAWhileAsync(BanWatch watch)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Should.ThrowAsync<OperationCanceledException>(() => watch.RunAsync(stop.Token));
    }

    private BanWatch Make(Nftables nft, string? folder = null) => new(() => [s_rule],
        new(nft, "test"), new(new(Path.Combine(folder ?? _folder.Path, "bans.json")),
            new(Path.Combine(folder ?? _folder.Path, "place.json")), _ => null, BanSource.Of),
        _audit, new(TimeProvider.System), TimeProvider.System);

    private static Ban Ban(string source, DateTimeOffset until) =>
        new(source, "sshd", "why", until - s_rule.Time, until);

    private static LoginEvent Failure(int seconds) => new(LoginKind.Failed, "sshd",
        DateTimeOffset.UtcNow.AddSeconds(seconds), "root", IPAddress.Parse(Attacker), "password");

    private sealed class Records : IAudit
    {
        public List<AuditEntry> Entries { get; } = [];

        public Task WriteAsync(AuditEntry entry, CancellationToken cancel)
        {
            lock (Entries)
            {
                Entries.Add(entry);
            }
            return Task.CompletedTask;
        }
    }
}
