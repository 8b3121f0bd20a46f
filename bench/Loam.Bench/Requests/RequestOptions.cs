using Loam.Scoring;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Evaluating.Cases;

namespace Loam.Bench.Requests;

/// <summary>What was asked of the benchmark of requests.</summary>
internal sealed record RequestOptions
{
    public const string Help = """
        usage: ./dev bench requests [--class CLASS] [--failures] [--blind-failures] [--check]

          --class CLASS      only the cases of this class
          --failures         list the open cases that are wrong, with the reason
          --blind-failures   list the blind ones: for a final report only, because a case that
                             was looked at is blind no more
          --check            only read cases and start states, and say what is wrong with them
          --folder FOLDER    another folder with states, cases and blind
        """;

    public string? Class { get; private init; }
    public bool Failures { get; private init; }
    public bool BlindFailures { get; private init; }
    public bool Check { get; private init; }
    public string Folder { get; private init; } = BenchFolder.Place;

    /// <summary>Null: something was not understood, and <paramref name="problem"/> says what.
    /// </summary>
    public static RequestOptions? Read(string[] args, out string problem)
    {
        var options = new RequestOptions();
        var rest = new Queue<string>(args);
        problem = "";
        while (rest.TryDequeue(out var option))
        {
            var value = option is "--class" or "--folder" ? rest.TryDequeue(out var v) ? v : null
                : "";
            if (value is null)
            {
                problem = $"What follows {option} is missing.";
                return null;
            }
            if (option == "--class" && !LoamBench.Classes.Contains(value))
            {
                problem = $"There is no class {value}. "
                    + (Nearest.To(value, LoamBench.Classes) is { } meant ? $"Write {meant}."
                        : $"There are {string.Join(", ", LoamBench.Classes)}.");
                return null;
            }
            options = option switch
            {
                "--class" => options with { Class = value },
                "--folder" => options with { Folder = value },
                "--failures" => options with { Failures = true },
                "--blind-failures" => options with { BlindFailures = true },
                "--check" => options with { Check = true },
                _ => null,
            };
            if (options is null)
            {
                problem = option is "--help" or "-h" ? "" : $"There is no option {option}.";
                return null;
            }
        }
        return options;
    }
}
