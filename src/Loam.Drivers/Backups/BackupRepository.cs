using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Loam.Core.Backups;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Backups;

/// <summary>What is being copied.</summary>
/// <param name="Item"><see cref="BackupItem.Id"/></param>
/// <param name="App">The app whose dump it is; null: files.</param>
public sealed record CopyLabel(string Item, string? App);

/// <param name="Unread">Files that could not be read.</param>
public sealed record CopyOutcome(BackupCopy Copy, IReadOnlyList<string> Unread);

/// <summary>One entry of a copy.</summary>
/// <param name="Path">Begins with <c>/</c> and the directory's own name.</param>
/// <param name="Type"><c>file</c>, <c>dir</c>, <c>symlink</c> …</param>
public sealed record CopyEntry(string Path, string Type, long Size);

/// <summary>The repository of this instance, made and read by restic. A copy counts as whole only
/// when it says so by a label that is given after everything was checked, so that whatever
/// interrupts it leaves nothing that looks good.</summary>
public sealed class BackupRepository(ResticPlace place, string instance)
{
    private const string Ours = "loam", WholeTag = "loam.whole";

    private Restic Plain => new(place);

    /// <summary>The program that makes and reads repositories is installed.</summary>
    public static bool CanRun => Restic.IsInstalled;

    /// <summary>The repository for people.</summary>
    public string Words => place.Words;

    /// <summary>Opens it; where there is none, makes it.</summary>
    /// <param name="known">The identity it had; null: it was never seen.</param>
    /// <returns>Its identity.</returns>
    /// <exception cref="HostException">NotFound: it was there and is gone; or as restic says.
    /// </exception>
    public async Task<string> OpenAsync(string? known, CancellationToken cancel)
    {
        var end = await Plain.RunAsync(["cat", "config", "--no-lock"], cancel)
            .ConfigureAwait(false);
        if (end.ExitCode == 0)
        {
            return Identity(end.Output);
        }
        if (!ResticErrors.SaysNone(end.Errors))
        {
            throw Failure("Opening the repository", end);
        }
        if (known is not null)
        {
            throw new HostException(Fault.NotFound,
                $"The repository {place.Words} with the copies made so far is gone.",
                "A disk that holds it may not be mounted. To begin anew, choose another "
                + "destination.");
        }
        Succeeded("Making the repository", await Plain.RunAsync(["init"], cancel)
            .ConfigureAwait(false));
        return await OpenAsync("", cancel).ConfigureAwait(false);
    }

    /// <summary>All copies of this instance's things, newest first.</summary>
    /// <param name="all">Of every instance in the repository.</param>
    public async Task<ImmutableArray<BackupCopy>> ListAsync(CancellationToken cancel,
        bool all = false)
    {
        var end = Succeeded("Listing the copies", await Plain.RunAsync(
            ["snapshots", "--json", "--no-lock", "--tag",
                all ? Ours : $"{Ours},{InstanceTag}"], cancel).ConfigureAwait(false));
        using var json = JsonDocument.Parse(end.Output);
        return json.RootElement.ValueKind != JsonValueKind.Array ? []
            : [.. json.RootElement.EnumerateArray().Select(Copy).OfType<BackupCopy>()
                .OrderByDescending(c => c.At)];
    }

    /// <summary>Copies a directory as it is.</summary>
    /// <param name="progress">Bytes read, and of how many as far as is known.</param>
    public Task<CopyOutcome> CopyAsync(CopyLabel label, string directory,
        Action<long, long?> progress, CancellationToken cancel) => TakeAsync(
            label, ["--", Path.GetFileName(directory)],
            new(place)
            {
                WorkingDirectory = Path.GetDirectoryName(directory)!,
                Line = line => Progress(line, progress),
            }, cancel);

    /// <summary>Copies what a program writes, under one file's name.</summary>
    /// <param name="write">Throws where that is not all: then there is no copy.</param>
    public Task<CopyOutcome> CopyStreamAsync(CopyLabel label, string file,
        Func<Stream, CancellationToken, Task> write, CancellationToken cancel) => TakeAsync(
            label, ["--stdin", "--stdin-filename", file],
            new(place) { Input = write, Line = _ => { } }, cancel);

    /// <summary>Lets copies go, and what only they needed.</summary>
    public async Task ForgetAsync(
        IReadOnlyList<BackupCopy> copies, CancellationToken cancel)
    {
        if (copies.Count > 0)
        {
            await LockingAsync("Letting go of old copies",
                ["forget", "--prune", .. copies.Select(c => c.Id)], cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a copy's files below a directory and reads them back to compare.</summary>
    public async Task RestoreAsync(BackupCopy copy, string target, CancellationToken cancel) =>
        await LockingAsync($"Restoring {BackupItem.WordsOf(copy.Item)}",
            ["restore", copy.Id, "--target", target, "--verify"], cancel).ConfigureAwait(false);

    /// <summary>Everything that is in a copy.</summary>
    public async Task<ImmutableArray<CopyEntry>> EntriesAsync(
        BackupCopy copy, CancellationToken cancel)
    {
        var entries = ImmutableArray.CreateBuilder<CopyEntry>();
        var reading = new Restic(place)
        {
            Line = line =>
            {
                using var json = JsonDocument.Parse(line);
                if (Text(json.RootElement, "struct_type") == "node")
                {
                    entries.Add(new(Text(json.RootElement, "path")!,
                        Text(json.RootElement, "type")!,
                        Number(json.RootElement, "size") ?? 0));
                }
            },
        };
        Succeeded("Reading the list of files", await reading.RunAsync(
            ["ls", "--json", "--no-lock", copy.Id], cancel).ConfigureAwait(false));
        return entries.ToImmutable();
    }

    /// <summary>Reads one file of a copy.</summary>
    public async Task ReadAsync(BackupCopy copy, string file,
        Func<Stream, CancellationToken, Task> read, CancellationToken cancel) =>
        Succeeded($"Reading the copy of {BackupItem.WordsOf(copy.Item)}",
            await new Restic(place) { Output = read }.RunAsync(
                ["dump", "--no-lock", copy.Id, file], cancel).ConfigureAwait(false));

    /// <summary>Looks whether everything that the copies need is there.</summary>
    public async Task CheckAsync(CancellationToken cancel) =>
        await LockingAsync("Checking the repository", ["check"], cancel).ConfigureAwait(false);

    private string InstanceTag => $"loam.instance={instance}";

    private async Task<CopyOutcome> TakeAsync(CopyLabel label, string[] what, Restic restic,
        CancellationToken cancel)
    {
        var words = $"The backup of {BackupItem.WordsOf(label.Item)}";
        List<string> tags = [Ours, InstanceTag, $"loam.item={label.Item}"];
        if (label.App is not null)
        {
            tags.Add($"loam.app={label.App}");
        }
        JsonElement summary = default;
        var taking = new Restic(place)
        {
            WorkingDirectory = restic.WorkingDirectory,
            Input = restic.Input,
            Line = line =>
            {
                restic.Line!(line);
                if (line.Contains("\"summary\"", StringComparison.Ordinal))
                {
                    summary = JsonDocument.Parse(line).RootElement.Clone();
                }
            },
        };
        var end = await UnlockedAsync(taking,
            ["backup", "--json", .. tags.SelectMany(t => (string[])["--tag", t]), .. what],
            cancel).ConfigureAwait(false);
        const int someUnread = 3;
        if (end.ExitCode is not (0 or someUnread) || summary.ValueKind == JsonValueKind.Undefined)
        {
            throw Failure(words, end);
        }
        var unread = end.ExitCode == 0 ? [] : ResticErrors.Unread(end.Errors);
        var (files, bytes) = (Number(summary, "total_files_processed") ?? 0,
            Number(summary, "total_bytes_processed") ?? 0);
        var copy = new BackupCopy(Text(summary, "snapshot_id")!, label.Item, default, files, bytes,
            label.App, false);
        return unread.Count > 0 ? new(copy, unread)
            : new(await MarkAsync(copy, words, cancel).ConfigureAwait(false), []);
    }

    /// <summary>Says in the repository that a copy is whole, and how large it is.</summary>
    private async Task<BackupCopy> MarkAsync(
        BackupCopy copy, string words, CancellationToken cancel)
    {
        await LockingAsync(words,
            ["tag", "--add", $"{WholeTag},loam.files={copy.Files},loam.bytes={copy.Bytes}",
                copy.Id], cancel).ConfigureAwait(false);
        return (await ListAsync(cancel).ConfigureAwait(false))
            .First(c => c.Item == copy.Item && c.IsWhole);
    }

    private async Task<ResticEnd> LockingAsync(
        string words, string[] arguments, CancellationToken cancel) =>
        Succeeded(words, await UnlockedAsync(Plain, arguments, cancel).ConfigureAwait(false));

    /// <summary>A lock of a process that died is taken away, and the call made again; one of a
    /// process that lives is respected.</summary>
    private async Task<ResticEnd> UnlockedAsync(
        Restic restic, string[] arguments, CancellationToken cancel)
    {
        var end = await restic.RunAsync(arguments, cancel).ConfigureAwait(false);
        if (end.ExitCode == 0 || !ResticErrors.SaysLocked(end.Errors))
        {
            return end;
        }
        await Plain.RunAsync(["unlock"], cancel).ConfigureAwait(false);
        return await restic.RunAsync(arguments, cancel).ConfigureAwait(false);
    }

    private ResticEnd Succeeded(string words, ResticEnd end) =>
        end.ExitCode == 0 ? end : throw Failure(words, end);

    private HostException Failure(string words, ResticEnd end) =>
        ResticErrors.Of(words, place, end.Errors + "\n" + end.Output);

    private static string Identity(string config)
    {
        using var json = JsonDocument.Parse(config);
        return Text(json.RootElement, "id")!;
    }

    private static void Progress(string line, Action<long, long?> progress)
    {
        if (line.Contains("\"status\"", StringComparison.Ordinal))
        {
            using var json = JsonDocument.Parse(line);
            progress(Number(json.RootElement, "bytes_done") ?? 0,
                Number(json.RootElement, "total_bytes"));
        }
    }

    private static BackupCopy? Copy(JsonElement snapshot)
    {
        var tags = snapshot.TryGetProperty("tags", out var list)
            ? list.EnumerateArray().Select(t => t.GetString() ?? "").ToList() : [];
        string? Tag(string name) => tags.Find(t => t.StartsWith(name, StringComparison.Ordinal))
            ?[name.Length..];
        long? Size(string name) => long.TryParse(Tag(name), NumberStyles.None,
            CultureInfo.InvariantCulture, out var number) ? number : null;
        return Tag("loam.item=") is not { } item ? null
            : new(Text(snapshot, "id")!, item, snapshot.GetProperty("time").GetDateTimeOffset(),
                Size("loam.files="), Size("loam.bytes="), Tag("loam.app="),
                tags.Contains(WholeTag));
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.TryGetInt64(out var number)
            ? number : null;
}
