namespace Loam.Cli.Commands;

/// <summary>What a word after a command stands for, for completion.</summary>
internal enum Completes { Nothing, Services, Files, Directories, Kinds, Shells, Secrets, Apps }

/// <param name="Value">What stands for the value in help: <c>N</c>; null: a switch.</param>
/// <param name="Repeats">May be given more than once.</param>
internal sealed record Option(
    string Name, string? Short, string? Value, string Sentence, bool Repeats = false);

/// <summary>One verb: a row of the table from which parsing, help and completion come.</summary>
/// <param name="Arguments">As help shows them: <c>SERVICE [N]</c>.</param>
/// <param name="Least">Fewest words.</param>
/// <param name="Most">Most words.</param>
internal sealed record Command(
    string Name, string Arguments, int Least, int Most, string Sentence, string Example,
    Func<Invocation, CancellationToken, Task<ExitCode>> Run)
{
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public IReadOnlyList<Option> Options { get; init; } = [];
    public Completes Completes { get; init; }

    /// <summary>More for <c>--help</c>, after the first sentence.</summary>
    public string Details { get; init; } = "";

    /// <summary>Started by Loam itself: people need not hear of it.</summary>
    public bool IsHidden { get; init; }

    public bool Is(string word) => Name == word || Aliases.Contains(word);
}
