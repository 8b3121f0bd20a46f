using System.Text;
using System.Text.Json;
using Loam.Api;
using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Drivers.Confinement;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>Has a process read what a person's words cover, for proposals of programs. It is
/// started for each question, confined, without any socket; it sees the words and the approved
/// texts, and nothing that a model or a program wrote (decision 0103).</summary>
/// <param name="loam">Absolute path of our program.</param>
/// <param name="user">Number of its user.</param>
internal sealed class ScopeSide(InstancePaths paths, string loam, uint user, EventLog events,
    TimeProvider time)
{
    /// <summary>The verb of our program that reads them.</summary>
    public const string Verb = "scope";

    private const string Failed = "scope.failed";
    private const int LongestWhy = 200;

    private readonly SemaphoreSlim _turn = new(1);

    public static ScopeOf Of(
        InstancePaths paths, string instance, EventLog events, TimeProvider time) =>
        new ScopeSide(paths, Environment.ProcessPath!, ConfinedUser.Scope.Of(instance), events,
            time).ReadAsync;

    /// <summary>What they cover; nothing where it cannot be found out.</summary>
    public async Task<Scope> ReadAsync(ScopeOrder order, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(Limits.ScopePatience);
        try
        {
            return await AskAsync(order, bounded.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HostException or IOException or UnauthorizedAccessException
            or JsonException)
        {
            cancel.ThrowIfCancellationRequested();
            events.Add(new(0, time.GetUtcNow(), Failed)
            {
                Message = "What a person's words cover could not be found out, so that all of a "
                    + "proposal counts as not asked for.", Error = e.Message,
            });
            return Scope.Nothing;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Scope> AskAsync(ScopeOrder order, CancellationToken cancel)
    {
        ConfinedFolders.Prepare(paths.ScopeDoors, paths.ScopeDir, user);
        File.Delete(paths.ScopeAnswer);
        AtomicFile.Write(paths.ScopeAsked,
            JsonSerializer.SerializeToUtf8Bytes(order, LoamJson.Default.ScopeOrder), 0x180); // 0600
        using var asked = File.OpenHandle(paths.ScopeAsked);
        try
        {
            var exit = await ConfinedProcess.RunAsync(loam,
                new(loam, user, paths.ScopeDoors, paths.ScopeDir), [Verb], paths.ScopeAnswer,
                [asked], cancel).ConfigureAwait(false);
            var answer = AtomicFile.Read(paths.ScopeAnswer, Limits.ScopeBytes);
            return exit == 0 && answer is not null
                && JsonSerializer.Deserialize(answer, LoamJson.Default.Scope) is { } scope
                    ? scope : throw Failure(exit, answer);
        }
        finally
        {
            File.Delete(paths.ScopeAsked);
            File.Delete(paths.ScopeAnswer);
        }
    }

    /// <param name="said">What it wrote, first of all why; null: nothing.</param>
    private static HostException Failure(int exit, byte[]? said)
    {
        var why = string.Concat(Encoding.UTF8.GetString(said ?? []).Trim().Split('\n')[0]
            .Take(LongestWhy).Select(c => char.IsControl(c) ? ' ' : c));
        return new(Fault.Unavailable,
            why.Length == 0 ? $"It ended with {exit}." : $"It ended with {exit}: {why}");
    }
}
