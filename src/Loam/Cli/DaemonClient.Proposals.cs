using Loam.Api;
using Loam.Core.Reconciling;

namespace Loam.Cli;

/// <summary>What is asked of the daemon about proposals.</summary>
internal sealed partial class DaemonClient
{
    public Task<ProposalAnswer> ProposeAsync(ProposalOrder order, CancellationToken cancel) =>
        PostAsync("/v1/mind/proposals", order, ApiJson.Default.ProposalOrder,
            ApiJson.Default.ProposalAnswer, cancel);

    public Task<ProposalsAnswer> ProposalsAsync(CancellationToken cancel) =>
        GetAsync("/v1/proposals", ApiJson.Default.ProposalsAnswer, cancel);

    /// <summary>Those that are for whoever asks.</summary>
    public Task<ProposalsAnswer> OwnProposalsAsync(CancellationToken cancel) =>
        GetAsync("/v1/proposals?own=1", ApiJson.Default.ProposalsAnswer, cancel);

    public Task<Proposed> ProposalAsync(string id, CancellationToken cancel) =>
        GetAsync($"/v1/proposals/{Uri.EscapeDataString(id)}", ApiJson.Default.Proposed, cancel);

    /// <summary>Texts that somebody else may have thought of, with handles where secrets stand.
    /// </summary>
    /// <param name="isKept">It is to wait for a person; else only its plan is asked for.</param>
    public Task<ProposalPlan> ProposeAsync(
        ProposalOrder order, bool isKept, CancellationToken cancel) =>
        PostAsync(isKept ? "/v1/proposals" : "/v1/proposal-plan",
            order, ApiJson.Default.ProposalOrder, ApiJson.Default.ProposalPlan, cancel);

    public Task<ProposalLine> DeclineAsync(string id, string? why, CancellationToken cancel) =>
        PostAsync($"/v1/decline/{Uri.EscapeDataString(id)}", new(why),
            ApiJson.Default.DeclineOrder, ApiJson.Default.ProposalLine, cancel);

    /// <summary>What became of a proposal, at once when it is over, else after so many seconds.
    /// </summary>
    public async Task<ProposalLine> OutcomeAsync(string id, int wait, CancellationToken cancel)
    {
        var path = $"/v1/outcome/{Uri.EscapeDataString(id)}?wait={wait}";
        using var reply = await SendAsync("GET", path, [], cancel).ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.ProposalLine, cancel).ConfigureAwait(false);
    }
}
