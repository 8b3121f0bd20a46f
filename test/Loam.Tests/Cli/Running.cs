using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Loam.Api;
using Loam.Api.Tokens;
using Loam.Cli;
using Loam.Core.Reconciling;
using Loam.Drivers.Auditing;
using Loam.Drivers.Files;
using Loam.Mind.Scoping;
using Loam.Tests.Files;

namespace Loam.Tests.Cli;

/// <summary>The real API on a real socket before a machine of texts, and the real command line
/// in front of it.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly Scratch _scratch = new();
    private ApiServer? _server;

    public FakeMachine Machine { get; } = new();
    public FakeJobs Jobs { get; } = new();
    public FakeBackups Backups { get; } = new();
    public FakeMessages Messages { get; } = new();
    public FakeBans Bans { get; } = new();
    public List<LogEntry> Log { get; } = [];
    public InstancePaths Paths => _scratch.Paths with { RunDir = _scratch.Root };
    public string Socket => Paths.Socket;
    public List<AuditLine> Audit { get; } = [];
    public string this[string file] => _scratch[file];

    public static async Task<Running> StartAsync(Func<Socket, Peer?>? peerOf = null)
    {
        var running = new Running();
        await using var room = WaitingRoom.Open(
            running.Socket, "its engine", peerOf ?? (_ => new Peer(0, [], "ada")));
        await running.ArriveAsync(room);
        return running;
    }

    /// <summary>One whose daemon is not there yet.</summary>
    public static Running Awaited() => new();

    /// <summary>The daemon takes the place of whoever answered for it.</summary>
    public async Task ArriveAsync(WaitingRoom before) =>
        _server = await ApiServer.StartAsync(Surface, before, Time, default);

    public IReadOnlyList<Route> Table => new Routes(Surface, TimeProvider.System, default).Table;

    private Surface Surface => new(Machine, Jobs, Backups, Messages, Bans,
        most => [.. Audit.Take(most)], "age1recipient", () => null, LogsAsync)
    {
        Mind = new FakeMindSide(Machine, this["mind.sock"]),
        Tokens = Tokens, Web = new FakeWebSide(this["web.sock"]),
        Failed = (what, _) => Failed.Add(what),
        ScopeOf = (order, _) => Task.FromResult(ScopeReader.Read(order.State, order.Said)),
        Tell = Told.Add,
    };

    /// <summary>What persons may do; whoever is not in it may do nothing.</summary>
    public Dictionary<string, Rights> Persons { get; } = new()
    {
        ["ada"] = Peer.All, ["eve"] = Rights.View,
    };

    /// <summary>What the API told of.</summary>
    public List<MachineEvent> Told { get; } = [];

    /// <summary>What failed by a fault of ours.</summary>
    public List<string> Failed { get; } = [];

    public FakeTime Time { get; } = new();

    public FakeAudit Recorded { get; } = new();

    public TokenBook Tokens => field ??= new(new(this["tokens.json"]),
        name => Persons.GetValueOrDefault(name), Recorded, Time);

    /// <summary>Waits until something holds, ten seconds at most.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        for (var tries = 0; tries < 1000 && !holds(); tries++)
        {
            await Task.Delay(10);
        }
        holds().ShouldBeTrue();
    }

    public async Task<Said> LoamAsync(params string[] args) => await LoamAsync("", false, args);

    /// <param name="typed">What a person types; with a terminal, questions are asked.</param>
    public async Task<Said> LoamAsync(string typed, bool asks, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(new StringReader(typed), output, error, asks, false,
            new(80, false, true, true));
        var exit = await CommandLineApp.RunAsync(
            args, terminal, _ => Paths, TimeProvider.System, default);
        return new(exit, output.ToString(), error.ToString());
    }

    private async IAsyncEnumerable<LogEntry> LogsAsync(string service, int tail, bool follow,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var entry in Log.TakeLast(tail))
        {
            yield return entry;
        }
        if (follow)
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        _scratch.Dispose();
    }
}

internal sealed record Said(ExitCode Exit, string Output, string Error);
