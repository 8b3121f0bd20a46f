using System.Net.Sockets;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Simulation.Running;
using Loam.Supervision;
using Loam.Tests.Conformance;
using Loam.Tests.Files;

namespace Loam.Tests.Supervision;

/// <summary>A mind whose folders cannot be made is a mind less, and no daemon less.</summary>
[NeedsRoot]
public sealed class MindSideTests : IDisposable
{
    private readonly World _world = new(1);
    private readonly Scratch _scratch = new();
    private readonly EventLog _events = new(TimeProvider.System);

    private InstancePaths Paths => _scratch.Paths;

    public MindSideTests()
    {
        Directory.CreateDirectory(Paths.DataDir);
        Directory.CreateDirectory(Paths.RunDir);
    }

    public void Dispose() => _scratch.Dispose();

    [NeedingFact]
    public void What_cannot_be_made_is_told()
    {
        File.WriteAllText(Paths.MindDir, "");
        using (var side = Open())
        {
            side.ShouldNotBeNull();
        }
        Told().ShouldHaveSingleItem().ShouldContain(Paths.MindDir);

        Directory.Delete(Paths.MindDoors, recursive: true);
        File.WriteAllText(Paths.MindDoors, "");
        using var none = Open();
        none.ShouldBeNull();
        Told().Count.ShouldBe(2);
    }

    [NeedingFact]
    public async Task Whoever_speaks_to_it_hears_that_it_cannot_be_started()
    {
        File.WriteAllText(Paths.MindDir, "");
        using var stop = new CancellationTokenSource();
        var watch = new MindWatch(Paths, "/nonexistent/loam", 0, _events, TimeProvider.System)
            .RunAsync(stop.Token);
        using var person = new Socket(AddressFamily.Unix, SocketType.Stream, default);
        for (var i = 0; i < 100 && !person.Connected; i++)
        {
            try
            {
                person.Connect(new UnixDomainSocketEndPoint(Paths.MindSocket));
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
        var said = new byte[4096];
        var length = await person.ReceiveAsync(said);
        Encoding.UTF8.GetString(said, 0, length).ShouldContain("\"error\"");
        Told().ShouldHaveSingleItem().ShouldContain(Paths.MindDir);
        watch.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => watch);
    }

    private MindSide? Open() => MindSide.Open(_world.Machine, Paths,
        "0badcafe-0000-4000-8000-000000000000", _world.Vault, _events, TimeProvider.System);

    private List<string> Told() => [.. _events.Kept().Where(e => e.Type == "mind.failed")
        .Select(e => e.Message!)];
}
