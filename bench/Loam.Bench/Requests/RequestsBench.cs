using Loam.Scoring.Cases;

namespace Loam.Bench.Requests;

/// <summary>Loam-bench: what the interpreter makes of requests as people make them.</summary>
internal static class RequestsBench
{
    private const string Help = """
        ./dev bench requests [--class CLASS] [--failures] [--blind-failures] [--check]

          --class CLASS      only this class
          --failures         list the open cases that are wrong, with the reason
          --blind-failures   list the blind ones too: for a final report only, because a case
                             that was looked at is blind no more
          --check            only read cases and start states and say what is wrong with them
        """;

    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        await Task.CompletedTask;
        var bench = LoamBench.Read();
        foreach (var fault in bench.Faults)
        {
            Console.Error.WriteLine(fault);
        }
        Console.WriteLine($"check: cases={bench.Cases.Count} faults={bench.Faults.Count}");
        return bench.Faults.Count == 0 ? 0 : 2;
    }
}
