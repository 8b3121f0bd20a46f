using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Models;

/// <summary>The files of models in a folder of their own. One is there whole and looked at, or
/// not at all; a download that was broken off goes on where it was.</summary>
/// <param name="folder">Made when it is needed.</param>
public sealed class ModelStore(string folder, TimeProvider time)
{
    private const string Ending = ".gguf", Facts = ".json", Part = ".part", From = ".from";
    private const int MostFacts = 64 * 1024, Chunk = 1024 * 1024;
    private const uint Shown = 0x1a4; // 0644

    /// <summary>In order of their names.</summary>
    public ImmutableArray<StoredModel> List() => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFiles(folder, $"*{Ending}").Order(StringComparer.Ordinal)
            .Select(f => Read(Path.GetFileNameWithoutExtension(f)))];

    /// <exception cref="HostException">NotFound.</exception>
    public StoredModel Find(string name) => IsName(name) && File.Exists(PathOf(name))
        ? Read(name)
        : throw new HostException(Fault.NotFound, $"There is no model {name}.",
            "`loam model list` shows those that are there.");

    /// <summary>Letters, digits, '.', '_' and '-', and no path.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 100
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>Takes a copy of a file.</summary>
    /// <param name="sha256">What its checksum must be; null: it is written down.</param>
    /// <param name="progress">Gets bytes that are done, and of how many.</param>
    /// <exception cref="HostException">It is no such file, is not whole, or has another checksum.
    /// </exception>
    public async Task<StoredModel> AddFileAsync(string name, string file, string? sha256,
        Action<long, long> progress, CancellationToken cancel)
    {
        GgufHeader.Read(file);
        using var held = Hold(name);
        var part = PathOf(name) + Part;
        Room(new FileInfo(file).Length, 0);
        File.Delete(PathOf(name) + From);
        await using (var source = File.OpenRead(file))
        await using (var target = new FileStream(part, FileMode.Create, FileAccess.Write))
        {
            await CopyAsync(source, target, source.Length, progress, cancel).ConfigureAwait(false);
        }
        return await FinishAsync(name, file, sha256, progress, cancel).ConfigureAwait(false);
    }

    /// <summary>Downloads one, going on where an earlier try was broken off.</summary>
    /// <exception cref="HostException">As above, or the other side does not give it.</exception>
    public async Task<StoredModel> AddUrlAsync(string name, Uri url, string? sha256,
        HttpClient http, Action<long, long> progress, CancellationToken cancel)
    {
        using var held = Hold(name);
        var (part, from) = (PathOf(name) + Part, PathOf(name) + From);
        var before = File.Exists(from) ? await File.ReadAllLinesAsync(from, cancel)
            .ConfigureAwait(false) : [];
        // The same file as before, by the tag that the other side gave it.
        var begun = before is [var address, { Length: > 0 }] && address == url.ToString()
            && File.Exists(part) ? new FileInfo(part).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (begun > 0)
        {
            request.Headers.Range = new(begun, null);
            request.Headers.TryAddWithoutValidation("If-Range", before[1]);
        }
        using var response = await SendAsync(http, request, cancel).ConfigureAwait(false);
        if (response.StatusCode != System.Net.HttpStatusCode.PartialContent)
        {
            begun = 0;
        }
        var length = response.Content.Headers.ContentLength ?? 0;
        Room(length, begun);
        await File.WriteAllLinesAsync(
            from, [url.ToString(), response.Headers.ETag?.ToString() ?? ""], cancel)
            .ConfigureAwait(false);
        await using (var source = await response.Content.ReadAsStreamAsync(cancel)
            .ConfigureAwait(false))
        await using (var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write))
        {
            target.SetLength(begun);
            target.Position = begun;
            await DownloadAsync(source, target, begun + length, progress, cancel)
                .ConfigureAwait(false);
        }
        return await FinishAsync(name, url.ToString(), sha256, progress, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Reads the whole file again.</summary>
    /// <exception cref="HostException">Conflict: it is no longer what was added.</exception>
    public async Task VerifyAsync(
        string name, Action<long, long> progress, CancellationToken cancel)
    {
        var model = Find(name);
        GgufHeader.Read(model.File);
        var sum = await SumAsync(model.File, progress, cancel).ConfigureAwait(false);
        if (model.Sha256.Length > 0 && sum != model.Sha256)
        {
            throw new HostException(Fault.Conflict,
                $"{name} is no longer the file that was added: its checksum is {sum} and was "
                + $"{model.Sha256}.", $"`loam model rm {name}`, then add it again.");
        }
    }

    public void Remove(string name)
    {
        var model = Find(name);
        using var held = Hold(name);
        File.Delete(model.File);
        foreach (var other in (string[])[Facts, Part, From])
        {
            File.Delete(model.File + other);
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            var response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            using (response)
            {
                throw new HostException(Fault.Unavailable,
                    $"{request.RequestUri!.Host} does not give the file: "
                    + $"{(int)response.StatusCode} {response.ReasonPhrase}.", "Check the address.");
            }
        }
        catch (HttpRequestException e)
        {
            throw new HostException(Fault.Unavailable,
                $"{request.RequestUri!.Host} cannot be reached: {e.Message}",
                "Check the address and the network.");
        }
    }

    private static async Task DownloadAsync(Stream source, FileStream target, long length,
        Action<long, long> progress, CancellationToken cancel)
    {
        try
        {
            await CopyAsync(source, target, length, progress, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new HostException(Fault.Unavailable,
                $"The download was broken off at {target.Position} bytes: {e.Message}",
                "Say it again: it goes on where it was.");
        }
    }

    /// <summary>Looks at what came, and gives it its name.</summary>
    private async Task<StoredModel> FinishAsync(string name, string source, string? sha256,
        Action<long, long> progress, CancellationToken cancel)
    {
        var (path, part) = (PathOf(name), PathOf(name) + Part);
        var sum = await SumAsync(part, progress, cancel).ConfigureAwait(false);
        if (sha256 is not null && !sum.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            Discard(name);
            throw new HostException(Fault.Conflict,
                $"The checksum of {source} is {sum}, and not {sha256}.",
                "It is another file than the one that was meant; it was not kept.");
        }
        try
        {
            GgufHeader.Read(part);
        }
        catch (HostException)
        {
            Discard(name);
            throw;
        }
        var model = new StoredModel(name, source, sum, sha256 is not null,
            new FileInfo(part).Length, time.GetUtcNow());
        AtomicFile.Write(
            path + Facts, JsonSerializer.SerializeToUtf8Bytes(model, ModelJson.Default.StoredModel),
            Shown);
        using (var whole = File.OpenHandle(part, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(whole);
        }
        File.SetUnixFileMode(part, (UnixFileMode)Shown);
        File.Move(part, path, overwrite: true);
        File.Delete(path + From);
        return model with { File = path };
    }

    private void Discard(string name)
    {
        File.Delete(PathOf(name) + Part);
        File.Delete(PathOf(name) + From);
    }

    private static async Task<string> SumAsync(
        string file, Action<long, long> progress, CancellationToken cancel)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var source = File.OpenRead(file);
        var chunk = new byte[Chunk];
        for (int count; (count = await source.ReadAsync(chunk, cancel).ConfigureAwait(false)) > 0;)
        {
            sum.AppendData(chunk, 0, count);
            progress(source.Position, source.Length);
        }
        return Convert.ToHexStringLower(sum.GetHashAndReset());
    }

    private static async Task CopyAsync(Stream source, FileStream target, long length,
        Action<long, long> progress, CancellationToken cancel)
    {
        var chunk = new byte[Chunk];
        for (int count; (count = await source.ReadAsync(chunk, cancel).ConfigureAwait(false)) > 0;)
        {
            await target.WriteAsync(chunk.AsMemory(0, count), cancel).ConfigureAwait(false);
            progress(target.Position, length);
        }
    }

    private void Room(long length, long begun)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (length > free)
        {
            throw new HostException(Fault.Exhausted,
                $"The model has {length + begun} bytes, and {free} are free at {folder}.",
                "Free some space there.");
        }
    }

    /// <summary>Nobody else adds or removes meanwhile.</summary>
    private FileStream Hold(string name)
    {
        if (!IsName(name))
        {
            throw new HostException(Fault.Unsupported, $"'{name}' cannot name a model.",
                "A name has letters, digits, '.', '_' and '-'.");
        }
        Directory.CreateDirectory(folder, (UnixFileMode)0x1ed);
        try
        {
            return new(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
                FileShare.None);
        }
        catch (IOException)
        {
            throw new HostException(Fault.Conflict, "Another model is being added or removed.",
                "Wait for it.");
        }
    }

    private string PathOf(string name) => Path.Combine(folder, name + Ending);

    private StoredModel Read(string name)
    {
        var path = PathOf(name);
        try
        {
            if (AtomicFile.Read(path + Facts, MostFacts) is { } text
                && JsonSerializer.Deserialize(text, ModelJson.Default.StoredModel) is { } model)
            {
                return model with { Name = name, File = path };
            }
        }
        catch (JsonException)
        {
            // As if it had been put there by hand.
        }
        return new(name, path, "", false, new FileInfo(path).Length, default) { File = path };
    }
}
