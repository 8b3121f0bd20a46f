namespace Loam.Core.Diagnostics;

/// <summary>Where in a text something stands. Lines and columns count from 1, as editors do.
/// </summary>
/// <param name="File">File name as a person knows it: <c>services.yaml</c>.</param>
public sealed record Span(string File, int Line, int Column, int EndLine, int EndColumn)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}

public enum Severity { Error, Warning, Note }

/// <summary>One finding about what a person or a model wrote: the thing, what is wrong, what to
/// do. Findings are values: all are collected, none is thrown.</summary>
/// <param name="Message">One sentence: the thing and what is wrong with it.</param>
/// <param name="Remedy">One sentence: what to do about it.</param>
public sealed record Diagnostic(
    Code Code, Severity Severity, Span? At, string Message, string Remedy)
{
    public bool IsError => Severity == Severity.Error;

    /// <summary>The one line a person sees, in the form compilers use.</summary>
    public override string ToString()
    {
        var word = Severity.ToString().ToLowerInvariant();
        var place = At is null ? "" : $"{At}: ";
        return $"{place}{word} {Code.Id}: {Message} {Remedy}".TrimEnd();
    }
}

/// <summary>Collects findings; order of report is order of place.</summary>
public sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _found = [];

    public bool HasErrors => _found.Exists(d => d.IsError);

    public void Error(Code code, Span? at, string message, string remedy) =>
        _found.Add(new(code, Severity.Error, at, message, remedy));

    public void Warn(Code code, Span? at, string message, string remedy) =>
        _found.Add(new(code, Severity.Warning, at, message, remedy));

    public void Note(Code code, Span? at, string message, string remedy) =>
        _found.Add(new(code, Severity.Note, at, message, remedy));

    public void AddRange(IEnumerable<Diagnostic> more) => _found.AddRange(more);

    public IReadOnlyList<Diagnostic> ToList() =>
        [.. _found.Distinct().OrderBy(d => d.At?.File, StringComparer.Ordinal)
            .ThenBy(d => d.At?.Line).ThenBy(d => d.At?.Column)];
}
