using Loam.Bench;
using Loam.Bench.Composing;
using Loam.Bench.Coring;
using Loam.Bench.Requests;

return await Program.RunAsync(args);

/// <summary><c>./dev bench NAME [--runs N]</c>: a readable table, then one line for programs.
/// </summary>
internal static partial class Program
{
    private const string Names = "The benchmarks are compose and core, each with [--runs N], "
        + "requests and hostile, each with [--help]: ./dev bench NAME";

    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true;
            stop.Cancel();
        };
        var runs = 0;
        if (args is ["requests", ..])
        {
            return await RequestsBench.RunAsync(args[1..], stop.Token);
        }
        if (args.Length is not (1 or 3) || (args.Length == 3
            && (args[1] != "--runs" || !int.TryParse(args[2], out runs) || runs < 1)))
        {
            Console.Error.WriteLine(Names);
            return 2;
        }
        try
        {
            return args[0] switch
            {
                "compose" => await ComposeBench.RunAsync(runs == 0 ? 7 : runs, stop.Token),
                "core" => await CoreBench.RunAsync(runs == 0 ? 25 : runs, stop.Token),
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

    private static int Unknown(string name)
    {
        Console.Error.WriteLine($"There is no benchmark '{name}'. {Names}");
        return 2;
    }
}
