using Loam.Drivers.Booting;
using Loam.Init;

namespace Loam.Cli.Commands;

/// <summary>Verbs of a machine of which Loam is the first process.</summary>
internal static class InitCommands
{
    public static async Task<ExitCode> InitAsync(Invocation call, CancellationToken cancel)
    {
        if (Environment.ProcessId != 1)
        {
            throw new CommandFailure(ExitCode.Invalid,
                "init is the first process of a machine, and this one has another.",
                "`loam daemon` runs Loam on a machine that has a system of its own.");
        }
        await new FirstProcess(call.Paths.Socket, call.Time, call.Terminal.Raw).RunAsync()
            .ConfigureAwait(false);
        return ExitCode.Done;
    }

    public static async Task<ExitCode> LeaseAsync(Invocation call, CancellationToken cancel)
    {
        await LeaseKeeping.RunAsync(call.Paths, call.Time,
            line => call.Terminal.Complain(new Line(line)), cancel).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
