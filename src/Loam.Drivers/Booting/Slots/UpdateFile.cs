using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Booting.Slots;

/// <summary>What the head of an update says; docs/os-updates.md has the format.</summary>
/// <param name="Build">Tells two builds of a version apart.</param>
/// <param name="Machine">The processor: <c>x86_64</c>.</param>
/// <param name="Bytes">What a slot gets.</param>
/// <param name="Sha256">Of that, in lower-case hexadecimal.</param>
public sealed record UpdateHead(
    string Version, string Build, string Machine, long Bytes, string Sha256);

/// <summary>A file with a kernel and a root that go into a slot. Nothing of it is used before its
/// signature was looked at, nothing is written before all of it is whole.</summary>
public sealed class UpdateFile : IDisposable
{
    public const int HeadBytes = 4096;

    private const int Chunk = 1024 * 1024;
    private const string First = "loam-update 1", Seal = "\nsignature ";
    private static readonly string s_machine = "x86_64";

    private readonly string _path;
    private readonly SafeFileHandle _file;

    private UpdateFile(string path, SafeFileHandle file, UpdateHead head) =>
        (_path, _file, Head) = (path, file, head);

    public UpdateHead Head { get; }

    /// <exception cref="HostException">It cannot be read, is none, or was signed by somebody
    /// else.</exception>
    public static UpdateFile Open(string path, UpdateKey key)
    {
        var file = new DiskRegion(path, 0, 0).Open(FileAccess.Read);
        try
        {
            var head = new byte[HeadBytes];
            var result = new UpdateFile(
                path, file, HeadOf(path, head.AsSpan(0, Fill(file, head, 0, path)), key));
            var length = RandomAccess.GetLength(file) - HeadBytes;
            return length == result.Head.Bytes ? result : throw new HostException(Fault.Unsupported,
                $"{path} is not whole: it should have {result.Head.Bytes + HeadBytes} bytes and "
                + $"has {length + HeadBytes}.", "Copy it again.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal static UpdateHead HeadOf(string path, ReadOnlySpan<byte> head, UpdateKey key)
    {
        var text = Encoding.Latin1.GetString(head);
        var at = text.IndexOf(Seal, StringComparison.Ordinal);
        if (!text.StartsWith(First + "\n", StringComparison.Ordinal) || at < 0)
        {
            throw new HostException(Fault.Unsupported, $"{path} is no update of Loam.",
                "An update is what `./dev image` writes as loam.update.");
        }
        var said = text[(at + Seal.Length)..].Split('\n')[0];
        var signature = new byte[said.Length];
        if (!Convert.TryFromBase64String(said, signature, out var length)
            || !key.Holds(head[..(at + 1)], signature.AsSpan(0, length)))
        {
            throw new HostException(Fault.Denied,
                $"{path} was not signed by whoever made the image that runs here, or was changed "
                + "since.", "Take an update from there. Nothing was written.");
        }
        var lines = text[..at].Split('\n').Skip(1).Select(l => l.Split(' ', 2))
            .Where(l => l.Length == 2).GroupBy(l => l[0])
            .ToDictionary(l => l.Key, l => l.First()[1]);
        string Line(string name) => lines.GetValueOrDefault(name) ?? throw new HostException(
            Fault.Unsupported, $"{path} does not say its {name}.", "Build the update anew.");
        var result = new UpdateHead(Line("version"), Line("build"), Line("machine"), long.Parse(
            Line("bytes"), CultureInfo.InvariantCulture), Line("sha256"));
        return result.Machine == s_machine ? result : throw new HostException(Fault.Unsupported,
            $"{path} is for machines of the kind {result.Machine}; this is {s_machine}.",
            $"Take the update for {s_machine}.");
    }

    /// <summary>Whether all of it is what the signed head says.</summary>
    /// <exception cref="HostException">It is not.</exception>
    public void Check(Action<long> done, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Follow(_file, _path, HeadBytes, Head.Bytes, (block, at) =>
        {
            hash.AppendData(block);
            done(at + block.Length);
        }, cancel);
        Same(hash, $"{_path} is damaged: its bytes are not those that were signed.",
            "Copy it again. Nothing was written.");
    }

    /// <summary>Writes it into a slot and reads it back from the disk. The slot's first block comes
    /// last: until then nothing can start from it.</summary>
    /// <exception cref="HostException">There is no room, or what was read back is not what was
    /// written.</exception>
    public void WriteTo(DiskRegion slot, Action<long> done, CancellationToken cancel)
    {
        if (Head.Bytes > slot.Bytes)
        {
            throw new HostException(Fault.Exhausted,
                $"The update has {Head.Bytes >> 20} MB, a slot of this disk {slot.Bytes >> 20} MB.",
                "Install this version from its ISO onto another disk.");
        }
        var first = new byte[HeadBytes];
        Fill(_file, first, HeadBytes, _path);
        try
        {
            using var disk = slot.Open(FileAccess.ReadWrite);
            RandomAccess.Write(disk, new byte[HeadBytes], slot.Offset);
            RandomAccess.FlushToDisk(disk);
            Follow(_file, _path, 2 * HeadBytes, Head.Bytes - HeadBytes, (block, at) =>
            {
                RandomAccess.Write(disk, block, slot.Offset + HeadBytes + at);
                done(at + block.Length);
            }, cancel);
            RandomAccess.FlushToDisk(disk);
            ReadBack(disk, slot, first, cancel);
            RandomAccess.Write(disk, first, slot.Offset);
            RandomAccess.FlushToDisk(disk);
        }
        catch (IOException e)
        {
            throw DiskRegion.Failed($"The slot on {slot.Path} cannot be written", e);
        }
    }

    private void ReadBack(
        SafeFileHandle disk, DiskRegion slot, byte[] first, CancellationToken cancel)
    {
        // What was written is in memory still; the disk is what shall be read.
        SlotCalls.Forget(disk, slot.Offset, Head.Bytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(first);
        Follow(disk, slot.Path, slot.Offset + HeadBytes, Head.Bytes - HeadBytes,
            (block, _) => hash.AppendData(block), cancel);
        Same(hash, $"What was read back from {slot.Path} is not what was written.",
            "The disk may be broken: `dmesg` says more. The slot in use was not touched.");
    }

    private void Same(IncrementalHash hash, string wrong, string remedy)
    {
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != Head.Sha256)
        {
            throw new HostException(Fault.Conflict, wrong, remedy);
        }
    }

    private delegate void Block(ReadOnlySpan<byte> block, long at);

    /// <param name="path">Where the file is, for people.</param>
    private static void Follow(SafeFileHandle file, string path, long offset, long bytes,
        Block take, CancellationToken cancel)
    {
        var buffer = new byte[Chunk];
        for (long at = 0; at < bytes;)
        {
            cancel.ThrowIfCancellationRequested();
            var read = Fill(
                file, buffer.AsSpan(0, (int)Math.Min(Chunk, bytes - at)), offset + at, path);
            if (read == 0)
            {
                throw new HostException(Fault.Unavailable,
                    $"{path} ended too soon: somebody made it shorter meanwhile.",
                    "Ask again when it stays as it is.");
            }
            take(buffer.AsSpan(0, read), at);
            at += read;
        }
    }

    /// <returns>How much there was.</returns>
    private static int Fill(SafeFileHandle file, Span<byte> buffer, long at, string path)
    {
        try
        {
            return RandomAccess.Read(file, buffer, at);
        }
        catch (IOException e)
        {
            throw DiskRegion.Failed($"{path} cannot be read", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
