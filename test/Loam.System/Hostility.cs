using Loam.Scoring.Gating;
using Loam.System.Harness;

namespace Loam.System;

/// <summary>Hostile proposals over the real socket of a real mind, a part of
/// <c>./dev bench gate --socket</c>.</summary>
[NeedsRemote]
public sealed class Hostility : IAsyncLifetime
{
    private const int Proposals = 400;

    private Instance? _loam;

    public async Task InitializeAsync()
    {
        if (new NeedsRemoteAttribute().Missing() is not null)
        {
            return;
        }
        await TestFolder.SweepOnceAsync();
        var home = TestFolder.Make(TestFolder.Story);
        _loam = new(home, "private", Environment.GetEnvironmentVariable("LOAM_MIRROR")!,
            Apart.Prefix(Path.Combine(home.Path, "apart")));
        await _loam.StartAsync();
    }

    public async Task DisposeAsync() => await (_loam?.DisposeAsync() ?? default);

    [NeedingFact]
    public async Task Nothing_comes_in_over_the_minds_socket_but_what_somebody_approves()
    {
        var paths = _loam!.Paths;
        var user = uint.Parse((await Shell.RunAsync(
            "stat", "-c", "%g", paths.MindDaemonSocket)).ShouldEnd(0).Output.Trim());
        var run = await new SocketRun(paths.Socket, paths.MindDaemonSocket, user).GoAsync(
            Proposals, 7, _ => { }, CancellationToken.None);
        run.Examples.ShouldBeEmpty();
        (run.Unapproved, run.Leaks, run.Crashes).ShouldBe((0, 0, 0));
        run.Proposals.ShouldBe(Proposals);
        run.Kept.ShouldBeGreaterThan(0);
        run.Forged.ShouldBeGreaterThan(0);
        (await _loam.RunAsync("status")).ShouldEnd(0);
    }
}
