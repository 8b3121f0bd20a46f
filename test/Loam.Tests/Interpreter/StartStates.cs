using Loam.Scoring;
using Loam.Core.StateFiles;
using Loam.Mind.Evaluating.Cases;

namespace Loam.Tests.Interpreter;

/// <summary>The states of Loam-bench that sentences are said to.</summary>
internal static class StartStates
{
    public static StateSet Read(string name) => name == LoamBench.Empty ? StateSet.Empty
        : BenchFolder.ReadState(Path.Combine(BenchFolder.Place, "states", name));
}
