using Microsoft.Win32.SafeHandles;

namespace Loam.Mind.Files;

/// <summary>The one folder that the mind may write.</summary>
/// <remarks>All of its files are reached through here, so that no name leads out of it.</remarks>
public sealed class OwnFolder(string directory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A file to add to. It is this process's alone while it is open.</summary>
    /// <exception cref="IOException">Another process has it, or it cannot be opened.</exception>
    public OwnFile Open(string name)
    {
        // The only place of this assembly that touches files: names are checked in PathOf.
#pragma warning disable RS0030
        var file = File.OpenHandle(
            PathOf(name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        File.SetUnixFileMode(file, OwnerOnly);
#pragma warning restore RS0030
        return new(file);
    }

    internal static byte[] ReadAll(SafeFileHandle file, int most)
    {
        var content = new byte[Math.Min(most, RandomAccess.GetLength(file))];
        var filled = 0;
        int count;
        while (filled < content.Length
            && (count = RandomAccess.Read(file, content.AsSpan(filled), filled)) > 0)
        {
            filled += count;
        }
        return content[..filled];
    }

    private string PathOf(string name) =>
        name.Length > 0 && name[0] != '.' && !name.Contains('/', StringComparison.Ordinal)
            && !name.Contains('\0', StringComparison.Ordinal)
            ? Path.Combine(directory, name)
            : throw new ArgumentException($"'{name}' is no name of a file of this folder.",
                nameof(name));
}

/// <summary>A file that is added to.</summary>
public interface IOwnFile : IDisposable
{
    /// <summary>All of it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    byte[] Read();

    /// <summary>Behind what is there. Not yet on disk.</summary>
    /// <exception cref="IOException">Any part of it may be written.</exception>
    void Append(ReadOnlySpan<byte> content);

    /// <summary>What was added is on disk, whatever happens from now on.</summary>
    /// <exception cref="IOException">Nobody knows what of it is.</exception>
    void Sync();

    /// <summary>In place of all that is there; on disk. In between it may hold any part of it.
    /// </summary>
    /// <exception cref="IOException">Any part of it may be written.</exception>
    void Replace(ReadOnlySpan<byte> content);
}

public sealed class OwnFile : IOwnFile
{
    private const int MostBytes = 64 * 1024 * 1024;

    private readonly SafeFileHandle _file;
    private long _end;

    internal OwnFile(SafeFileHandle file)
    {
        _file = file;
        _end = RandomAccess.GetLength(file);
    }

    public byte[] Read() => OwnFolder.ReadAll(_file, MostBytes);

    public void Append(ReadOnlySpan<byte> content)
    {
        RandomAccess.Write(_file, content, _end);
        _end += content.Length;
    }

    public void Sync() => RandomAccess.FlushToDisk(_file);

    public void Replace(ReadOnlySpan<byte> content)
    {
        RandomAccess.SetLength(_file, 0);
        _end = 0;
        Append(content);
        Sync();
    }

    public void Dispose() => _file.Dispose();
}
