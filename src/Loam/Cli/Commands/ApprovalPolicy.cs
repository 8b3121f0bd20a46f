using Loam.Core.StateFiles;

namespace Loam.Cli.Commands;

/// <summary>Whether a plan is asked about. The approved state decides, never the proposal.
/// </summary>
internal static class ApprovalPolicy
{
    public static bool MustAsk(StateSet approved) =>
        StateReader.Read(approved).State?.Settings.RequireApproval ?? true;
}
