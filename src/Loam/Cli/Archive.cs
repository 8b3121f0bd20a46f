using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Loam.Core;
using Loam.Core.StateFiles;

namespace Loam.Cli;

/// <summary>The state files as one <c>.tar.gz</c>: what <c>loam export</c> writes and
/// <c>loam import</c> reads.</summary>
internal static class Archive
{
    public static async Task WriteAsync(string path, IReadOnlyDictionary<string, string> files,
        DateTimeOffset at, CancellationToken cancel)
    {
        var output = new FileStream(path, FileMode.Create, FileAccess.Write);
        await using (output.ConfigureAwait(false))
        {
            var zipped = new GZipStream(output, CompressionLevel.Optimal);
            await using (zipped.ConfigureAwait(false))
            {
                var tar = new TarWriter(zipped, TarEntryFormat.Pax);
                await using (tar.ConfigureAwait(false))
                {
                    foreach (var (name, text) in files)
                    {
                        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name)
                        {
                            ModificationTime = at,
                            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                        }, cancel).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    /// <summary>Whether a file begins like an archive; what cannot be opened does not.</summary>
    public static bool IsOne(string path)
    {
        try
        {
            using var input = File.OpenRead(path);
            return input.ReadByte() == 0x1f && input.ReadByte() == 0x8b;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The texts by file name. Nothing is written anywhere; names that are no state
    /// files are refused.</summary>
    /// <exception cref="CommandFailure">Invalid: not an export.</exception>
    public static async Task<ImmutableSortedDictionary<string, string>> ReadAsync(
        string path, CancellationToken cancel)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(
            StringComparer.Ordinal);
        try
        {
            var input = new FileStream(path, FileMode.Open, FileAccess.Read);
            await using (input.ConfigureAwait(false))
            {
                var plain = new GZipStream(input, CompressionMode.Decompress);
                await using (plain.ConfigureAwait(false))
                {
                    var tar = new TarReader(plain);
                    await using (tar.ConfigureAwait(false))
                    {
                        while (await tar.GetNextEntryAsync(false, cancel).ConfigureAwait(false)
                            is { } entry)
                        {
                            var (name, text) = await TextOf(entry, cancel).ConfigureAwait(false);
                            if (!files.TryAdd(name, text))
                            {
                                throw NotOurs(path, $"{name} is in it twice");
                            }
                        }
                    }
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException
            or FormatException)
        {
            throw NotOurs(path, "it cannot be read");
        }
        catch (IOException e)
        {
            throw new CommandFailure(ExitCode.Invalid, $"{path} cannot be read: {e.Message}");
        }
        return files.Count > 0 ? files.ToImmutable() : throw NotOurs(path, "it is empty");

        async Task<(string, string)> TextOf(TarEntry entry, CancellationToken stop)
        {
            var name = entry.Name.StartsWith("./", StringComparison.Ordinal)
                ? entry.Name[2..] : entry.Name;
            if ((name != StateSet.Lock && FileKinds.Of(name) is null)
                || entry.DataStream is not { } data)
            {
                throw NotOurs(path, $"'{name}' is not a state file");
            }
            var buffer = new byte[Limits.StateFileBytes + 1];
            var length = await data.ReadAtLeastAsync(buffer, buffer.Length, false, stop)
                .ConfigureAwait(false);
            return length <= Limits.StateFileBytes
                ? (name, Encoding.UTF8.GetString(buffer, 0, length))
                : throw NotOurs(path, $"{name} is larger than 1 MiB");
        }
    }

    private static CommandFailure NotOurs(string path, string why) => new(ExitCode.Invalid,
        $"{path} is not an export of Loam: {why}.", "`loam export` writes one.");
}
