using Loam.Cli.Views;

namespace Loam.Cli.Commands;

/// <summary>One question before something is done, which <c>--yes</c> answers.</summary>
internal static class Consent
{
    public static async Task<bool> AskAsync(
        Invocation call, string question, CancellationToken cancel)
    {
        if (call.Yes)
        {
            return true;
        }
        if (call.Json || !call.Terminal.Asks)
        {
            call.Terminal.Complain(new Line(
                "Nothing was done: nobody is there to ask. Approve it with --yes."));
            return false;
        }
        var typed = await call.Terminal.AskAsync(new Line($"{question} ", Ink.Bold)
            .Add("[y]es · [n]o ").Add("› ", Ink.Accent), cancel).ConfigureAwait(false);
        var yes = typed?.Trim().ToLowerInvariant() is "y" or "yes";
        if (!yes)
        {
            call.Terminal.Write("Nothing was touched.");
        }
        return yes;
    }
}
