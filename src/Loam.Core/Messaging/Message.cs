using System.Collections.Immutable;

namespace Loam.Core.Messaging;

/// <summary>Something that somebody is told. It holds no secret.</summary>
/// <param name="Type">Of the event: <c>job.failed</c>.</param>
/// <param name="Name">Of what it is about; null: of the machine.</param>
/// <param name="Text">A sentence.</param>
/// <param name="Detail">Why, and what to do; null: nothing more.</param>
/// <param name="IsAlert">It is told in quiet hours, too.</param>
public sealed record Message(string Type, string? Name, DateTimeOffset At, string Text,
    string? Detail, bool IsAlert);

/// <summary>A message that waits to be sent.</summary>
/// <param name="Tries">How often it was tried in vain.</param>
/// <param name="Next">When it is tried; not before.</param>
public sealed record PendingMessage(
    long Id, string Notifier, Message Message, int Tries, DateTimeOffset Next);

/// <summary>What is remembered of messages over restarts.</summary>
/// <param name="Last">The newest message's number.</param>
/// <param name="Said">What lasts and was said already, by type and name.</param>
public sealed record MessageMemory(ImmutableArray<PendingMessage> Pending, long Last,
    ImmutableSortedDictionary<string, SaidMessage> Said)
{
    public static readonly MessageMemory None =
        new([], 0, ImmutableSortedDictionary<string, SaidMessage>.Empty);
}

/// <param name="More">How often it was not said since.</param>
public sealed record SaidMessage(DateTimeOffset At, string Text, int More);
