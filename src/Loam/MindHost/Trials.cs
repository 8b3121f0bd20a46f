using System.Collections.Immutable;
using System.Security.Cryptography;
using Loam.Api;
using Loam.Cli;
using Loam.Core.StateFiles;
using Loam.Mind.Evaluating;
using Loam.Mind.Gateway;
using Loam.Mind.Thinking;

namespace Loam.MindHost;

/// <summary>Which models there are, and what one makes of texts that are nobody's machine: with the
/// keys, the budget and the ways of this one, and nothing is proposed to the daemon.</summary>
internal sealed class Trials(DaemonClient daemon, Models models, TimeProvider time)
{
    private const int NonceBytes = 6;

    public async Task ListAsync(Func<FromMind, Task> say, CancellationToken cancel)
    {
        var given = await daemon.MindModelsAsync(cancel).ConfigureAwait(false);
        var gateway = models.Of(given, out var use);
        using var held = use;
        await say(new("models")
        {
            Models = [.. gateway.Models.Select(m => new ModelLine(m.ToString(),
                m.Privacy == PrivacyClass.Cloud, m.Price?.Input, m.Price?.Output))],
        }).ConfigureAwait(false);
        await say(new("done")).ConfigureAwait(false);
    }

    public async Task RunAsync(ToMind asked, Func<FromMind, Task> say, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var given = await daemon.MindModelsAsync(cancel).ConfigureAwait(false);
        var files = asked.Files!.Aggregate(
            StateSet.Empty, (set, file) => set.With(file.Key, file.Value));
        try
        {
            var gateway = models.Of(given, out var use);
            using var held = use;
            if (asked.Only is { } only)
            {
                gateway = gateway.Only(only);
            }
            var result = await new Trial(gateway, models.Asking,
                given.Environment.Over(given.Settings)).RunAsync(files, asked.Turns!.Value,
                () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes)),
                asked.MaySend, cancel).ConfigureAwait(false);
            await say(new("trial")
            {
                Outcome = Word(result.Kind), Content = result.Words, Files = result.Files,
            }).ConfigureAwait(false);
            await say(new("done")
            {
                By = result.By, Cost = result.Cost,
                TookMs = Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 1),
            }).ConfigureAwait(false);
        }
        catch (ModelException fault)
        {
            await say(new("error") { Message = fault.Message, Remedy = fault.Advice })
                .ConfigureAwait(false);
        }
    }

    public static string Word(ThoughtKind kind) => kind.ToString().ToLowerInvariant();
}
