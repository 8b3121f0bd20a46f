using System.Text;
using Loam.Core;
using Loam.Core.Diagnostics;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.Booting;
using Loam.Drivers.Files;

namespace Loam.Cli.Commands;

/// <summary><c>loam seed</c>: what a new machine is given to begin with. Whoever attaches the disk
/// owns the machine, so what stands there is approved; once something is in force it counts no
/// more.</summary>
internal static class SeedCommand
{
    private const string Reason = "seed", Keys = "/root/.ssh/authorized_keys";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private const uint OwnerOnly = 0b110_000_000;
    private const UnixFileMode Private =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        void Say(string text) => call.Terminal.Complain(new Line(text));
        var found = new DiagnosticBag();
        var seed = Seed.Read(SeedDisk.Read(call.Words[0], call.Words[1]), found);
        if (seed is null)
        {
            Tell(found.ToList(), Say);
            return ExitCode.Invalid;
        }
        seed.LeftOut.ToList().ForEach(Say);
        // A machine in use is nobody's who attaches a disk to it.
        if (await IsInUseAsync(call, cancel).ConfigureAwait(false))
        {
            return ExitCode.Done;
        }
        // Keys first: they open a machine whose state has a fault.
        if (seed.Keys.Length > 0 && !File.Exists(Keys))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Keys)!, Private);
            AtomicFile.Write(Keys, Encoding.UTF8.GetBytes(string.Join('\n', seed.Keys) + "\n"),
                OwnerOnly);
            Say($"{seed.Keys.Length} keys may log in as root");
        }
        if (seed.Files.IsEmpty)
        {
            return ExitCode.Done;
        }
        foreach (var (name, text) in seed.Files)
        {
            AtomicFile.Write(Path.Combine(call.Paths.StateDir, name),
                Encoding.UTF8.GetBytes(text), OwnerOnly);
        }
        return await ApplyAsync(call, Say, cancel).ConfigureAwait(false);
    }

    /// <summary>The daemon, which is started at the same time, is waited for.</summary>
    private static async Task<bool> IsInUseAsync(Invocation call, CancellationToken cancel)
    {
        for (var began = call.Time.GetTimestamp(); ;)
        {
            try
            {
                var history = await call.Client.HistoryAsync(1, cancel).ConfigureAwait(false);
                return history.Generations.Length > 0
                    || new ConsolePassword(call.Paths.ConsolePasswordFile).IsSet;
            }
            catch (CommandFailure fault) when (fault.Exit == ExitCode.Unreachable
                && call.Time.GetElapsedTime(began) < Limits.DaemonStart)
            {
                await Task.Delay(s_pause, call.Time, cancel).ConfigureAwait(false);
            }
        }
    }

    private static void Tell(IEnumerable<Diagnostic> findings, Action<string> say) =>
        findings.ToList().ForEach(f => say($"{f}"));

    private static async Task<ExitCode> ApplyAsync(
        Invocation call, Action<string> say, CancellationToken cancel)
    {
        var change = await call.Client.PlanAsync(new(ChangeKind.WorkTree, Reason), cancel)
            .ConfigureAwait(false);
        if (!change.CanApply)
        {
            Tell(change.Findings, say);
            return ExitCode.Invalid;
        }
        ApplyResult? result = null;
        await foreach (var line in call.Client.ApplyAsync(
            new(change.Id, change.Plan!.Digest, Reason, change.Plan.Restricted), cancel)
            .ConfigureAwait(false))
        {
            result = line.Result ?? result;
        }
        say(result?.Status == ApplyStatus.Applied ? $"generation {result.Generation} is in force"
            : $"it was not applied: {result?.Error}");
        return result?.Status == ApplyStatus.Applied ? ExitCode.Done : ExitCode.Failed;
    }
}
