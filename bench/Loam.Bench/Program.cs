using Loam.Bench;
using Loam.Bench.Composing;
using Loam.Bench.Contexts;
using Loam.Bench.Coring;
using Loam.Bench.Hostility;
using Loam.Bench.Learning;
using Loam.Bench.Models;
using Loam.Bench.Requests;

return await Program.RunAsync(args);

/// <summary><c>./dev bench NAME</c>: a readable table, then one line for programs.
/// </summary>
internal static partial class Program
{
    private const string Names = "The benchmarks are compose, core, context and gateway, each with "
        + "[--runs N], requests, hostile, hearsay, injection and gate, each with [--help]: "
        + "./dev bench NAME";

    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true;
            stop.Cancel();
        };
        var runs = 0;
        if (args is not ["requests" or "hostile" or "hearsay" or "injection" or "gate", ..]
            && !TryRuns(args, out runs))
        {
            Console.Error.WriteLine(Names);
            return 2;
        }
        try
        {
            return args[0] switch
            {
                "requests" => await RequestsBench.RunAsync(args[1..], stop.Token),
                "hostile" => HostileBench.Run(args[1..], stop.Token),
                "hearsay" => HearsayBench.Run(args[1..], stop.Token),
                "injection" => InjectionBench.Run(args[1..], stop.Token),
                "gate" => await GateBench.RunAsync(args[1..], stop.Token),
                "compose" => await ComposeBench.RunAsync(runs == 0 ? 7 : runs, stop.Token),
                "context" => ContextBench.Run(runs == 0 ? 200 : runs),
                "core" => await CoreBench.RunAsync(runs == 0 ? 25 : runs, stop.Token),
                "gateway" => await GatewayBench.RunAsync(runs == 0 ? 2000 : runs, stop.Token),
                _ => Unknown(args[0]),
            };
        }
        catch (BenchException failure)
        {
            Console.Error.WriteLine($"bench: {failure.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("bench: stopped; everything it started was taken away.");
            return 1;
        }
    }

    /// <summary><c>NAME</c> alone, or with <c>--runs N</c>.</summary>
    private static bool TryRuns(string[] args, out int runs)
    {
        runs = 0;
        return args.Length == 1 || (args is [_, "--runs", var number]
            && int.TryParse(number, out runs) && runs > 0);
    }

    private static int Unknown(string name)
    {
        Console.Error.WriteLine($"There is no benchmark '{name}'. {Names}");
        return 2;
    }
}
