using Loam.Core.Reconciling;

namespace Loam.Cli.Commands;

/// <summary><c>loam daemon</c>: the one verb that acts on the host itself.</summary>
internal static class DaemonCommand
{
    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var engine = call.Value("engine") ?? "auto";
        if (engine is not ("auto" or "private")
            && !engine.StartsWith("unix://", StringComparison.Ordinal))
        {
            throw new CommandFailure(ExitCode.Invalid, $"There is no engine '{engine}'.",
                "Use auto, private or unix:///path/of/the/socket.");
        }
        var options = new DaemonOptions(call.Paths, engine, call.Value("mirror"));
        try
        {
            await Daemon.RunAsync(options, line => call.Terminal.Write(line));
            return ExitCode.Done;
        }
        catch (HostException fault)
        {
            throw new CommandFailure(ExitCode.Unreachable, fault.Message, fault.Remedy);
        }
    }
}
