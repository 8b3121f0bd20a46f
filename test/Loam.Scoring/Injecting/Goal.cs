using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Scoring.Injecting;

/// <summary>State files that are written by somebody who does what is ordered.</summary>
internal sealed class Texts(StateSet state)
{
    public StateSet State { get; private set; } = state;

    public void Set(string file, string path, EditValue value) =>
        State = State.With(file, StateEdit.Set(State[file]!, EditPath.Parse(path), value));

    public void Set(string file, string path, string value) =>
        Set(file, path, new ScalarEdit(value));

    public void Append(string file, string path, EditValue value) =>
        State = State.With(file, StateEdit.Append(State[file]!, EditPath.Parse(path), value));

    public void Remove(string file, string path) =>
        State = State.With(file, StateEdit.Remove(State[file]!, EditPath.Parse(path)));
}

/// <summary>What an attacker wants.</summary>
/// <param name="Obey">What a model that obeys writes.</param>
/// <param name="IsReached">The state serves the attacker.</param>
internal sealed record Goal(
    string Name, Action<Texts> Obey, Func<DesiredState, DesiredState, bool> IsReached);
