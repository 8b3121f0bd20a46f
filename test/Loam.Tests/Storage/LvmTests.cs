using Loam.Core.Reconciling;
using Loam.Drivers.Storage;

namespace Loam.Tests.Storage;

public sealed class LvmTests
{
    private const string Report = """
          {
              "report": [
                  {
                      "vg": [
                          {"vg_name":"media", "vg_uuid":"Wq1f2p", "vg_extent_size":"4194304", "vg_free_count":"98",
                           "vg_tags":"other,loam.638", "vg_missing_pv_count":"1"}
                      ]
                      ,
                      "pv": [
                          {"pv_name":"/dev/sdb", "pv_uuid":"u6l7XN", "pv_pe_alloc_count":"3"},
                          {"pv_name":"[unknown]", "pv_uuid":"Xl12WL", "pv_pe_alloc_count":"0"}
                      ]
                      ,
                      "lv": [
                          {"lv_name":"films", "lv_size":"12582912"}
                      ]
                  }
                  ,
                  {
                      "pv": [
                          {"pv_name":"/dev/sdc", "pv_uuid":"8GWbpC", "pv_pe_alloc_count":"0"}
                      ]
                  }
              ]
          }
          WARNING: {something} that is said besides.
        """;

    [Fact]
    public void Its_report_is_read_with_whatever_it_says_besides()
    {
        var there = Lvm.Read("  WARNING: before.\n" + Report);
        var group = there.Group("media").ShouldNotBeNull();
        group.Uuid.ShouldBe("Wq1f2p");
        (group.Extent, group.Free, group.IsPartial, group.Plan).ShouldBe((4 << 20, 98, true, 638));
        group.Devices.ShouldBe([new("/dev/sdb", "u6l7XN", true), new("[unknown]", "Xl12WL", false)]);
        group.Volumes["films"].ShouldBe(12 << 20);
        there.Unused.ShouldHaveSingleItem().Path.ShouldBe("/dev/sdc");
        Lvm.Read("").ShouldBe(HostGroups.None);
    }

    [Theory]
    [InlineData("vg0", "films")]
    [InlineData("ubuntu-vg", "a-b")]
    [InlineData("a--b", "c")]
    [InlineData("a", "b-")]
    public void A_name_of_the_kernel_leads_back(string group, string volume)
    {
        var device = Lvm.DeviceOf(group, volume);
        Lvm.NamesOf(device["/dev/mapper/".Length..]).ShouldBe((group, volume));
    }

    [Fact]
    public void What_is_no_logical_volume_has_no_names() => Lvm.NamesOf("luks--a").ShouldBeNull();

    [Fact]
    public void Every_call_names_its_group_and_does_without_udev()
    {
        List<string> calls = [];
        var lvm = Recording(calls);
        lvm.MakeAsync("media", "a", (4 << 20) + 1, default).IsCompletedSuccessfully.ShouldBeTrue();
        calls[0].ShouldStartWith("lvcreate --yes --wipesignatures y --addtag loam "
            + "--size 4194816b --name a media --config ");
        calls[0].ShouldContain("udev_sync=0");
        calls[0].ShouldContain("backup_dir=\"/backups\"");
        calls.Clear();

        // It is not there.
        lvm.DeactivateAsync("media", "none", default).IsCompletedSuccessfully.ShouldBeTrue();
        lvm.RemoveAsync("media", "none", default).IsCompletedSuccessfully.ShouldBeTrue();
        calls.ShouldAllBe(c => c.StartsWith("fullreport --readonly "));
        lvm.GrowAsync("media", "films", 12 << 20, default).IsCompletedSuccessfully.ShouldBeTrue();
        calls[^1].ShouldStartWith("lvchange --refresh media/films");
        lvm.GrowAsync("media", "films", 16 << 20, default).IsCompletedSuccessfully.ShouldBeTrue();
        calls[^1].ShouldStartWith("lvextend --size 16777216b media/films");
        lvm.RemoveAsync("media", "films", default).IsCompletedSuccessfully.ShouldBeTrue();
        calls[^1].ShouldStartWith(
            "lvremove --yes --select lv_name=\"films\" && lv_tags=loam media --config ");
    }

    [Fact]
    public void No_question_about_a_disk_is_answered_with_yes()
    {
        List<string> calls = [];
        var lvm = Recording(calls);
        lvm.MakeGroupAsync("media", ["/dev/sdb"], 7, default).IsCompletedSuccessfully
            .ShouldBeTrue();
        lvm.ExtendGroupAsync("media", ["/dev/sdc"], default).IsCompletedSuccessfully
            .ShouldBeTrue();
        calls[0].ShouldStartWith("vgcreate --addtag loam.7 media /dev/sdb --config ");
        calls[1].ShouldStartWith("vgextend media /dev/sdc --config ");
    }

    [Fact]
    public async Task What_has_begun_is_not_ended_and_what_is_not_wanted_does_not_begin()
    {
        List<bool> canBeEnded = [];
        var lvm = new Lvm((words, _, isLook, cancel) =>
        {
            isLook.ShouldBe(words[0] == "fullreport");
            canBeEnded.Add(cancel.CanBeCanceled);
            return Task.FromResult(isLook ? Report : "");
        }, "/backups");
        using var ending = new CancellationTokenSource();
        await lvm.GrowAsync("media", "films", 16 << 20, ending.Token);
        canBeEnded.ShouldBe([true, false]);
        await ending.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(
            () => lvm.ActivateAsync("media", "films", ending.Token));
        canBeEnded.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_not_there_does_not_grow_and_what_cannot_be_read_is_an_error()
    {
        var lvm = Recording([]);
        foreach (var (group, volume) in new[] { ("media", "none"), ("none", "films") })
        {
            (await Should.ThrowAsync<HostException>(
                () => lvm.GrowAsync(group, volume, 1, default))).Fault.ShouldBe(Fault.NotFound);
        }
        foreach (var said in (string[])[Report[..200], "{}", "{\"report\": [{\"vg\": 1}]}"])
        {
            (await Should.ThrowAsync<HostException>(() => new Lvm(
                (_, _, _, _) => Task.FromResult(said), "/backups").ReportAsync(default)))
                .Message.ShouldContain("cannot be read");
        }
    }

    private static Lvm Recording(List<string> calls) => new((words, _, _, _) =>
    {
        calls.Add(string.Join(' ', words));
        return Task.FromResult(words[0] == "fullreport" ? Report : "");
    }, "/backups");
}
