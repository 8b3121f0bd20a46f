using Loam.Api;
using Loam.Cli.Views;

namespace Loam.Cli.Commands;

/// <summary>Verbs about copies.</summary>
internal static class BackupCommands
{
    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel) =>
        call.Words switch
        {
            ["list"] => ListAsync(call, cancel),
            ["drill"] => FollowAsync(call, call.Client.DrillAsync(cancel), "can be restored"),
            ["key"] => KeyAsync(call, cancel),
            _ => FollowAsync(
                call, call.Client.BackUpAsync(new([.. call.Words]), cancel), "copied"),
        };

    public static async Task<ExitCode> RestoreAsync(Invocation call, CancellationToken cancel)
    {
        if (call.Has("state"))
        {
            return await StateRestore.RunAsync(call, cancel).ConfigureAwait(false);
        }
        if (call.Words.Count == 0 || call.Has("from"))
        {
            throw new CommandFailure(ExitCode.Invalid, call.Has("from")
                ? "--from goes with --state." : "What shall be restored is not said.",
                "`loam backup list` shows what there are copies of; `loam restore VOLUME`.");
        }
        var to = call.Value("to");
        var order = new RestoreOrder(call.Words[0], call.Value("at"),
            to is null ? null : Path.GetFullPath(to));
        var plan = await call.Client.RestorePlanAsync(order, cancel).ConfigureAwait(false);
        if (!call.Json)
        {
            call.Terminal.Write(BackupView.Plan(
                plan, call.Time.GetUtcNow(), TimeZoneInfo.Local, call.Terminal.Look));
        }
        if (!await Consent.AskAsync(call, "Restore?", cancel).ConfigureAwait(false))
        {
            return ExitCode.NotApproved;
        }
        // What was shown is what is restored, also when a newer copy is made meanwhile.
        return await FollowAsync(call, call.Client.RestoreAsync(
            order with { At = plan.Copy.Id }, cancel), "restored").ConfigureAwait(false);
    }

    private static async Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.BackupsAsync(cancel).ConfigureAwait(false);
        if (call.Json)
        {
            call.Terminal.Raw(JsonOutput.Of(answer, ApiJson.Default.BackupsAnswer) + "\n");
            return ExitCode.Done;
        }
        call.Terminal.Write(BackupView.List(
            answer, call.Time.GetUtcNow(), TimeZoneInfo.Local, call.Terminal.Look));
        return ExitCode.Done;
    }

    private static async Task<ExitCode> KeyAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.BackupKeyAsync(cancel).ConfigureAwait(false);
        if (call.Json)
        {
            call.Terminal.Raw(JsonOutput.Of(answer, ApiJson.Default.BackupKeyAnswer) + "\n");
            return ExitCode.Done;
        }
        var screen = call.Terminal;
        screen.Write(new Line("repository  ", Ink.Dim).Add(answer.Where));
        screen.Write(new Line("password    ", Ink.Dim).Add(answer.Password, Ink.Bold));
        screen.Write(Line.Empty);
        screen.Write(Paragraph.Of("Keep both on paper or in another place than this machine. With "
            + "them everything comes back on a new one: `loam restore --state --from "
            + "REPOSITORY`. Who has both can read all copies.", screen.Look));
        return ExitCode.Done;
    }

    /// <summary>Shows each thing as it goes on and ends.</summary>
    private static async Task<ExitCode> FollowAsync(
        Invocation call, IAsyncEnumerable<BackupLine> lines, string done)
    {
        var (screen, failed) = (call.Terminal, false);
        await foreach (var line in lines.ConfigureAwait(false))
        {
            failed |= line.Error is not null;
            if (call.Json)
            {
                screen.Raw(JsonOutput.Of(line, ApiJson.Default.BackupLine) + "\n");
                continue;
            }
            var ends = line.Error is not null || line.Copy is not null;
            if (screen.Live)
            {
                screen.Raw("\r\e[K");
            }
            if (ends)
            {
                screen.Write(BackupView.Ended(line, done, screen.Look));
            }
            else if (screen.Live)
            {
                screen.Raw(screen.Paint(BackupView.Running(line)));
            }
        }
        return failed ? ExitCode.Failed : ExitCode.Done;
    }
}
