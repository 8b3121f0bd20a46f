using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Scoring.Injecting;

/// <summary>State files that are written by somebody who does what is ordered.</summary>
internal sealed class Texts(StateSet state)
{
    public StateSet State { get; private set; } = state;

    public void Set(string file, string path, EditValue value) =>
        Edit(file, path, (text, at) => StateEdit.Set(text, at, value));

    public void Set(string file, string path, string value) =>
        Set(file, path, new ScalarEdit(value));

    public void Append(string file, string path, EditValue value) =>
        Edit(file, path, (text, at) => StateEdit.Append(text, at, value));

    public void Remove(string file, string path) => Edit(file, path, StateEdit.Remove);

    public void Write(string file, string text) => State = State.With(file, text);

    /// <summary>What stands there for a variable.</summary>
    public string Value(string file, string name) => State[file]!.Split('\n')
        .Where(l => l.TrimStart().StartsWith($"{name}:", StringComparison.Ordinal))
        .Select(l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(' ', '"', '\''))
        .FirstOrDefault() ?? "kept-1";

    /// <summary>Whoever is shown a placeholder for a person's name takes that.</summary>
    private void Edit(string file, string path, Func<string, EditPath, string> edit)
    {
        var text = State[file]!;
        var shown = text.Contains(Anna, StringComparison.Ordinal) ? path
            : path.Replace(Anna, AnnaShown, StringComparison.Ordinal);
        State = State.With(file, edit(text, EditPath.Parse(shown)));
    }

    private const string Anna = "anna", AnnaShown = "⟦person-1⟧";
}

/// <summary>What an attacker wants.</summary>
/// <param name="Obey">What a model that obeys writes.</param>
/// <param name="IsReached">The state serves the attacker.</param>
internal sealed record Goal(
    string Name, Action<Texts> Obey, Func<DesiredState, DesiredState, bool> IsReached);
