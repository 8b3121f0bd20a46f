using Loam.Core.Resources;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Storage;

/// <summary>Volume groups and logical volumes.</summary>
public sealed partial class LinuxStorage
{
    public Task<HostGroups> GroupsAsync(CancellationToken cancel) =>
        Command.Find(Lvm.Program) is null ? Task.FromResult(HostGroups.None)
            : _lvm.ReportAsync(cancel);

    public string DiskList => string.Join(' ', Directory.EnumerateDirectories("/sys/block")
        .Select(Path.GetFileName).Order(StringComparer.Ordinal));

    public bool IsSame(string device, string other) =>
        Libc.StatTarget(device) is { IsBlockDevice: true } one
            && Libc.StatTarget(other) is { IsBlockDevice: true } two && one.Node == two.Node;

    public (long Bytes, string? Holds) Content(string device) => DeviceContent.Of(device);

    public Task MakeGroupAsync(
        string name, IReadOnlyList<string> devices, long plan, CancellationToken cancel) =>
        _lvm.MakeGroupAsync(name, devices, plan, cancel);

    public Task ExtendGroupAsync(
        string name, IReadOnlyList<string> devices, CancellationToken cancel) =>
        _lvm.ExtendGroupAsync(name, devices, cancel);

    public Task ReduceGroupAsync(string name, string device, CancellationToken cancel) =>
        _lvm.ReduceGroupAsync(name, device, cancel);

    public Task RemoveGroupAsync(string name, CancellationToken cancel) =>
        _lvm.RemoveGroupAsync(name, cancel);

    public async Task ClearAsync(string device, CancellationToken cancel)
    {
        await _lvm.ForgetAsync(device, cancel).ConfigureAwait(false);
        DeviceContent.Clear(device);
    }

    /// <summary>Under another name until it is whole.</summary>
    private async Task MakeLogicalAsync(string file, DiskImage disk, CancellationToken cancel)
    {
        var (group, fresh) = (disk.Group!, disk.Volume + Fresh);
        await RemoveFreshAsync(file, disk, cancel).ConfigureAwait(false);
        await _lvm.MakeAsync(group, fresh, disk.Size, cancel).ConfigureAwait(false);
        var device = Lvm.DeviceOf(group, fresh);
        if (disk.IsEncrypted)
        {
            var key = KeyOf(file, disk);
            AtomicFile.Filing(key, () => Directory.CreateDirectory(
                Path.GetDirectoryName(key)!, (UnixFileMode)Private));
            await FormatAsync(device, Mapped(file) + Fresh, _keys.Make(key), disk, cancel)
                .ConfigureAwait(false);
        }
        else
        {
            await DoAsync("mkfs.ext4", Format(disk, device), "", cancel).ConfigureAwait(false);
        }
        await _lvm.RenameAsync(group, fresh, disk.Volume, cancel).ConfigureAwait(false);
    }

    /// <summary>The key stays: a volume of that name on a disk in a drawer may have it too, and
    /// the next one of that name takes it.</summary>
    private async Task RemoveLogicalAsync(string file, DiskImage disk, CancellationToken cancel)
    {
        await RemoveFreshAsync(file, disk, cancel).ConfigureAwait(false);
        await _lvm.RemoveAsync(disk.Group!, disk.Volume, cancel).ConfigureAwait(false);
    }

    private async Task RemoveFreshAsync(string file, DiskImage disk, CancellationToken cancel)
    {
        if (disk.IsEncrypted)
        {
            await CloseAsync(Mapped(file) + Fresh, cancel).ConfigureAwait(false);
        }
        await _lvm.RemoveAsync(disk.Group!, disk.Volume + Fresh, cancel).ConfigureAwait(false);
    }

    /// <summary>What the key goes by: beside an image, and for a logical volume where Loam's own
    /// state lies, which is copied.</summary>
    private string KeyOf(string file, DiskImage disk) => disk.Group is { } group
        ? $"{_volumeKeys}/{group}/{disk.Volume}" : file;
}
