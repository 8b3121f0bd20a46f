using System.Collections.Immutable;
using System.Text;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Facts;

namespace Loam.Mind.Evaluating.Cases;

/// <summary>Reads <c>STATE: TURN // TURN => OUTCOME; FACT; FACT</c>.</summary>
public static class CaseFile
{
    private const string Form = "Write STATE: TURN // TURN => OUTCOME; FACT.";

    private static readonly string[] s_outcomes =
        [.. Enum.GetValues<Outcome>().Select(ProposalJson.Word)];

    /// <param name="file">Its path as a message shows it.</param>
    public static IEnumerable<Case> Read(
        string file, string text, string className, bool isBlind, List<CaseFault> faults)
    {
        foreach (var (line, written) in Entries(file, text, faults))
        {
            Case? made = null;
            try
            {
                made = Parse(written) with
                {
                    Class = className,
                    IsBlind = isBlind,
                    File = file,
                    Line = line,
                };
            }
            catch (FactException fault)
            {
                faults.Add(new(file, line, fault.Message, fault.Remedy));
            }
            if (made is not null)
            {
                yield return made;
            }
        }
    }

    /// <summary>A line at the left margin and the indented ones that continue it.</summary>
    private static IEnumerable<(int Line, string Text)> Entries(
        string file, string text, List<CaseFault> faults)
    {
        var (start, entry, number) = (0, new StringBuilder(), 0);
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line[0] == '#')
            {
                continue;
            }
            if (!char.IsWhiteSpace(line[0]))
            {
                if (entry.Length > 0)
                {
                    yield return (start, entry.ToString());
                }
                (start, _) = (number, entry.Clear().Append(line.TrimEnd()));
            }
            else if (entry.Length == 0)
            {
                faults.Add(new(file, number, "The line continues no case.",
                    "Begin a case at the left margin."));
            }
            else
            {
                entry.Append(' ').Append(line.Trim());
            }
        }
        if (entry.Length > 0)
        {
            yield return (start, entry.ToString());
        }
    }

    private static Case Parse(string text)
    {
        var arrow = text.LastIndexOf(" => ", StringComparison.Ordinal);
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        if (arrow < 0 || colon <= 0 || colon > arrow)
        {
            throw new FactException("The case has no state, no turn or no outcome.", Form);
        }
        var state = text[..colon];
        if (state.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
        {
            throw new FactException($"'{state}' is no name of a start state.", Form);
        }
        ImmutableArray<string> turns =
            [.. text[(colon + 2)..arrow].Split(" // ").Select(t => t.Trim())];
        if (turns.Any(t => t.Length == 0))
        {
            throw new FactException("A turn is empty.", Form);
        }
        var parts = Parts(text[(arrow + 4)..]).ToList();
        var outcomes = Outcomes(parts[0]);
        return new("", false, state, turns, outcomes,
            [.. parts.Skip(1).Select(FactReader.Read)], "", 0);
    }

    private static ImmutableArray<string> Outcomes(string text)
    {
        ImmutableArray<string> words = [.. text.Split('|').Select(w => w.Trim())];
        foreach (var word in words)
        {
            if (!s_outcomes.Contains(word))
            {
                throw new FactException($"'{word}' is no outcome.",
                    Nearest.To(word, s_outcomes) is { } meant ? $"Write {meant}."
                        : $"Write one of {string.Join(", ", s_outcomes)}.");
            }
        }
        return words;
    }

    /// <summary>Facts end with <c>;</c> before a blank or at the end of a line.</summary>
    private static IEnumerable<string> Parts(string text) =>
        text.TrimEnd(' ', ';').Split("; ").Select(p => p.Trim()).Where(p => p.Length > 0)
            .DefaultIfEmpty("");
}
