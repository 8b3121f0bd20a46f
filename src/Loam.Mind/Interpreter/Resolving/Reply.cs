using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Resolving;

internal enum ReplyKind { Done, Same, Question, Refusal, Answer, NotYet, Unclear }

/// <summary>What one wish came to.</summary>
/// <param name="Text">Done: what is done, as in "I'll …"; otherwise a sentence.</param>
internal sealed record Reply(ReplyKind Kind, string Text)
{
    /// <summary>Further sentences that the person must hear.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
    public ImmutableArray<string> Suggestions { get; init; } = [];
    public Risk Risk { get; init; }

    /// <summary>Same: what was to be taken away is not there.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>Question: it is not known of what anything was wished.</summary>
    public bool IsAimless { get; init; }

    /// <summary>Puts an answer into the wishes that wait for it; false: it is none.</summary>
    public Func<Clause, bool>? Fill { get; init; }

    public static Reply Done(string what) => new(ReplyKind.Done, what);
    public static Reply Same(string sentence) => new(ReplyKind.Same, sentence);
    /// <summary>There is nothing to take away. Beside something that is done, whoever spoke
    /// supposed what is not so.</summary>
    public static Reply Absent(string sentence) => Same(sentence) with { IsAbsent = true };

    public static Reply Refuse(string sentence) => new(ReplyKind.Refusal, sentence);
    public static Reply Answer(string sentence) => new(ReplyKind.Answer, sentence);

    public static Reply Ask(
        string question, IEnumerable<string> suggestions, Func<Clause, bool>? fill = null) =>
        new(ReplyKind.Question, question) { Suggestions = [.. suggestions], Fill = fill };

    public Reply With(Risk risk) => this with { Risk = risk > Risk ? risk : Risk };

    public Reply Note(string sentence) => this with { Notes = Notes.Add(sentence) };
}
