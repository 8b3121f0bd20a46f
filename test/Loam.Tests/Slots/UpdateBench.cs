using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Loam.Drivers.Booting.Slots;

namespace Loam.Tests.Slots;

/// <summary>A folder with what a disk is made of, small: a key of its own, updates signed with it,
/// and what stands for a boot loader.</summary>
internal sealed class UpdateBench : IDisposable
{
    public const long Mega = 1024 * 1024, DiskBytes = 600 * Mega;

    private const int BootBytes = 2 * 1024 * 1024;

    public UpdateBench()
    {
        Run("openssl", "genpkey", "-algorithm", "ed25519", "-out", In("key"));
        Run("openssl", "pkey", "-in", In("key"), "-pubout", "-outform", "DER", "-out", In("der"));
        Key = UpdateKey.Of(Convert.ToBase64String(File.ReadAllBytes(In("der"))[^32..]))!;
        File.WriteAllBytes(In("boot.img"), new byte[440]);
        File.WriteAllText(In("core.img"), "core");
        var boot = new byte[BootBytes];
        BootEnvironment.BlockOf(BootChoice.Only(SlotDisk.A)).CopyTo(boot, 4096);
        using var packed = new GZipStream(
            File.Create(In("esp.img.gz")), CompressionLevel.Fastest);
        packed.Write(boot);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("loam-slots-").FullName;

    public UpdateKey Key { get; }

    public string In(string name) => Path.Combine(Folder, name);

    /// <summary>A slot's bytes: its head, then anything.</summary>
    public static byte[] SlotOf(string version, int bytes = 3 << 20)
    {
        var slot = new byte[bytes];
        new Random(version.Length).NextBytes(slot);
        Encoding.ASCII.GetBytes(
            $"# loam-slot 1\n# version {version}\n# build b{version}\n".PadRight(4096, '\n'))
            .CopyTo(slot, 0);
        return slot;
    }

    /// <summary>An update as tools/slot.sh makes it.</summary>
    public string Update(string version, string machine = "x86_64", int bytes = 3 << 20)
    {
        var slot = SlotOf(version, bytes);
        var head = $"loam-update 1\nversion {version}\nbuild b{version}\nmachine {machine}\n"
            + $"bytes {slot.Length}\nsha256 {Convert.ToHexStringLower(SHA256.HashData(slot))}\n";
        File.WriteAllText(In("head"), head);
        Run("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", In("key"), "-in", In("head"),
            "-out", In("signature"));
        head += $"signature {Convert.ToBase64String(File.ReadAllBytes(In("signature")))}\n";
        var file = In($"{version}.update");
        File.WriteAllBytes(file,
            [.. Encoding.ASCII.GetBytes(head.PadRight(UpdateFile.HeadBytes, '\n')), .. slot]);
        return file;
    }

    /// <summary>A disk on which that version is installed.</summary>
    public string Disk(string version)
    {
        var disk = In("disk");
        using (var file = File.Create(disk))
        {
            file.SetLength(DiskBytes);
        }
        Install(disk, version, keep: false);
        return disk;
    }

    public void Install(string disk, string version, bool keep)
    {
        File.Move(Update(version), In(DiskInstaller.Update), overwrite: true);
        new DiskInstaller(Folder, Key).Install(
            disk, DiskBytes, keep, DiskInstaller.Fresh, _ => { }, CancellationToken.None);
    }

    public static void Change(string file, long at, params byte[] bytes)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.Write(handle, bytes, at);
    }

    public static byte[] Bytes(DiskRegion region, int count)
    {
        using var handle = region.Open(FileAccess.Read);
        var bytes = new byte[count];
        RandomAccess.Read(handle, bytes, region.Offset);
        return bytes;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }
}

/// <summary>Needs what signs updates.</summary>
public sealed class NeedsOpensslAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("openssl");
}
