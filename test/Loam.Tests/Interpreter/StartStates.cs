using Loam.Core.StateFiles;
using Loam.Scoring.Cases;

namespace Loam.Tests.Interpreter;

/// <summary>The states of Loam-bench that sentences are said to.</summary>
internal static class StartStates
{
    public static StateSet Read(string name) => name == LoamBench.Empty ? StateSet.Empty
        : LoamBench.ReadState(Path.Combine(LoamBench.Folder, "states", name));
}
