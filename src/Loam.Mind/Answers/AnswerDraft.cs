using System.Collections.Immutable;
using System.Text;
using Loam.Core;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Mind.Answers;

/// <summary>An answer while it is put together from its parts.</summary>
internal sealed class AnswerDraft
{
    private const int LongestName = 40;

    private readonly DiagnosticBag _found = new();
    private readonly StringBuilder _words = new();
    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly List<string> _questions = [];

    public void Say(string words)
    {
        if (_words.Length <= Limits.AnswerWords)
        {
            _words.Append(PlainText.Cut(words, Limits.AnswerWords + 1)).Append('\n');
        }
    }

    public void Ask(string question) => _questions.Add(question);

    public void Error(Code code, int line, string message, string remedy) =>
        _found.Error(code, new("answer", line, 1, line, 1), message, remedy);

    public void AddFile(string file, string text, int line)
    {
        text = text.TrimStart('\uFEFF');
        if (text.Length > Limits.StateFileBytes)
        {
            Error(Codes.TooLarge, line,
                $"{file} is larger than {Limits.StateFileBytes / 1024} KiB.",
                "Write what was there and the change, no more.");
        }
        else if (text.AsSpan().Trim().IsEmpty)
        {
            Error(Codes.AnswerForm, line, $"The block of {file} is empty.",
                "Write the whole file; an empty list `[]` removes what is in it.");
        }
        else if (_files.TryGetValue(file, out var other) && other != text)
        {
            Error(Codes.AnswerFile, line, $"{file} stands in the answer twice.",
                "Decide for one text, or ask the person which is meant.");
        }
        else
        {
            _files[file] = text;
        }
    }

    public void RefuseFile(string name, int line) => Error(Codes.AnswerFile, line,
        $"'{PlainText.OneLine(name, LongestName)}' is not a state file.",
        $"Write one of {string.Join(", ", FileKinds.All.Select(k => k.File))}, "
        + "by its name alone.");

    public ModelAnswer Finish()
    {
        if (_questions.Count > 1)
        {
            Error(Codes.AnswerForm, 1, "The answer asks several questions.",
                "Ask the one that decides most.");
        }
        if (_questions.Count > 0 && _files.Count > 0)
        {
            Error(Codes.AnswerForm, 1, "The answer asks a question and proposes files.",
                "Do one of the two: propose what is certain, or ask.");
        }
        var said = Shortened(_words.ToString());
        if (!_found.HasErrors && _files.Count == 0 && _questions.Count == 0 && said.Length == 0)
        {
            Error(Codes.AnswerForm, 1, "The answer is empty.",
                "Propose files, ask one question, or answer in words.");
        }
        if (_found.HasErrors)
        {
            return new(AnswerKind.Malformed, said) { Findings = [.. _found.ToList()] };
        }
        if (_questions.Count == 1)
        {
            return new(AnswerKind.Question, Shortened(_questions[0]));
        }
        return _files.Count == 0 ? new(AnswerKind.Words, said)
            : new(AnswerKind.Proposal, said)
            {
                Files = _files.ToImmutableSortedDictionary(StringComparer.Ordinal),
            };
    }

    private static string Shortened(string words)
    {
        var plain = PlainText.Of(words).Trim();
        return plain.Length <= Limits.AnswerWords ? plain
            : PlainText.Cut(plain, Limits.AnswerWords - 1) + "…";
    }
}
