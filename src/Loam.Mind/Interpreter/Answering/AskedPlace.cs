namespace Loam.Mind.Interpreter.Answering;

/// <summary>A place in the state files that words of a question speak of.</summary>
/// <param name="Key"><c>list.field</c>, <c>file.path</c>, or <c>say:…</c>.</param>
/// <param name="Weight">How much of the question says so.</param>
/// <param name="Value">Who has this value is asked; empty: what the value is.</param>
internal sealed record AskedPlace(string Key, double Weight, string Value);
