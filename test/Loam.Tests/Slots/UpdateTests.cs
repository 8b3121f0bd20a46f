using Loam.Core.Reconciling;
using Loam.Drivers.Booting.Slots;

namespace Loam.Tests.Slots;

/// <summary>Nothing is written that was not signed, and nothing starts that is not whole.</summary>
[NeedsOpenssl]
public sealed class UpdateTests : IDisposable
{
    private readonly UpdateBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [NeedingFact]
    public void A_signature_of_the_standard_holds()
    {
        // RFC 8032, 7.1, test 2.
        var key = UpdateKey.Of(Convert.ToBase64String(Convert.FromHexString(
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")))!;
        var signature = Convert.FromHexString(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        key.Holds([0x72], signature).ShouldBeTrue();
        key.Holds([0x73], signature).ShouldBeFalse();
        key.Holds([0x72], signature[..63]).ShouldBeFalse();
    }

    [NeedingFact]
    public void An_update_says_what_it_is()
    {
        using var update = UpdateFile.Open(_bench.Update("1.2.3"), _bench.Key);
        (update.Head.Version, update.Head.Build, update.Head.Bytes)
            .ShouldBe(("1.2.3", "b1.2.3", 3L << 20));
        update.Check(_ => { }, CancellationToken.None);
    }

    [NeedingFact]
    public void A_head_that_was_changed_is_refused()
    {
        var file = _bench.Update("1.2.3");
        UpdateBench.Change(file, "loam-update 1\nversion ".Length, (byte)'9');
        Should.Throw<HostException>(() => UpdateFile.Open(file, _bench.Key))
            .Fault.ShouldBe(Fault.Denied);
    }

    [NeedingFact]
    public void Another_s_signature_is_refused()
    {
        using var other = new UpdateBench();
        Should.Throw<HostException>(() => UpdateFile.Open(other.Update("1.2.3"), _bench.Key))
            .Fault.ShouldBe(Fault.Denied);
    }

    [NeedingFact]
    public void Bytes_that_were_changed_are_refused_before_anything_is_written()
    {
        var file = _bench.Update("1.2.3");
        UpdateBench.Change(file, 2 << 20, 1, 2, 3);
        using var update = UpdateFile.Open(file, _bench.Key);
        Should.Throw<HostException>(() => update.Check(_ => { }, CancellationToken.None))
            .Message.ShouldContain("damaged");
    }

    [NeedingFact]
    public void A_file_that_is_cut_off_or_another_s_is_refused()
    {
        var file = _bench.Update("1.2.3");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        Should.Throw<HostException>(() => UpdateFile.Open(file, _bench.Key))
            .Message.ShouldContain("not whole");
        File.WriteAllText(file, "something else");
        Should.Throw<HostException>(() => UpdateFile.Open(file, _bench.Key))
            .Message.ShouldContain("no update of Loam");
        Should.Throw<HostException>(
            () => UpdateFile.Open(_bench.Update("2", machine: "aarch64"), _bench.Key))
            .Message.ShouldContain("aarch64");
    }

    [NeedingFact]
    public void A_slot_gets_all_of_it()
    {
        var slots = SlotDisk.On(_bench.Disk("1.0"), UpdateBench.DiskBytes, "a")!;
        using var update = UpdateFile.Open(_bench.Update("2.0"), _bench.Key);
        update.WriteTo(slots.Slot("b"), _ => { }, CancellationToken.None);
        UpdateBench.Bytes(slots.Slot("b"), 3 << 20).ShouldBe(UpdateBench.SlotOf("2.0"));
        slots.Head("b").ShouldBe(new("2.0", "b2.0"));
        slots.Head("a").ShouldBe(new("1.0", "b1.0"));
    }

    [NeedingFact]
    public void Nothing_starts_from_a_slot_that_is_half_written()
    {
        var slots = SlotDisk.On(_bench.Disk("1.0"), UpdateBench.DiskBytes, "b")!;
        using var update = UpdateFile.Open(_bench.Update("2.0"), _bench.Key);
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(
            () => update.WriteTo(slots.Slot("a"), _ => stop.Cancel(), stop.Token));
        slots.Head("a").ShouldBeNull();
    }

    [NeedingFact]
    public void An_update_that_has_no_room_is_refused()
    {
        using var update = UpdateFile.Open(_bench.Update("2.0"), _bench.Key);
        Should.Throw<HostException>(() => update.WriteTo(
            new(_bench.In("core.img"), 0, 1 << 20), _ => { }, CancellationToken.None))
            .Fault.ShouldBe(Fault.Exhausted);
    }

    [NeedingFact]
    public void An_installed_disk_starts_its_first_slot()
    {
        var slots = SlotDisk.On(_bench.Disk("1.0"), UpdateBench.DiskBytes, "a")!;
        slots.Choice.ShouldBe(BootChoice.Only(SlotDisk.A));
        slots.Head("a").ShouldBe(new("1.0", "b1.0"));
        slots.Head("b").ShouldBeNull();
    }

    [NeedingFact]
    public void What_a_disk_holds_is_lost_unless_it_is_to_be_kept()
    {
        var disk = _bench.Disk("1.0");
        var data = DataOf(disk);
        UpdateBench.Change(disk, data, 1, 2, 3);
        _bench.Install(disk, "1.1", keep: true);
        UpdateBench.Bytes(new(disk, data, 3), 3).ShouldBe([1, 2, 3]);
        SlotDisk.On(disk, UpdateBench.DiskBytes, "a")!.Head("a")!.Version.ShouldBe("1.1");
        _bench.Install(disk, "1.2", keep: false);
        UpdateBench.Bytes(new(disk, data, 3), 3).ShouldBe([0, 0, 0]);
    }

    [NeedingFact]
    public void A_disk_of_somebody_else_has_nothing_to_keep()
    {
        var disk = _bench.Disk("1.0");
        UpdateBench.Change(disk, 0, new byte[20_000]);
        UpdateBench.Change(disk, UpdateBench.DiskBytes - 512, new byte[512]);
        Should.Throw<HostException>(() => _bench.Install(disk, "1.1", keep: true))
            .Message.ShouldContain("nothing to keep");
    }

    private static long DataOf(string disk)
    {
        using var file = File.OpenHandle(disk);
        return DiskTable.Read(file, UpdateBench.DiskBytes)!.Parts[^1].Offset;
    }
}
