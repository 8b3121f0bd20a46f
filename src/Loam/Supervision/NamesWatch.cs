using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Confinement;
using Loam.Drivers.Containers.Native.Networking;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>Has a confined process answer containers that ask for names, where there are networks
/// of containers. The daemon makes the sockets and writes the table; it reads nothing of what is
/// asked.</summary>
/// <param name="sockets">For the process; closed with the watch.</param>
/// <param name="resolvConf">Where the host's name servers stand.</param>
/// <param name="loam">Absolute path of our program.</param>
/// <param name="user">Number of its user.</param>
internal sealed class NamesWatch(ContainerNetworks networks, Func<NameSockets> sockets,
    string resolvConf, InstancePaths paths, string loam, uint user, EventLog events,
    TimeProvider time)
{
    /// <summary>The verb of our program that answers.</summary>
    public const string Verb = "names";

    private const int Port = 53;
    private const uint Readable = 0x1a4; // 0644; the folder is shut to others

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>Two tables are written so far apart that their times differ.</summary>
    private static readonly TimeSpan s_apart = TimeSpan.FromMilliseconds(20);

    private readonly Confined _confined = new(loam, user, paths.NamesDoors, paths.NamesDir)
    {
        Memory = 256UL << 20,
    };

    public async Task RunAsync(CancellationToken stop)
    {
        ConfinedFolders.Prepare(paths.NamesDoors, paths.NamesDir, user);
        using var doors = new EndpointDoors(paths.NamesDoors, user);
        using var given = sockets();
        var pauses = new BackOff(s_pause, s_longest, calm: s_longest);
        var (pause, began) = (pauses.After(TimeSpan.Zero), time.GetTimestamp());
        Task<int> answering = Task.FromResult(0);
        var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            while (true)
            {
                var table = networks.Names.Current;
                var changed = networks.Names.ChangedAsync(table);
                var isOther = given.Follow(table.Networks);
                await WriteAsync(table, doors, stop);
                if (isOther)
                {
                    await end.CancelAsync();
                    await ((Task)answering).ConfigureAwait(
                        ConfigureAwaitOptions.SuppressThrowing);
                }
                else if (answering.IsCompleted && given.Networks > 0
                    && time.GetElapsedTime(began) > pause)
                {
                    pause = pauses.After(time.GetElapsedTime(began));
                    Tell(await answering);
                    isOther = true;
                }
                if (isOther && given.Networks > 0)
                {
                    end.Dispose();
                    end = CancellationTokenSource.CreateLinkedTokenSource(stop);
                    began = time.GetTimestamp();
                    answering = AnswerAsync(given, end.Token);
                }
                await Task.WhenAny(changed, Task.Delay(s_look, time, stop),
                    answering.IsCompleted ? changed : answering);
                stop.ThrowIfCancellationRequested();
                await Task.Delay(s_apart, time, stop);
            }
        }
        finally
        {
            await end.CancelAsync();
            await ((Task)answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            end.Dispose();
        }
    }

    private Task<int> AnswerAsync(NameSockets given, CancellationToken stop)
    {
        File.Delete(paths.NamesLog);
        return ConfinedProcess.RunAsync(loam, _confined,
            [Verb, "--table", paths.NamesTable, "--asking", $"{given.Asking}", "--networks",
                $"{given.Networks}"], paths.NamesLog, given.Handles, stop);
    }

    private async Task WriteAsync(NameTable table, EndpointDoors doors, CancellationToken stop)
    {
        var servers = File.Exists(resolvConf)
            ? HostResolvers.In(await File.ReadAllTextAsync(resolvConf, stop)) : [];
        var led = doors.Lead(servers.Select(s => new IPEndPoint(IPAddress.Parse(s), Port)));
        await networks.SetUpstreamsAsync(servers, stop);
        var text = JsonSerializer.SerializeToUtf8Bytes(table with
        {
            Upstreams = [.. servers.Select(s => new Upstream(
                s, led[new IPEndPoint(IPAddress.Parse(s), Port).ToString()]))],
        }, NetworkJson.Default.NameTable);
        if (AtomicFile.Read(paths.NamesTable, long.MaxValue) is not { } before
            || !before.AsSpan().SequenceEqual(text))
        {
            AtomicFile.Write(paths.NamesTable, text, Readable);
        }
    }

    private void Tell(int exit) => events.Add(new(0, time.GetUtcNow(), "names.failed")
    {
        Message = $"The process that answers containers' questions for names ended with {exit} and "
            + $"is started again; {paths.NamesLog} says more.",
    });
}
