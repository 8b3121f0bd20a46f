using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting;
using Loam.Drivers.Network;
using Loam.Init;

namespace Loam.Cli.Commands;

/// <summary>Verbs of a machine of which Loam is the first process.</summary>
internal static class InitCommands
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>After which the console is there without the daemon.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task<ExitCode> InitAsync(Invocation call, CancellationToken cancel)
    {
        if (Environment.ProcessId != 1)
        {
            throw new CommandFailure(ExitCode.Invalid,
                "init is the first process of a machine, and this one has another.",
                "`loam daemon` runs Loam on a machine that has a system of its own.");
        }
        await new FirstProcess(call.Paths.Socket, call.Time, call.Terminal.Raw).RunAsync().ConfigureAwait(false);
        return ExitCode.Done;
    }

    public static async Task<ExitCode> LeaseAsync(Invocation call, CancellationToken cancel)
    {
        await LeaseKeeping.RunAsync(call.Paths, call.Time,
            line => call.Terminal.Complain(new Line(line)), cancel).ConfigureAwait(false);
        return ExitCode.Done;
    }

    /// <summary>Greets whoever sits there once the daemon answers, again once it has started, and
    /// is their shell.</summary>
    public static async Task<ExitCode> ConsoleAsync(Invocation call, CancellationToken cancel)
    {
        var status = await AnswerAsync(call, any: true, cancel).ConfigureAwait(false);
        Greet(call, status);
        if (status is { Starting: not null })
        {
            status = await AnswerAsync(call, any: false, cancel).ConfigureAwait(false);
            Greet(call, status);
        }
        return status is null ? ExitCode.Unreachable
            : await RequestCommands.ShellAsync(call, cancel).ConfigureAwait(false);
    }

    private static void Greet(Invocation call, MachineStatus? status) => call.Terminal.Write(
        Greeting.Of(status, new KernelLinks().List(), call.Time.GetUtcNow(), call.Terminal.Look));

    /// <param name="any">Also of a daemon that is starting.</param>
    private static async Task<MachineStatus?> AnswerAsync(
        Invocation call, bool any, CancellationToken cancel)
    {
        for (var began = call.Time.GetTimestamp();
            call.Time.GetElapsedTime(began) < s_patience;)
        {
            try
            {
                var status = await call.Client.StatusAsync(cancel).ConfigureAwait(false);
                if (any || status.Starting is null)
                {
                    return status;
                }
            }
            catch (CommandFailure)
            {
                // Not yet.
            }
            await Task.Delay(s_pause, call.Time, cancel).ConfigureAwait(false);
        }
        return null;
    }
}
