using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Certificates;

/// <summary>Certificates on the disk. Each has a directory with its versions; <c>cert.pem</c> and
/// <c>key.pem</c> lead over one link to the version in use, so that both change in one step and no
/// program ever meets one of the old with one of the new.</summary>
/// <param name="index">The file that says which certificates there are.</param>
public sealed class CertificateFolders(string index, TimeProvider time) : ICertificateHost
{
    private const string InUse = "current", Chain = "cert.pem", Key = "key.pem",
        Ordered = "order.json";
    private const int MostBytes = 1024 * 1024;
    private const uint Public = 0b110_100_100, Secret = 0b110_000_000;

    private const UnixFileMode Shown = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();

    public Task<ImmutableArray<ObservedCertificate>> LookAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<ObservedCertificate>>(
                [.. Index().Select(Look)]);
        }
    }

    public Task<bool> HasAsync(CertificateOrder order, CancellationToken cancel)
    {
        var place = Version(order.Folder, order.Version);
        // One of that number that lies there from long ago is another one; and one that somebody
        // spoilt, or whose end is near, would be found to be due as soon as it is used.
        return Task.FromResult(OrderIn(place) is { } there && there.Wish() == order.Wish()
            && (time.GetUtcNow() - Directory.GetLastWriteTimeUtc(place)).Duration() < s_fresh
            && IsGood(place));
    }

    private bool IsGood(string place)
    {
        try
        {
            using var leaf = Pair(place);
            var (from, until) = (leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
            return time.GetUtcNow() < until - ((until - from) / 2);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return false;
        }
    }

    private static X509Certificate2 Pair(string place) => X509Certificate2.CreateFromPem(
        File.ReadAllText(Path.Combine(place, Chain)), File.ReadAllText(Path.Combine(place, Key)));

    private static bool IsUnreadable(Exception e) => e is IOException
        or UnauthorizedAccessException or CryptographicException or ArgumentException;

    public Task WriteAsync(
        CertificateOrder order, IssuedCertificate issued, CancellationToken cancel)
    {
        var place = Version(order.Folder, order.Version);
        var making = place + ".new";
        try
        {
            Directory.CreateDirectory(order.Folder, Shown);
            Empty(making);
            Empty(place);
            Directory.CreateDirectory(making, Shown);
            AtomicFile.Write(
                Path.Combine(making, Key), Encoding.ASCII.GetBytes(issued.Key), Secret);
            AtomicFile.Write(
                Path.Combine(making, Chain), Encoding.ASCII.GetBytes(issued.Chain), Public);
            AtomicFile.Write(Path.Combine(making, Ordered), JsonSerializer.SerializeToUtf8Bytes(
                order, LoamJson.Default.CertificateOrder), Public);
            Directory.Move(making, place);
            AtomicFile.SyncDirectory(order.Folder);
            Prune(order);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Failure(order.Folder, e);
        }
        return Task.CompletedTask;
    }

    public Task DiscardAsync(CertificateOrder order, CancellationToken cancel)
    {
        try
        {
            if (Used(order.Folder) != order.Version)
            {
                Empty(Version(order.Folder, order.Version));
                Empty(Version(order.Folder, order.Version) + ".new");
            }
            if (Directory.Exists(order.Folder)
                && !Directory.EnumerateFileSystemEntries(order.Folder).Any())
            {
                Directory.Delete(order.Folder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Failure(order.Folder, e);
        }
        return Task.CompletedTask;
    }

    public Task UseAsync(CertificateOrder order, int version, CancellationToken cancel)
    {
        lock (_gate)
        {
            try
            {
                Use(order, version);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw AtomicFile.Failure(order.Folder, e);
            }
        }
        return Task.CompletedTask;
    }

    private void Use(CertificateOrder order, int version)
    {
        var known = Index();
        if (version == 0)
        {
            foreach (var link in (string[])[Chain, Key, InUse])
            {
                Unlink(Path.Combine(order.Folder, link));
            }
            Save(known.Remove(order.Name));
            return;
        }
        if (!Directory.Exists(Version(order.Folder, version)))
        {
            throw new HostException(Fault.NotFound,
                $"{Version(order.Folder, version)} is gone.", "Plan anew: it is issued again.");
        }
        // First it is known, then it is there: what is half there is looked for.
        Save(known.SetItem(order.Name, order.Folder));
        Link(order.Folder, InUse, Path.GetFileName(Version(order.Folder, version)));
        Link(order.Folder, Key, $"{InUse}/{Key}");
        Link(order.Folder, Chain, $"{InUse}/{Chain}");
        AtomicFile.SyncDirectory(order.Folder);
    }

    private static ObservedCertificate Look(KeyValuePair<string, string> entry)
    {
        var (name, folder) = (entry.Key, entry.Value);
        var version = Used(folder);
        var order = OrderIn(Version(folder, version)) ?? new(
            name, [], CertificateProvider.Own, folder, version);
        try
        {
            // Over the links, as programs read them.
            using var leaf = Pair(folder);
            return new(order, leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime(),
                leaf.SerialNumber, leaf.Issuer.Replace("CN=", "", StringComparison.Ordinal),
                order.Version != version || order.Domains.IsEmpty
                    ? $"{folder} was changed by somebody else." : null);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return new(order, default, default, "", "",
                $"{folder} does not hold a certificate and its key.");
        }
    }

    private static CertificateOrder? OrderIn(string place)
    {
        try
        {
            return AtomicFile.Read(Path.Combine(place, Ordered), MostBytes) is { } bytes
                && File.Exists(Path.Combine(place, Key)) && File.Exists(Path.Combine(place, Chain))
                ? JsonSerializer.Deserialize(bytes, LoamJson.Default.CertificateOrder) : null;
        }
        catch (Exception e) when (e is JsonException or HostException)
        {
            return null;
        }
    }

    private static string Version(string folder, int version) =>
        Path.Combine(folder, $"v{version}");

    /// <summary>0: none.</summary>
    private static int Used(string folder) =>
        new FileInfo(Path.Combine(folder, InUse)).LinkTarget is ['v', .. var number]
            && int.TryParse(number, out var version) ? version : 0;

    /// <summary>The one before stays, for taking back.</summary>
    private static void Prune(CertificateOrder order)
    {
        for (var old = order.Version - 2; old > 0
            && Directory.Exists(Version(order.Folder, old)); old--)
        {
            if (Used(order.Folder) != old)
            {
                Empty(Version(order.Folder, old));
            }
        }
    }

    private static void Link(string folder, string name, string target)
    {
        var path = Path.Combine(folder, name);
        if (new FileInfo(path).LinkTarget == target)
        {
            return;
        }
        var making = Path.Combine(folder, $".{name}.new");
        Unlink(making);
        File.CreateSymbolicLink(making, target);
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
        {
            throw new HostException(Fault.Conflict,
                $"{path} is a directory; Loam needs a link there.", "Move it aside.");
        }
        // The library's own move follows links.
        using var handle = Libc.Open(
            folder, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error);
        if (handle is null || Libc.RenameAt(handle, $".{name}.new", handle, name) != 0)
        {
            throw Libc.Failure($"{path} cannot be written",
                handle is null ? error : Marshal.GetLastPInvokeError());
        }
    }

    private static void Unlink(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            File.Delete(path);
        }
    }

    private static void Empty(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private ImmutableSortedDictionary<string, string> Index()
    {
        try
        {
            return AtomicFile.Read(index, MostBytes) is not { } bytes
                ? ImmutableSortedDictionary<string, string>.Empty
                : JsonSerializer.Deserialize(
                    bytes, LoamJson.Default.ImmutableSortedDictionaryStringString)!;
        }
        catch (JsonException)
        {
            throw new HostException(Fault.Conflict,
                $"{index} does not hold what Loam knows of its certificates.",
                "Restore it from a backup; or remove it: they are issued anew.");
        }
    }

    private void Save(ImmutableSortedDictionary<string, string> known) =>
        AtomicFile.Write(index, JsonSerializer.SerializeToUtf8Bytes(
            known, LoamJson.Default.ImmutableSortedDictionaryStringString), Secret);
}
