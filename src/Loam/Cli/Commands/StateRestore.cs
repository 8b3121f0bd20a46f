using System.Collections.Immutable;
using Loam.Cli.Views;
using Loam.Core.Backups;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.Backups;
using Loam.Drivers.Files;
using Loam.Drivers.Secrets;

namespace Loam.Cli.Commands;

/// <summary><c>loam restore --state</c>: Loam's own state comes back on a machine whose daemon does
/// not run, from the repository and its password alone.</summary>
internal static class StateRestore
{
    /// <exception cref="CommandFailure">It cannot be done; nothing was touched.</exception>
    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var paths = call.Paths;
        paths.Prepare();
        using var single = Alone(paths);
        var from = From(call, paths);
        var password = call.Has("from") || !File.Exists(paths.BackupKeyFile)
            ? BackupKey.Typed(await SecretCommand.ValueAsync(
                call, "the repository's password", cancel).ConfigureAwait(false)) : null;
        var places = new BackupPlaces(paths, new SecretFiles(paths.SecretsMount));
        try
        {
            var place = places.Open(from, Credentials(call), password);
            return await RestoreAsync(call, new(place, ""), password, cancel)
                .ConfigureAwait(false);
        }
        finally
        {
            places.Close();
        }
    }

    private static async Task<ExitCode> RestoreAsync(Invocation call, BackupRepository repository,
        string? password, CancellationToken cancel)
    {
        var (paths, screen) = (call.Paths, call.Terminal);
        var id = BackupItem.IdOf(null);
        var copies = (await repository.ListAsync(cancel, all: true).ConfigureAwait(false))
            .Where(c => c.Item == id);
        var copy = BackupNames.Choose(copies, id, call.Value("at"), TimeZoneInfo.Local);
        var stage = Path.Combine(paths.DataDir, ".restore");
        screen.Write(BackupView.Plan(new(copy, $"{paths.StateDir} and {paths.DataDir}", true,
            File.Exists(paths.KeyFile), [], 0), call.Time.GetUtcNow(), TimeZoneInfo.Local,
            screen.Look));
        if (!await Consent.AskAsync(call, "Restore?", cancel).ConfigureAwait(false))
        {
            return ExitCode.NotApproved;
        }
        try
        {
            await repository.RestoreAsync(copy, stage, cancel).ConfigureAwait(false);
            var aside = new StateStage(paths).PutBack(
                stage, $"{call.Time.GetUtcNow():yyyyMMdd-HHmmss}");
            if (password is not null)
            {
                BackupKey.Store(paths.BackupKeyFile, password);
            }
            screen.Write(BackupView.Ended(new("Loam's own state") { Copy = copy }, "restored",
                screen.Look));
            Tell(call, aside, repository.Words);
        }
        finally
        {
            if (Directory.Exists(stage))
            {
                Directory.Delete(stage, recursive: true);
            }
        }
        return ExitCode.Done;
    }

    private static void Tell(Invocation call, string? aside, string from)
    {
        void Say(string text) =>
            call.Terminal.Write(Paragraph.Of(text, call.Terminal.Look));
        if (aside is not null)
        {
            Say($"What was there before is in {aside}; delete it when all is well.");
        }
        var texts = FileKinds.All.Select(k => k.File).Append(StateSet.Lock)
            .Select(f => (f, Path.Combine(call.Paths.StateDir, f)))
            .Where(f => File.Exists(f.Item2)).ToImmutableSortedDictionary(
                f => f.f, f => File.ReadAllText(f.Item2), StringComparer.Ordinal);
        var own = StateReader.Read(new(texts)).State?.Backups.Destination
            ?? call.Paths.BackupDir;
        if (own != from)
        {
            Say($"This machine makes its copies in {own}, and this one came from {from}: put the "
                + "repository there, or set backup.destination, before you go on.");
        }
        Say("Now start the daemon. `loam restore VOLUME` puts the files of a volume in place, "
            + "`loam heal` makes the services; then `loam restore VOLUME` lets a database read "
            + "its dump. `loam backup list` shows which are which.");
    }

    private static InstanceLock Alone(InstancePaths paths)
    {
        try
        {
            return InstanceLock.Take(paths);
        }
        catch (HostException fault)
        {
            throw new CommandFailure(ExitCode.NotApproved, fault.Message,
                "Loam's own state is put back while no daemon runs: stop it with `systemctl stop "
                + "loam`, then try again.");
        }
    }

    private static string? Credentials(Invocation call)
    {
        if (call.Value("credentials") is not { } file)
        {
            return null;
        }
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Invalid, $"{file} cannot be read: {fault.Message}",
                "Name a file with an SSH key, or with lines such as AWS_ACCESS_KEY_ID=…");
        }
    }

    private static string? From(Invocation call, InstancePaths paths)
    {
        var from = call.Value("from");
        if (from is null)
        {
            return Directory.Exists(paths.BackupDir) ? null : throw new CommandFailure(
                ExitCode.Invalid, $"There is no repository at {paths.BackupDir}.",
                "Say where it is with `--from DESTINATION`.");
        }
        var full = from.Contains(':', StringComparison.Ordinal) ? from : Path.GetFullPath(from);
        return Destination.Parse(full, out var wrong) is not null ? full : throw new CommandFailure(
            ExitCode.Invalid, $"'{from}' is {wrong}.",
            "Write a directory, sftp://user@host/path or another destination.");
    }
}
