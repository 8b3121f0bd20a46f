using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Confinement;

/// <summary>Starts one by <see cref="Verb"/>, on a thread that lives as long: a confined process
/// ends with the thread that started it.</summary>
public static class ConfinedProcess
{
    /// <summary>The verb of our program that becomes another, confined.</summary>
    public const string Verb = "confine";

    /// <summary>Nothing of the daemon's own gets in.</summary>
    private static readonly Dictionary<string, string> s_environment = new(StringComparer.Ordinal)
    {
        ["LANG"] = "C.UTF-8",
        ["HOME"] = "/nonexistent",
        ["PATH"] = "/nonexistent",
    };

    /// <param name="loam">Absolute path of our program.</param>
    /// <param name="arguments">Of the program, without its name.</param>
    /// <param name="logFile">What it writes.</param>
    /// <param name="given">What it has as files from 3 on.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Its exit code; of a signal, 128 and its number.</returns>
    /// <exception cref="HostException">It cannot be started. Exhausted: its folder holds too much,
    /// and it was ended for that, or not begun.</exception>
    public static async Task<int> RunAsync(string loam, Confined confined,
        IReadOnlyList<string> arguments, string logFile, IReadOnlyList<SafeHandle> given,
        CancellationToken cancel)
    {
        OwnSpace.Prune(
            confined.Home, confined.Space, Limits.ConfinedFiles, confined.Keeps.Contains);
        var group = ControlGroup.Make(string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(confined.Doors)}-{confined.User}"), confined.Memory,
            Confined.Threads);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var looking = UntilFullAsync(() => OwnSpace.Fault(
            confined.Home, confined.Space, Limits.ConfinedFiles), Limits.ConfinedLook, end);
        try
        {
            var exit = await StartAsync(loam, confined with { Groups = group?.Folders ?? [] },
                arguments, logFile, given, end.Token).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
            return await looking.ConfigureAwait(false) is { } fault
                ? throw new HostException(Fault.Exhausted, fault,
                    "What it may not keep is taken away when it begins again.") : exit;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            group?.Remove();
        }
    }

    /// <summary>Ends it when its folder holds too much, or nobody can say how much.</summary>
    /// <param name="look">Why it is too much, a sentence; null: it is not.</param>
    /// <returns>Why, a sentence; null: it ended otherwise.</returns>
    internal static async Task<string?> UntilFullAsync(
        Func<string?> look, TimeSpan pause, CancellationTokenSource end)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                await Task.Delay(pause, end.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (look() is { } fault)
                {
                    return fault;
                }
            }
            return null;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task<int> StartAsync(string loam, Confined confined,
        IReadOnlyList<string> arguments, string logFile, IReadOnlyList<SafeHandle> given,
        CancellationToken cancel)
    {
        var begun = new TaskCompletionSource<int>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<int>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                var pid = DetachedProcess.Start(loam, Line(confined, arguments), s_environment,
                    logFile, given);
                begun.SetResult(pid);
                ended.SetResult(DetachedProcess.Await(pid));
            }
            catch (Win32Exception error)
            {
                begun.SetException(new HostException(Fault.Unavailable,
                    $"{loam} cannot be started: {error.Message}"));
            }
        })
        {
            IsBackground = true, Name = "confined",
        }.Start();
        var pid = await begun.Task.ConfigureAwait(false);
        await using var stop = cancel.Register(() => DetachedProcess.End(pid))
            .ConfigureAwait(false);
        return await ended.Task.ConfigureAwait(false);
    }

    private static List<string> Line(Confined confined, IReadOnlyList<string> arguments) =>
    [
        Verb, "--user", $"{confined.User}", "--doors", confined.Doors, "--own", confined.Home,
        "--memory", $"{confined.Memory}",
        .. confined.Groups.SelectMany(g => (string[])["--group", g]),
        .. confined.Readable.SelectMany(r => (string[])["--read", r]),
        .. confined.Shown.SelectMany(s => (string[])["--show", $"{s.Name}={s.Path}"]),
        .. confined.IsPatient ? (string[])["--patient"] : [],
        "--", confined.Program, .. arguments,
    ];
}
