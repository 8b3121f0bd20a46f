using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects;

/// <summary>What wishes and questions can be about besides services. Each has a folder here and a
/// file of words in <c>Language</c>; a clause belongs to one subject or to the services.</summary>
internal interface ISubject
{
    /// <summary>The words it can account for.</summary>
    Vocabulary Words { get; }

    /// <summary>How surely a clause speaks of it, before any word of the clause is taken.</summary>
    /// <returns>0: not at all. 1: of nothing else. From <see cref="SubjectTable.Threshold"/> on
    /// the surest subject gets the clause.</returns>
    double Claim(Clause clause, Discourse said);

    /// <summary>Takes the words it understands and leaves what they say as attributes.</summary>
    void Read(Clause clause, Discourse said);

    /// <summary>Makes the edits wished for, or says why not.</summary>
    IEnumerable<Reply> Resolve(Clause clause, Session session);

    /// <summary>Answers a question from the state; null: the general answer will do.</summary>
    Reply? Answer(Clause clause, Session session);
}

/// <summary>What was said before a clause.</summary>
/// <param name="Before">Clauses of the same turn, already read.</param>
internal sealed record Discourse(Session Session, IReadOnlyList<Clause> Before)
{
    /// <summary>The subject spoken of last; null: services, or nothing yet.</summary>
    public ISubject? Last => Before.LastOrDefault(c => c.Verb != "undo") is { } last
        ? last.Subject : Session.About?.Subject;

    /// <summary>The clause goes on with what a subject was told before.</summary>
    public bool Continues(ISubject subject) => ReferenceEquals(Last, subject);
}

/// <summary>What the last wish about a subject was about: names of its things.</summary>
internal sealed record About(ISubject Subject, IReadOnlyList<string> Names);
