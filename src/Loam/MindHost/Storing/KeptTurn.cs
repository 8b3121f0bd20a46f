namespace Loam.MindHost.Storing;

/// <summary>What was said once, and what came of it.</summary>
/// <param name="Asked">The person's words.</param>
/// <param name="Kind">As the line that answered it: <c>text</c>, <c>plan</c>, <c>question</c> or
/// <c>error</c>.</param>
/// <param name="Generation">Of the state that it was about.</param>
internal sealed record KeptTurn(
    DateTimeOffset At, string Asked, string Kind, string Said, string? By, int Generation)
{
    /// <summary>Millionths of a US dollar.</summary>
    public long? Cost { get; init; }

    /// <summary>The name of its proposal.</summary>
    public string? Proposal { get; init; }

    /// <summary>What the proposed texts come to, so that it can be seen later whether they are in
    /// force.</summary>
    public string? Digest { get; init; }
}

/// <summary>How much is kept.</summary>
/// <param name="Turns">Of one conversation.</param>
/// <param name="Sessions">Of one person.</param>
/// <param name="Bytes">Of all words of everybody.</param>
internal sealed record StoreBounds(int Turns, int Sessions, long Bytes);
