using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Storage;

/// <summary>Runs LVM's program.</summary>
/// <param name="what">It is done to, for the error.</param>
/// <param name="isLook">It changes nothing, waits for no lock, and says much.</param>
/// <exception cref="HostException">It failed.</exception>
internal delegate Task<string> RunLvm(
    IReadOnlyList<string> words, string what, bool isLook, CancellationToken cancel);

/// <summary>LVM's own program, told to do without udev: what it makes is there when it ends. Each
/// call names one group, and touches no other.</summary>
/// <param name="backups">Where LVM writes down what each group is made of.</param>
internal sealed class Lvm(RunLvm run, string backups)
{
    public const string Program = "lvm";

    /// <summary>That Loam made a logical volume; with a plan behind a dot, a group.</summary>
    private const string Tag = "loam";

    private const int Sector = 512;

    /// <summary>What the kernel has of a logical volume: a dash in a name stands doubled.
    /// </summary>
    public static string DeviceOf(string group, string volume) =>
        $"/dev/mapper/{Doubled(group)}-{Doubled(volume)}";

    /// <param name="mapped">As the kernel calls it, such as <c>vg0-a--b</c>.</param>
    public static (string Group, string Volume)? NamesOf(string mapped)
    {
        for (var i = 1; i < mapped.Length - 1; i++)
        {
            if (mapped[i] == '-' && mapped[++i] != '-')
            {
                return (Single(mapped[..(i - 1)]), Single(mapped[i..]));
            }
        }
        return null;
    }

    /// <exception cref="HostException">Nobody knows what there is.</exception>
    public async Task<HostGroups> ReportAsync(CancellationToken cancel)
    {
        var said = await run(Words("fullreport", "--readonly", "--reportformat", "json",
            "--units", "b", "--nosuffix",
            "--configreport", "vg", "-o", "vg_name,vg_uuid,vg_extent_size,vg_free_count,vg_tags,"
                + "vg_missing_pv_count",
            "--configreport", "pv", "-o", "pv_name,pv_uuid,pv_pe_alloc_count",
            "--configreport", "lv", "-o", "lv_name,lv_size",
            "--configreport", "pvseg", "-o", "pv_name",
            "--configreport", "seg", "-o", "lv_name"), "fullreport", true, cancel)
            .ConfigureAwait(false);
        try
        {
            return Read(said);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException
            or InvalidOperationException)
        {
            throw new HostException(Fault.Unavailable,
                $"What LVM says of its groups cannot be read: {fault.Message}",
                "`lvm fullreport --reportformat json` shows it.");
        }
    }

    /// <summary>Does not say yes to anything: where LVM finds something on a disk it asks, and gets
    /// no answer.</summary>
    public Task MakeGroupAsync(
        string name, IEnumerable<string> devices, long plan, CancellationToken cancel) =>
        DoAsync(cancel, name, ["vgcreate", "--addtag",
            string.Create(CultureInfo.InvariantCulture, $"{Tag}.{plan}"), name, .. devices]);

    public Task ExtendGroupAsync(
        string name, IEnumerable<string> devices, CancellationToken cancel) =>
        DoAsync(cancel, name, ["vgextend", name, .. devices]);

    public Task ReduceGroupAsync(string name, string device, CancellationToken cancel) =>
        DoAsync(cancel, name, "vgreduce", name, device);

    public Task RemoveGroupAsync(string name, CancellationToken cancel) =>
        DoAsync(cancel, name, "vgremove", name);

    public Task ForgetAsync(string device, CancellationToken cancel) =>
        DoAsync(cancel, device, "pvremove", device);

    /// <summary>Makes a logical volume, and takes off it what an earlier one left there.</summary>
    public Task MakeAsync(string group, string name, long bytes, CancellationToken cancel) =>
        DoAsync(cancel, $"{group}/{name}", "lvcreate", "--yes", "--wipesignatures", "y",
            "--addtag", Tag, "--size", Size(bytes), "--name", name, group);

    public Task RenameAsync(string group, string name, string to, CancellationToken cancel) =>
        DoAsync(cancel, $"{group}/{name}", "lvrename", group, name, to);

    /// <summary>Removes one that Loam made; absent is success.</summary>
    public async Task RemoveAsync(string group, string name, CancellationToken cancel)
    {
        if (await HasAsync(group, name, cancel).ConfigureAwait(false))
        {
            await DoAsync(cancel, $"{group}/{name}", "lvremove", "--yes", "--select",
                $"lv_name=\"{name}\" && lv_tags={Tag}", group).ConfigureAwait(false);
        }
    }

    public async Task GrowAsync(string group, string name, long bytes, CancellationToken cancel)
    {
        var volume = $"{group}/{name}";
        var there = await ReportAsync(cancel).ConfigureAwait(false);
        if (there.Group(group)?.Volumes is not { } volumes
            || !volumes.TryGetValue(name, out var now))
        {
            throw new HostException(Fault.NotFound,
                $"There is no logical volume {volume} on this machine's disks.",
                "Attach its disks again; `lvs` lists what is there.");
        }
        // One that was ended between the two may have left the kernel with what was before.
        await (now < bytes ? DoAsync(cancel, volume, "lvextend", "--size", Size(bytes), volume)
            : DoAsync(cancel, volume, "lvchange", "--refresh", volume)).ConfigureAwait(false);
    }

    public Task ActivateAsync(string group, string name, CancellationToken cancel) =>
        DoAsync(cancel, $"{group}/{name}", "lvchange", "--activate", "y", $"{group}/{name}");

    /// <summary>One that cannot be, such as one that a program saw mounted when it began, stays
    /// active, which harms nothing.</summary>
    public async Task DeactivateAsync(string group, string name, CancellationToken cancel)
    {
        try
        {
            if (await HasAsync(group, name, cancel).ConfigureAwait(false))
            {
                await DoAsync(cancel, $"{group}/{name}", "lvchange", "--activate", "n",
                    $"{group}/{name}").ConfigureAwait(false);
            }
        }
        catch (HostException)
        {
            // It is unmounted by now, and that was asked for.
        }
    }

    private async Task<bool> HasAsync(string group, string name, CancellationToken cancel) =>
        (await ReportAsync(cancel).ConfigureAwait(false)).Group(group)?.Volumes
            .ContainsKey(name) == true;

    /// <param name="output">Its report, and what it said besides.</param>
    internal static HostGroups Read(string output)
    {
        var begin = output.IndexOf('{', StringComparison.Ordinal);
        if (begin < 0)
        {
            return HostGroups.None;
        }
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(output[begin..]));
        using var json = JsonDocument.ParseValue(ref reader);
        var groups = ImmutableArray.CreateBuilder<HostGroup>();
        var unused = ImmutableArray.CreateBuilder<HostDevice>();
        foreach (var one in json.RootElement.GetProperty("report").EnumerateArray())
        {
            var devices = Rows(one, "pv").Select(d => new HostDevice(Text(d, "pv_name"),
                Text(d, "pv_uuid"), Number(d, "pv_pe_alloc_count") > 0)).ToImmutableArray();
            var group = Rows(one, "vg").Where(g => Text(g, "vg_name").Length > 0).ToList();
            if (group.Count == 0)
            {
                unused.AddRange(devices);
                continue;
            }
            groups.Add(new(Text(group[0], "vg_name"), Text(group[0], "vg_uuid"),
                Number(group[0], "vg_extent_size"), Number(group[0], "vg_free_count"), devices,
                Rows(one, "lv").ToImmutableSortedDictionary(v => Text(v, "lv_name"),
                    v => Number(v, "lv_size"), StringComparer.Ordinal))
            {
                IsPartial = Number(group[0], "vg_missing_pv_count") > 0,
                Plan = Text(group[0], "vg_tags").Split(',').Select(PlanOf)
                    .FirstOrDefault(p => p is not null),
            });
        }
        return new(groups.ToImmutable(), unused.ToImmutable());
    }

    private static IEnumerable<JsonElement> Rows(JsonElement report, string name) =>
        report.TryGetProperty(name, out var rows) ? rows.EnumerateArray() : [];

    private static string Text(JsonElement row, string name) =>
        row.GetProperty(name).GetString() ?? "";

    private static long Number(JsonElement row, string name) => long.TryParse(
        Text(row, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number : 0;

    private static long? PlanOf(string tag) => tag.StartsWith(Tag + ".", StringComparison.Ordinal)
        && long.TryParse(tag[(Tag.Length + 1)..], NumberStyles.None,
            CultureInfo.InvariantCulture, out var plan) ? plan : null;

    /// <summary>LVM takes whole sectors, and rounds up to whole extents.</summary>
    private static string Size(long bytes) => string.Create(
        CultureInfo.InvariantCulture, $"{(bytes + Sector - 1) / Sector * Sector}b");

    private static string Doubled(string name) =>
        name.Replace("-", "--", StringComparison.Ordinal);

    private static string Single(string name) =>
        name.Replace("--", "-", StringComparison.Ordinal);

    /// <summary>What has begun is not ended before its time: between suspending a device and
    /// resuming it everybody who writes to it would wait for good.</summary>
    private async Task DoAsync(
        CancellationToken cancel, string what, params IReadOnlyList<string> words)
    {
        cancel.ThrowIfCancellationRequested();
        await run(Words(words), what, false, CancellationToken.None).ConfigureAwait(false);
    }

    private string[] Words(params IReadOnlyList<string> words) =>
    [
        .. words, "--config",
        "devices{obtain_device_list_from_udev=0 use_devicesfile=0 hints=\"none\"} "
            + "activation{udev_sync=0 udev_rules=0 verify_udev_operations=0 monitoring=0} "
            + "global{use_lvmpolld=0 event_activation=0 notify_dbus=0} "
            + $"backup{{backup=1 archive=0 backup_dir=\"{backups}\"}} log{{syslog=0}}",
    ];
}
