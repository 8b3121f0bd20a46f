using Loam.Cli.Commands;
using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Cli;

/// <summary>One invocation of <c>loam</c>: parse, run the verb, turn every expected failure into
/// a sentence and an exit code.</summary>
internal static class CommandLineApp
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var interrupted = new CancellationTokenSource();
        var terminal = Terminal.Open();
        return (int)await RunAsync(
            args, terminal, Invocation.PathsFor, TimeProvider.System, interrupted.Token)
            .ConfigureAwait(false);
    }

    /// <param name="pathsFor">The instance for the value of <c>--home</c>.</param>
    public static async Task<ExitCode> RunAsync(
        IReadOnlyList<string> args, Terminal terminal, Func<string?, InstancePaths> pathsFor,
        TimeProvider time, CancellationToken cancel)
    {
        var json = AsksForJson(args);
        try
        {
            if (args is [Completion.Asking, ..])
            {
                return await CompleteAsync(args, terminal, pathsFor, cancel)
                    .ConfigureAwait(false);
            }
            if (args is ["--version"])
            {
                terminal.Write(Product.Version);
                return ExitCode.Done;
            }
            var (command, words, values) = Parser.Parse(args, CommandTable.All);
            if (values.ContainsKey("no-color"))
            {
                terminal.WithoutColour();
            }
            if (values.ContainsKey("help"))
            {
                terminal.Write(HelpView.Of(command, terminal.Look));
                return ExitCode.Done;
            }
            var home = values.TryGetValue("home", out var given) ? given[^1] : null;
            var call = new Invocation(command, words, values, terminal)
            {
                Paths = pathsFor(home),
                Time = time,
            };
            return await command.Run(call, cancel).ConfigureAwait(false);
        }
        catch (CommandFailure failure)
        {
            return Report(terminal, json, failure.Exit, failure.Message, failure.Remedy);
        }
        catch (HostException fault)
        {
            var exit = fault.Fault == Fault.Unavailable ? ExitCode.Unreachable : ExitCode.Failed;
            return Report(terminal, json, exit, fault.Message, fault.Remedy);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.NotApproved;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Report(terminal, json, ExitCode.Failed, e.Message, "");
        }
    }

    /// <summary>Answers a shell's completion; silent when it knows nothing.</summary>
    private static async Task<ExitCode> CompleteAsync(IReadOnlyList<string> args,
        Terminal terminal, Func<string?, InstancePaths> pathsFor, CancellationToken cancel)
    {
        var words = args.Skip(1).ToList();
        IEnumerable<string> services = [];
        if (Completion.WantsServices(words))
        {
            var home = words.SkipWhile(w => w != "--home").Skip(1).FirstOrDefault();
            var client = new DaemonClient(pathsFor(home).Socket);
            var status = await client.StatusNowAsync(cancel).ConfigureAwait(false);
            services = status.Services.Select(s => s.Name);
        }
        terminal.Write(Completion.Candidates(words, () => services).Select(c => new Line(c)));
        return ExitCode.Done;
    }

    private static ExitCode Report(
        Terminal terminal, bool json, ExitCode exit, string message, string remedy)
    {
        if (json)
        {
            terminal.Raw(JsonOutput.Failure(exit, message, remedy) + "\n");
        }
        foreach (var line in FailureView.Of(message, remedy, terminal.Look))
        {
            terminal.Complain(line);
        }
        return exit;
    }

    // Known before parsing, so that a faulty command line is answered in the right form too.
    private static bool AsksForJson(IReadOnlyList<string> args) =>
        args.Contains("-ojson") || args.Contains("--output=json")
        || args.Zip(args.Skip(1)).Any(p => p is ("-o" or "--output", "json"));
}
