using System.Collections.Immutable;

namespace Loam.Tests.Interpreter;

/// <summary>One line of a <c>.cases</c> file: a state, what was said, and what must come of it.
/// </summary>
/// <param name="Turns">Turns of one conversation.</param>
/// <param name="Outcomes">Any of these will do.</param>
/// <param name="Facts">What must hold of a proposal's resulting state.</param>
public sealed record Case(
    string State, ImmutableArray<string> Turns, ImmutableArray<string> Outcomes,
    ImmutableArray<string> Facts, string Line)
{
    /// <summary>Reads <c>state: turn // turn => outcome|outcome; fact; fact</c>.</summary>
    public static Case Parse(string line)
    {
        var arrow = line.LastIndexOf(" => ", StringComparison.Ordinal);
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        var right = line[(arrow + 4)..].Split(';',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new(line[..colon], [.. line[(colon + 2)..arrow].Split(" // ")],
            [.. right[0].Split('|')], [.. right.Skip(1)], line);
    }

    public static IEnumerable<Case> ReadAll(string path) =>
        File.ReadLines(path).Where(l => l.Length > 0 && l[0] != '#').Select(Parse);

    public override string ToString() => Line;
}
