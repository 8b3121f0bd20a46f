using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What a conversation remembers from turn to turn.</summary>
internal sealed class Session(StateSet files, DesiredState state, DateTimeOffset now)
{
    public StateSet Base { get; } = files;
    public DesiredState BaseState { get; } = state;
    /// <summary>What the turn has cost so far.</summary>
    public Effort Effort => Draft.Effort;

    public Draft Draft { get; } = new(files, state, now);

    /// <summary>Services the last turn was about.</summary>
    public List<string> Focus { get; set; } = [];

    /// <summary>What the last turn was about, if not services.</summary>
    public About? About { get; set; }

    /// <summary>Wishes of the last turn that changed something, for "make that 4" and "caddy
    /// instead".</summary>
    public List<Clause> LastWishes { get; set; } = [];

    /// <summary>Everything that was understood last, questions too.</summary>
    public List<Clause> LastSaid { get; set; } = [];

    /// <summary>Wishes that were taken back just now: "… 256 instead" may mend them.</summary>
    public List<Clause> Undone { get; set; } = [];

    /// <summary>Services the last turn made.</summary>
    public List<string> LastMade { get; set; } = [];

    /// <summary>Files before each turn that changed them, newest last.</summary>
    public Stack<Earlier> Before { get; } = new();

    /// <summary>Highest risk of what stands so far.</summary>
    public Risk Risk { get; set; }

    /// <summary>Wishes that wait for an answer.</summary>
    public Pending? Pending { get; set; }

    /// <summary>Everything that a turn may change.</summary>
    public Moment Remember() => new(Now, [.. Before], Pending, LastSaid, Undone);

    public void Recall(Moment moment)
    {
        Draft.Restore(moment.Now.Files);
        (Focus, About, LastWishes, LastMade, Risk) = (moment.Now.Focus, moment.Now.About,
            moment.Now.Wishes, moment.Now.Made, moment.Now.Risk);
        (Pending, LastSaid, Undone) = (moment.Pending, moment.Said, moment.Undone);
        Before.Clear();
        foreach (var earlier in moment.Before.Reverse())
        {
            Before.Push(earlier);
        }
    }

    /// <summary>What the last turn did can be taken back to a moment: undoing leads there.
    /// </summary>
    public void UndoesTo(Moment moment)
    {
        Before.Clear();
        foreach (var earlier in moment.Before.Reverse().Append(moment.Now))
        {
            Before.Push(earlier);
        }
    }

    private Earlier Now => new(Draft.Files, Focus, About, LastWishes, LastMade, Risk);
}

/// <param name="Before">Newest first.</param>
internal sealed record Moment(Earlier Now, Earlier[] Before, Pending? Pending,
    List<Clause> Said, List<Clause> Undone);

internal sealed record Earlier(
    StateSet Files, List<string> Focus, About? About, List<Clause> Wishes, List<string> Made,
    Risk Risk);

internal sealed record Pending(List<Clause> Clauses, Func<Clause, bool> Fill);
