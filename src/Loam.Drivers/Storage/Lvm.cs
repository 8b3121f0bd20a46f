using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Loam.Drivers.Storage;

/// <summary>LVM's own program, told to do without udev: what it makes is there when it ends. Each
/// call names one group, and touches no other.</summary>
/// <param name="run">Throws where it fails.</param>
/// <param name="backups">Where LVM writes down what each group is made of.</param>
internal sealed class Lvm(Func<IReadOnlyList<string>, CancellationToken, Task<string>> run,
    string backups)
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

    public async Task<HostGroups> ReportAsync(CancellationToken cancel) =>
        Read(await DoAsync(cancel, "fullreport", "--reportformat", "json", "--units", "b",
            "--nosuffix",
            "--configreport", "vg", "-o", "vg_name,vg_extent_size,vg_free_count,vg_tags,"
                + "vg_missing_pv_count",
            "--configreport", "pv", "-o", "pv_name,pv_uuid,pv_pe_alloc_count",
            "--configreport", "lv", "-o", "lv_name,lv_size",
            "--configreport", "pvseg", "-o", "pv_name",
            "--configreport", "seg", "-o", "lv_name").ConfigureAwait(false));

    public Task MakeGroupAsync(
        string name, IEnumerable<string> devices, long plan, CancellationToken cancel) =>
        DoAsync(cancel, ["vgcreate", "--yes", "--addtag",
            string.Create(CultureInfo.InvariantCulture, $"{Tag}.{plan}"), name, .. devices]);

    public Task ExtendGroupAsync(
        string name, IEnumerable<string> devices, CancellationToken cancel) =>
        DoAsync(cancel, ["vgextend", "--yes", name, .. devices]);

    public Task ReduceGroupAsync(string name, string device, CancellationToken cancel) =>
        DoAsync(cancel, "vgreduce", name, device);

    public Task RemoveGroupAsync(string name, CancellationToken cancel) =>
        DoAsync(cancel, "vgremove", name);

    public Task ForgetAsync(string device, CancellationToken cancel) =>
        DoAsync(cancel, "pvremove", device);

    /// <summary>Makes a logical volume, and takes off it what an earlier one left there.</summary>
    public Task MakeAsync(string group, string name, long bytes, CancellationToken cancel) =>
        DoAsync(cancel, "lvcreate", "--yes", "--wipesignatures", "y", "--addtag", Tag,
            "--size", Size(bytes), "--name", name, group);

    public Task RenameAsync(string group, string name, string to, CancellationToken cancel) =>
        DoAsync(cancel, "lvrename", group, name, to);

    /// <summary>Removes one that Loam made; absent is success.</summary>
    public async Task RemoveAsync(string group, string name, CancellationToken cancel)
    {
        if (await HasAsync(group, name, cancel).ConfigureAwait(false))
        {
            await DoAsync(cancel, "lvremove", "--yes", "--select",
                $"vg_name=\"{group}\" && lv_name=\"{name}\" && lv_tags={Tag}")
                .ConfigureAwait(false);
        }
    }

    public async Task GrowAsync(string group, string name, long bytes, CancellationToken cancel)
    {
        var there = (await ReportAsync(cancel).ConfigureAwait(false)).Group(group)?.Volumes;
        if (there?.GetValueOrDefault(name) < bytes)
        {
            await DoAsync(cancel, "lvextend", "--size", Size(bytes), $"{group}/{name}")
                .ConfigureAwait(false);
        }
    }

    public Task ActivateAsync(string group, string name, CancellationToken cancel) =>
        DoAsync(cancel, "lvchange", "--activate", "y", $"{group}/{name}");

    /// <summary>Absent is success.</summary>
    public async Task DeactivateAsync(string group, string name, CancellationToken cancel)
    {
        if (await HasAsync(group, name, cancel).ConfigureAwait(false))
        {
            await DoAsync(cancel, "lvchange", "--activate", "n", $"{group}/{name}")
                .ConfigureAwait(false);
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
            groups.Add(new(Text(group[0], "vg_name"), Number(group[0], "vg_extent_size"),
                Number(group[0], "vg_free_count"), devices,
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

    private Task<string> DoAsync(CancellationToken cancel, params IReadOnlyList<string> words) =>
        run(
        [
            .. words, "--config",
            "devices{obtain_device_list_from_udev=0 use_devicesfile=0 hints=\"none\"} "
                + "activation{udev_sync=0 udev_rules=0 verify_udev_operations=0 monitoring=0} "
                + "global{use_lvmpolld=0 event_activation=0 notify_dbus=0} "
                + $"backup{{backup=1 archive=0 backup_dir=\"{backups}\"}} log{{syslog=0}}",
        ], cancel);
}
