using System.Collections.Immutable;

namespace Loam.Api;

/// <param name="Type">webhook, email or ntfy.</param>
/// <param name="Where">For people, without what may be a key.</param>
/// <param name="Waiting">Messages not sent yet.</param>
/// <param name="Error">Why the last one could not be sent; null: it was.</param>
internal sealed record NotifierStatus(
    string Name, string Type, string Where, int Waiting, string? Error);

/// <param name="Answer">What the other side said.</param>
internal sealed record NotifierTest(string Name, string Where, bool IsGood, string Answer);

/// <summary>What a client can ask about messages.</summary>
internal interface IMessages
{
    ImmutableArray<NotifierStatus> List();

    /// <summary>Sends one now and says what came of it.</summary>
    /// <param name="name">Null: to everybody.</param>
    /// <exception cref="Core.Reconciling.HostException">NotFound: nobody is declared so.
    /// </exception>
    Task<ImmutableArray<NotifierTest>> TestAsync(
        string? name, string who, CancellationToken cancel);
}
