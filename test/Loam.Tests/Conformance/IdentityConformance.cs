using System.Runtime.InteropServices;
using System.Text;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Drivers.Files;
using Loam.Drivers.Network;
using Loam.Simulation.Host;

namespace Loam.Tests.Conformance;

/// <summary>What the driver of name and time zone does with any machine beneath it.</summary>
public abstract class IdentityConformance
{
    protected const string Hosts = "127.0.0.1 localhost\n192.168.1.9 printer # by hand";

    private int _zoneChanges;

    private protected abstract IHostTree Tree { get; }

    private protected abstract IHostName Name { get; }

    /// <summary>Where a name can be given without harm.</summary>
    private protected abstract void Within(Action work);

    [NeedingFact]
    public void A_name_is_given_everywhere_and_taken_back_exactly() => Within(() =>
    {
        Tree.Put("/etc/hosts", HostFile.Of(Hosts), 0x1a4);
        var before = See().Hostname;
        var wanted = new HostnameState("attic", "attic\n", "127.0.1.1 attic");

        for (var i = 0; i < 2; i++)
        {
            Set(new HostnameChange(before, wanted));
            See().Hostname.ShouldBe(wanted);
        }
        Name.Get().ShouldBe("attic");
        Tree.Look("/etc/hosts").Text.ShouldBe(
            "127.0.0.1 localhost\n127.0.1.1 attic # loam\n192.168.1.9 printer # by hand");
        for (var i = 0; i < 2; i++)
        {
            Set(new HostnameChange(wanted, before));
            See().Hostname.ShouldBe(before);
        }
        Tree.Look("/etc/hosts").Text.ShouldBe(Hosts);
    });

    [NeedingFact]
    public void What_was_not_there_is_gone_again() => Within(() =>
    {
        var before = See().Hostname;
        before.File.ShouldBeNull();
        var wanted = new HostnameState("attic.example.com", "attic.example.com\n",
            "127.0.1.1 attic.example.com attic");
        Set(new HostnameChange(before, wanted));
        Tree.Look("/etc/hosts").Text.ShouldBe("127.0.1.1 attic.example.com attic # loam\n");
        See().OtherNames.ShouldBeEmpty();

        Set(new HostnameChange(wanted, before));
        Tree.Look("/etc/hosts").ShouldBe(HostFile.Absent);
        Tree.Look("/etc/hostname").ShouldBe(HostFile.Absent);
    });

    [NeedingFact]
    public void A_zone_is_set_and_the_former_one_put_back_link_or_file() => Within(() =>
    {
        foreach (var former in (HostFile[])
            [HostFile.LinkTo("../usr/share/zoneinfo/UTC"), HostFile.Of("TZif2\0\u00ff\n")])
        {
            Tree.Put("/etc/localtime", former, 0x1a4);
            var before = See().Timezone;
            var wanted = new TimezoneState(
                HostFile.LinkTo("/usr/share/zoneinfo/Europe/Berlin"), "Europe/Berlin\n");
            var calls = _zoneChanges;

            Set(new TimezoneChange(before, wanted));
            See().Timezone.ShouldBe(wanted);
            See().Timezone.Zone.ShouldBe("Europe/Berlin");
            _zoneChanges.ShouldBe(calls + 1);
            Set(new TimezoneChange(wanted, before));

            See().Timezone.ShouldBe(before);
            Tree.Look("/etc/localtime").ShouldBe(former);
        }
    });

    [NeedingFact]
    public void Zones_are_those_of_the_machine() => Within(() =>
    {
        foreach (var file in (string[])["Europe/Berlin", "UTC", "tzdata.zi", "posix/UTC"])
        {
            Tree.Put($"/usr/share/zoneinfo/{file}", HostFile.Of("x"), 0x1a4);
        }
        See().Zones.ShouldBe(["Europe/Berlin", "UTC"]);
    });

    [NeedingFact]
    public void Another_zone_by_hand_is_noticed() => Within(() =>
    {
        var driver = Driver();
        See(driver);
        Tree.Put("/etc/localtime", HostFile.LinkTo("/usr/share/zoneinfo/UTC"), 0x1a4);
        See(driver).Timezone.Zone.ShouldBe("UTC");
        _zoneChanges.ShouldBe(1);
    });

    private IdentityDriver Driver() => new(Tree, Name, () => _zoneChanges++);

    private ObservedIdentity See(IdentityDriver? driver = null) => (driver ?? Driver())
        .ObserveAsync(new() { ObservedAt = default }, default).Result.Identity.ShouldNotBeNull();

    private void Set(HostnameChange change) => Driver().ApplyAsync(
        new(ActionKind.SetHostname, "name") { Hostname = change }, (_, _, _) => { }, default)
        .IsCompletedSuccessfully.ShouldBeTrue();

    private void Set(TimezoneChange change) => Driver().ApplyAsync(
        new(ActionKind.SetTimezone, "zone") { Timezone = change }, (_, _, _) => { }, default)
        .IsCompletedSuccessfully.ShouldBeTrue();
}

/// <summary>The simulated machine.</summary>
public sealed class SimulatedIdentityConformance : IdentityConformance
{
    private protected override IHostTree Tree { get; } = new SimulatedTree();
    private protected override IHostName Name { get; } = new SimulatedHostName();
    private protected override void Within(Action work) => work();
}

/// <summary>Files below a directory, and the kernel's name in a UTS namespace of its own.</summary>
[NeedsRoot]
public sealed partial class RealIdentityConformance : IdentityConformance, IDisposable
{
    private const int NameSpace = 0x04000000;

    private readonly string _root = Directory.CreateTempSubdirectory("loam-identity-").FullName;

    private protected override IHostTree Tree => new HostTree(_root);
    private protected override IHostName Name { get; } = new KernelHostName();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private protected override void Within(Action work)
    {
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                unshare(NameSpace).ShouldBe(0);
                work();
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        if (fault is not null)
        {
            throw new InvalidOperationException(fault.Message, fault);
        }
    }

    [NeedingFact]
    public void A_file_keeps_its_mode_and_a_new_one_can_be_read_by_all() => Within(() =>
    {
        var file = Path.Combine(_root, "etc/hosts");
        Tree.Put("/etc/hosts", HostFile.Of("a\n"), 0x1a4);
        ((int)File.GetUnixFileMode(file)).ShouldBe(0x1a4);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Tree.Put("/etc/hosts", HostFile.Of("\u00e4\n"), 0x1a4);
        ((int)File.GetUnixFileMode(file)).ShouldBe(0x180);
        File.ReadAllBytes(file).ShouldBe(Encoding.Latin1.GetBytes("\u00e4\n"));
    });

    [NeedingFact]
    public void A_link_in_a_circle_is_not_followed() => Within(() =>
    {
        Tree.Put("/usr/share/zoneinfo/UTC", HostFile.Of("x"), 0x1a4);
        File.CreateSymbolicLink(Path.Combine(_root, "usr/share/zoneinfo/Circle"), ".");
        Tree.List("/usr/share/zoneinfo").ShouldBe(["UTC"]);
    });

    [NeedingFact]
    public void The_machine_that_tests_run_on_keeps_its_name()
    {
        var before = Name.Get();
        Within(() =>
        {
            Name.Set("attic");
            Name.Get().ShouldBe("attic");
        });
        Name.Get().ShouldBe(before);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int what);
}
