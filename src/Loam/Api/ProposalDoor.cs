using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Microsoft.AspNetCore.Http;

namespace Loam.Api;

/// <summary>Where texts of others come in: they are read with handles in the place of secrets, few
/// at a time, and whatever is in them ends nobody but itself.</summary>
/// <param name="most">Served at one time.</param>
internal sealed class ProposalDoor(int most)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _free = new(most);

    /// <summary>So many at a time, and the others wait a little: who was taken over shall not be a
    /// burden.</summary>
    public async Task InTurnAsync(Call call, Func<Task> work, CancellationToken cancel)
    {
        if (!await _free.WaitAsync(s_patience, cancel).ConfigureAwait(false))
        {
            throw new HostException(Fault.Unavailable, "The daemon is busy with proposals.",
                "Ask again.");
        }
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException
            or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // What came from there ends nobody but itself.
            await Routes.Refuse(call.Http, StatusCodes.Status400BadRequest, new(
                "The request cannot be read.", "Send whole texts of the six state files."))
                .ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>The order with the texts in force, which are those that it was made from.
    /// </summary>
    /// <returns>Null: it was refused.</returns>
    public static async Task<(ProposalOrder, StateSet)?> ReadAsync(
        Call call, IMachine machine, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.ProposalOrder, cancel)
            .ConfigureAwait(false);
        if (order.Fault() is { } fault)
        {
            await Routes.Refuse(call.Http, StatusCodes.Status400BadRequest, new(
                fault, "Send whole texts of the six state files.")).ConfigureAwait(false);
            return null;
        }
        var (generation, files) = await machine.CurrentAsync(cancel).ConfigureAwait(false);
        if (order.BaseGeneration != generation)
        {
            await Routes.Refuse(call.Http, StatusCodes.Status409Conflict, new(
                $"The state is at generation {generation} meanwhile.",
                "Read it again.")).ConfigureAwait(false);
            return null;
        }
        return (order, files);
    }
}
