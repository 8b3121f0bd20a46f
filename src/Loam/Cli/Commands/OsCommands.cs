using System.Globalization;
using Loam.Api;
using Loam.Cli.Views;
using Loam.Core;
using Loam.Drivers.Booting;
using Loam.Drivers.Booting.Slots;

namespace Loam.Cli.Commands;

/// <summary>Verbs of Loam as an operating system.</summary>
internal static class OsCommands
{
    private const string Medium = "/medium/loam";

    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel) =>
        call.Words switch
        {
            ["status"] => StatusAsync(call, cancel),
            ["update", var file] => ChangeAsync(call, new(Path.GetFullPath(file)), cancel),
            ["rollback"] => ChangeAsync(call, new(null), cancel),
            ["install", var disk] => InstallAsync(call, disk, cancel),
            ["install"] => throw new CommandFailure(ExitCode.Invalid,
                "The disk to install on is not said.", TargetDisk.Choices()),
            ["restart" or "reboot"] => EndAsync(call, PowerAct.Restart),
            ["off" or "poweroff"] => EndAsync(call, PowerAct.Off),
            _ => throw new CommandFailure(ExitCode.Invalid,
                $"os does not know '{string.Join(' ', call.Words)}'.",
                "It knows status, update FILE, rollback, install DISK, restart and off."),
        };

    private static Task<ExitCode> EndAsync(Invocation call, PowerAct act)
    {
        Power.Ask(act);
        call.Terminal.Write("The machine ends what runs, then itself.");
        return Task.FromResult(ExitCode.Done);
    }

    private static async Task<ExitCode> StatusAsync(Invocation call, CancellationToken cancel)
    {
        var status = await call.Client.OsAsync(cancel).ConfigureAwait(false);
        call.Answer(() => JsonOutput.Of(status, ApiJson.Default.OsStatus), status.Error is { } error
            ? Paragraph.Of(error, call.Terminal.Look) : status.Slots.IsEmpty
            ? Paragraph.Of("This machine was not started from a disk with slots, so there is "
                + "nothing to update.", call.Terminal.Look)
            : OsView.Slots(status, call.Terminal.Look));
        return ExitCode.Done;
    }

    private static async Task<ExitCode> ChangeAsync(
        Invocation call, OsOrder order, CancellationToken cancel)
    {
        var most = (int)Limits.LongestSlotTrial.TotalMinutes;
        var asked = order with
        {
            Later = call.Has("later"),
            Within = call.Number("within", (int)Limits.SlotTrial.TotalMinutes, most) * 60,
        };
        var plan = await call.Client.OsPlanAsync(asked, cancel).ConfigureAwait(false);
        if (!call.Json)
        {
            call.Terminal.Write(OsView.Plan(plan, asked.Later, call.Terminal.Look));
        }
        return !await Consent.AskAsync(call, order.File is null ? "Go back?" : "Update?", cancel)
                .ConfigureAwait(false) ? ExitCode.NotApproved
            : await FollowAsync(call, call.Client.OsApplyAsync(
                asked with { Digest = plan.Digest }, cancel)).ConfigureAwait(false);
    }

    private static async Task<ExitCode> FollowAsync(
        Invocation call, IAsyncEnumerable<OsLine> lines)
    {
        var (screen, exit) = (call.Terminal, ExitCode.Failed);
        using var progress = new ByteProgress(screen, call.Time);
        await foreach (var line in lines.ConfigureAwait(false))
        {
            exit = line.Restarts is not null ? ExitCode.Done : exit;
            if (call.Json)
            {
                screen.Raw(JsonOutput.Of(line, ApiJson.Default.OsLine) + "\n");
            }
            else if (line.Error is { } problem)
            {
                throw new CommandFailure(ExitCode.Failed, problem.Error, problem.Remedy);
            }
            else if (line.Restarts is { } restarts)
            {
                progress.Dispose();
                screen.Write(Paragraph.Of(restarts
                    ? "Done: the machine starts again, on trial. `loam os status` says what "
                        + "becomes of it."
                    : "Done: it is on trial from the next start on (`loam os restart`).",
                    screen.Look));
            }
            else
            {
                progress.Doing = line.Doing;
                progress.Show(line.Done ?? 0, line.Total ?? 0);
            }
        }
        return exit;
    }

    private static async Task<ExitCode> InstallAsync(
        Invocation call, string name, CancellationToken cancel)
    {
        var medium = call.Value("medium") ?? Medium;
        var target = TargetDisk.Find(name);
        var installer = new DiskInstaller(medium, UpdateKey.Read());
        var keep = call.Has("keep");
        long bytes;
        using (var update = installer.Open())
        {
            bytes = update.Head.Bytes;
            call.Terminal.Write(OsView.Target(target, update.Head, keep, call.Terminal.Look));
        }
        if (!await Consent.AskAsync(call, keep ? "Install, and keep the data?"
            : target.IsEmpty ? "Install?" : "Delete everything on it and install?", cancel)
            .ConfigureAwait(false))
        {
            return ExitCode.NotApproved;
        }
        var last = 0L;
        using (var progress = new ByteProgress(call.Terminal, call.Time) { Doing = "checking" })
        {
            installer.Install(target.Path, target.Bytes, keep, DiskInstaller.Fresh, done =>
            {
                progress.Doing = done < last ? "writing" : progress.Doing;
                last = done;
                progress.Show(done, bytes);
            }, cancel);
        }
        call.Terminal.Write(Paragraph.Of($"Loam is on {target.Path}, and was read back. Take the "
            + "medium out and start the machine again: `loam os restart`.", call.Terminal.Look));
        return ExitCode.Done;
    }

    /// <summary>The image that is copied onto disks: what an installation makes of an empty one,
    /// with numbers that are the same for the same build.</summary>
    public static Task<ExitCode> ImageAsync(Invocation call, CancellationToken cancel)
    {
        if (!long.TryParse(call.Words[2], CultureInfo.InvariantCulture, out var megabytes)
            || megabytes is < 1 or > 1 << 20)
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"'{call.Words[2]}' is no number of megabytes.", "568 are enough.");
        }
        var (medium, file, bytes) = (call.Words[0], call.Words[1], megabytes << 20);
        var installer = new DiskInstaller(
            medium, UpdateKey.Read(Path.Combine(medium, "update.pub")));
        using (var made = File.Create(file))
        {
            made.SetLength(bytes);
        }
        using var update = installer.Open();
        installer.Install(
            file, bytes, keep: false, DiskInstaller.Of(update.Head), _ => { }, cancel);
        return Task.FromResult(ExitCode.Done);
    }
}
