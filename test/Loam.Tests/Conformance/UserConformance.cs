using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Users;
using Loam.Simulation.Host;

namespace Loam.Tests.Conformance;

/// <summary>What the users' driver does with any accounts beneath it, so that what is proved with
/// the simulated ones holds for the files below /etc.</summary>
public abstract class UserConformance
{
    protected const string Anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnna anna@laptop";
    protected const string Spare = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISpare anna@spare";
    protected const string ByHand = "ssh-rsa AAAAB3NzaC1yc2EAAAA bob@desk";

    private readonly Lazy<IAccountHost> _host;
    private readonly UserLedger _ledger = new(null);

    protected UserConformance() => _host = new(Make);

    protected static UserAccount Wanted { get; } = new("anna", 1001)
    {
        Home = "/home/anna", Shell = "/bin/sh", Groups = ["sudo"], Given = ["sudo"],
        Keys = [Anna], SudoRule = "anna ALL=(ALL:ALL) NOPASSWD: ALL\n",
        Ownership = Ownership.Created,
    };

    private protected IAccountHost Host => _host.Value;

    /// <summary>A machine with root, daemon and the groups root and sudo.</summary>
    private protected abstract IAccountHost Make();

    /// <summary>An account that somebody made by hand, with a key.</summary>
    private protected abstract void PutBob();

    private protected abstract string Everything();

    [NeedingFact]
    public async Task Root_is_seen_and_nobody_owns_it()
    {
        var seen = await SeeAsync();
        var root = seen.Find("root").ShouldNotBeNull();
        root.Account.Ownership.ShouldBe(Ownership.Foreign);
        root.Account.Home.ShouldBe("/root");
        seen.Find("daemon").ShouldBeNull();
        seen.System.ShouldContain("daemon");
        seen.Groups.ShouldContain("sudo");
    }

    [NeedingFact]
    public async Task A_user_is_made_as_wanted_and_taken_back_without_a_trace()
    {
        var before = Everything();

        await SetAsync(null, Wanted);
        (await AccountAsync("anna")).ShouldBe(Wanted.Canonical());
        await SetAsync(null, Wanted);
        (await AccountAsync("anna")).ShouldBe(Wanted.Canonical());

        for (var i = 0; i < 2; i++)
        {
            await SetAsync(Wanted, null);
            (await SeeAsync()).Find("anna").ShouldBeNull();
            Everything().ShouldBe(before);
        }
    }

    [NeedingFact]
    public async Task Locking_is_undone_exactly()
    {
        await SetAsync(null, Wanted);
        var open = Everything();
        var locked = Wanted with
        {
            Groups = [], Given = [], Keys = [], SudoRule = null, ExpiresOn = 1,
        };

        await SetAsync(Wanted, locked);
        (await AccountAsync("anna")).ShouldBe(locked.Canonical());
        await SetAsync(locked, Wanted);

        (await AccountAsync("anna")).ShouldBe(Wanted.Canonical());
        Everything().ShouldBe(open);
    }

    [NeedingFact]
    public async Task What_somebody_wrote_stays()
    {
        PutBob();
        var (bob, before) = (await FindAsync("bob"), Everything());
        bob.OtherKeys.ShouldHaveSingleItem().ShouldBe(ByHand);
        bob.HasPassword.ShouldBeTrue();

        await SetAsync(bob.Account, bob.Account with
        {
            Keys = [Anna, Spare], Groups = ["sudo"], Given = ["sudo"],
            Ownership = Ownership.Adopted,
        });
        var adopted = await FindAsync("bob");
        adopted.Account.Keys.ShouldBe([Anna, Spare]);
        adopted.OtherKeys.ShouldHaveSingleItem().ShouldBe(ByHand);
        adopted.Account.Ownership.ShouldBe(Ownership.Adopted);
        adopted.HasPassword.ShouldBeTrue();

        await SetAsync(adopted.Account, bob.Account);
        Everything().ShouldBe(before);
        (await AccountAsync("bob")).ShouldBe(bob.Account.Canonical());
    }

    [NeedingFact]
    public async Task A_password_is_locked_and_opened_again()
    {
        PutBob();
        var bob = (await FindAsync("bob")).Account;
        var before = Everything();

        await SetAsync(bob, bob with { PasswordIsLocked = true, ExpiresOn = 1 });
        (await FindAsync("bob")).Account.PasswordIsLocked.ShouldBeTrue();
        await SetAsync(bob with { PasswordIsLocked = true, ExpiresOn = 1 }, bob);

        Everything().ShouldBe(before);
    }

    [NeedingFact]
    public async Task Somebody_elses_account_is_never_taken_away()
    {
        PutBob();
        var bob = (await FindAsync("bob")).Account;

        await SetAsync(bob, null);
        (await FindAsync("bob")).Account.Canonical().ShouldBe(bob.Canonical());
        (await Should.ThrowAsync<HostException>(() => SetAsync(null, bob)))
            .Fault.ShouldBe(Fault.Conflict);
    }

    [NeedingFact]
    public async Task A_group_is_made_once_and_taken_away_only_when_it_is_ours_and_empty()
    {
        var driver = Driver();
        var before = Everything();
        await DoAsync(driver, ActionKind.CreateGroup, "developers");
        await DoAsync(driver, ActionKind.CreateGroup, "developers");
        (await SeeAsync()).Groups.ShouldContain("developers");
        var member = Wanted with { Groups = ["developers"], Given = ["developers"] };
        await SetAsync(null, member);

        await DoAsync(driver, ActionKind.RemoveGroup, "developers");
        (await SeeAsync()).Groups.ShouldContain("developers");
        await SetAsync(member, null);
        await DoAsync(driver, ActionKind.RemoveGroup, "developers");
        await DoAsync(driver, ActionKind.RemoveGroup, "sudo");

        (await SeeAsync()).Groups.ShouldContain("sudo");
        Everything().ShouldBe(before);
    }

    private UserDriver Driver() => new(Host, _ledger);

    private protected async Task SetAsync(UserAccount? before, UserAccount? after)
    {
        var driver = Driver();
        await driver.ApplyAsync(
            new(ActionKind.SetUser, (before ?? after)!.Name) { User = new(before, after) },
            (_, _, _) => { }, default);
    }

    private static Task DoAsync(UserDriver driver, ActionKind kind, string name) =>
        driver.ApplyAsync(new(kind, name), (_, _, _) => { }, default);

    private protected async Task<ObservedAccounts> SeeAsync()
    {
        var driver = Driver();
        return (await driver.ObserveAsync(new() { ObservedAt = default }, default)).Accounts
            .ShouldNotBeNull();
    }

    private protected async Task<ObservedUser> FindAsync(string name) =>
        (await SeeAsync()).Find(name).ShouldNotBeNull();

    private async Task<string> AccountAsync(string name) =>
        (await FindAsync(name)).Account.Canonical();
}

/// <summary>The accounts of the simulation.</summary>
public sealed class SimulatedUserConformance : UserConformance
{
    private SimulatedAccounts Accounts => (SimulatedAccounts)Host;

    private protected override IAccountHost Make() => new SimulatedAccounts();

    private protected override void PutBob()
    {
        Accounts.Put(new("bob", 1500, 1500, "/home/bob", "/bin/sh", [], true, false, null));
        Accounts.PutKeys("bob", ByHand + "\n");
    }

    private protected override string Everything() => Accounts.Snapshot();
}
