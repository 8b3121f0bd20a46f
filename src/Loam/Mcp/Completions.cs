using Loam.Cli;
using Loam.Core.Catalog;
using ModelContextProtocol.Protocol;

namespace Loam.Mcp;

/// <summary>How an argument of a prompt, or of a resource's address, may go on.</summary>
internal sealed class Completions(Desk desk)
{
    /// <summary>As the protocol has it.</summary>
    private const int Most = 100;

    private const int LongestBegun = 200;

    /// <summary>What there is and begins so; of what cannot be completed, nothing.</summary>
    public async Task<CompleteResult> CompleteAsync(
        CompleteRequestParams? asked, CancellationToken cancel)
    {
        var begun = asked?.Argument?.Value ?? "";
        var all = begun.Length > LongestBegun ? []
            : await AllAsync(asked, cancel).ConfigureAwait(false);
        List<string> fitting = [.. all.Where(
            a => a.StartsWith(begun, StringComparison.OrdinalIgnoreCase))];
        return new()
        {
            Completion = new()
            {
                Values = [.. fitting.Take(Most)], Total = fitting.Count,
                HasMore = fitting.Count > Most,
            },
        };
    }

    private async Task<IEnumerable<string>> AllAsync(
        CompleteRequestParams? asked, CancellationToken cancel)
    {
        try
        {
            return (asked?.Ref, asked?.Argument?.Name) switch
            {
                (PromptReference { Name: "set_up_app" }, "app") =>
                    AppCatalog.All.Select(a => a.Name),
                (PromptReference { Name: "why_unhealthy" }, "service") =>
                    await ServicesAsync(cancel).ConfigureAwait(false),
                (ResourceTemplateReference { Uri: ResourceTable.Proposals }, "proposal") =>
                    await ProposalsAsync(cancel).ConfigureAwait(false),
                _ => [],
            };
        }
        catch (CommandFailure)
        {
            // Nobody can say: nothing is offered.
            return [];
        }
    }

    private async Task<IEnumerable<string>> ServicesAsync(CancellationToken cancel) =>
        (await desk.Client.StatusAsync(cancel).ConfigureAwait(false)).Services.Select(s => s.Name);

    private async Task<IEnumerable<string>> ProposalsAsync(CancellationToken cancel) =>
        (await desk.Client.OwnProposalsAsync(cancel).ConfigureAwait(false)).Proposals
            .Where(Desk.IsOurs).Select(p => p.Id);
}
