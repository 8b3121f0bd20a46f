using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.Files;

namespace Loam.Drivers.History;

/// <summary>Writes a generation into a repository: blobs, tree, commit and names, in the form git
/// gives them (gitformat-loose-objects; each a file, compressed, named by its SHA-1). A process
/// of git that does the same takes longer than all the rest of a change of one service.</summary>
internal sealed class GitObjects(string git)
{
    private const uint ReadOnly = 0x124;
    private const uint Plain = 0x1A4;
    private const string Who = "Loam <loam@localhost>";

    /// <returns>The commit's name, 40 hex digits; everything is on disk.</returns>
    /// <exception cref="HostException">Exhausted: disk full; Denied; Unavailable.</exception>
    public string Commit(StateSet files, string? parent, string message, DateTimeOffset at)
    {
        var tree = new MemoryStream();
        foreach (var (name, text) in files.Texts.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            var blob = Write("blob", Encoding.UTF8.GetBytes(text));
            tree.Write(Encoding.UTF8.GetBytes($"100644 {name}\0"));
            tree.Write(blob);
        }
        var root = Convert.ToHexStringLower(Write("tree", tree.ToArray()));
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var body = $"tree {root}\n" + (parent is null ? "" : $"parent {parent}\n")
            + $"author {Who} {seconds} +0000\ncommitter {Who} {seconds} +0000\n\n{message}";
        return Convert.ToHexStringLower(Write("commit", Encoding.UTF8.GetBytes(body)));
    }

    /// <summary>Gives a commit a name: <c>refs/loam/3</c>.</summary>
    /// <exception cref="HostException">Exhausted: disk full; Denied; Unavailable.</exception>
    public void Name(string reference, string commit)
    {
        Put(Path.Combine(git, reference), Encoding.ASCII.GetBytes(commit + "\n"), Plain);
    }

    private void Put(string path, byte[] content, uint mode)
    {
        try
        {
            MakeDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, content, mode);
        }
        catch (HostException fault) when (fault.Fault == Fault.Exhausted)
        {
            // The name of an object tells nobody anything.
            throw new HostException(Fault.Exhausted, $"The disk with {git} is full.",
                "Free some space there and try again.");
        }
    }

    private byte[] Write(string kind, byte[] content)
    {
        var head = Encoding.ASCII.GetBytes(
            $"{kind} {content.Length.ToString(CultureInfo.InvariantCulture)}\0");
        byte[] whole = [.. head, .. content];
#pragma warning disable CA5350 // Git names its objects by it; nothing is trusted on its account.
        var name = SHA1.HashData(whole);
#pragma warning restore CA5350
        var hex = Convert.ToHexStringLower(name);
        var path = Path.Combine(git, "objects", hex[..2], hex[2..]);
        if (!File.Exists(path))
        {
            Put(path, Compressed(whole), ReadOnly);
        }
        return name;
    }

    private static byte[] Compressed(byte[] content)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(content);
        }
        return packed.ToArray();
    }

    private void MakeDirectory(string directory)
    {
        if (Directory.Exists(directory))
        {
            return;
        }
        var error = Libc.MakeDirectory(directory, 0x1C0) == 0 ? 0
            : System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        if (error != 0 && !Directory.Exists(directory))
        {
            throw Libc.Failure($"{directory} cannot be made", error);
        }
        AtomicFile.SyncDirectory(Path.GetDirectoryName(directory)!);
    }
}
