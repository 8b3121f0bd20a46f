using Loam.Core.StateFiles;

namespace Loam.Mind.Interpreter;

/// <summary>Words to text: a small compiler with readable stages (<c>Normalising</c>,
/// <c>Recognising</c>, <c>Parsing</c>, <c>Resolving</c>, <c>Editing</c>). Pure: the same state,
/// turns and time give the same proposal; it reads no file, asks no model and decrypts nothing.
/// </summary>
public static class Interpreter
{
    /// <param name="turns">What the person said, oldest first.</param>
    /// <param name="now">The time a restart is marked with.</param>
    /// <returns>What the conversation has come to after the last turn.</returns>
    public static Proposal Propose(
        StateSet state, IReadOnlyList<string> turns, DateTimeOffset now)
    {
        var conversation = new Conversation(state, now);
        var proposal = conversation.Nothing;
        foreach (var turn in turns)
        {
            proposal = conversation.Say(turn);
        }
        return proposal;
    }
}
