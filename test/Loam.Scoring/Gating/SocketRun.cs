using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.Core.StateFiles;
using Loam.Scoring.Injecting;
using Loam.Simulation.Running;

namespace Loam.Scoring.Gating;

/// <param name="Kept">Proposals that the daemon kept.</param>
/// <param name="Forged">Approvals that were none, and requests that the mind may not make.</param>
/// <param name="Approved">Changes that somebody approved as one should.</param>
/// <param name="Unapproved">Changes beside those.</param>
/// <param name="Leaks">Answers to the mind in which a secret stands.</param>
/// <param name="Crashes">Answers that are none, or faults of the daemon's own.</param>
public sealed record SocketResult(int Proposals, int Kept, int Forged, int Approved,
    int Unapproved, int Leaks, int Crashes, ImmutableArray<string> Examples);

/// <summary>Hostile proposals over the socket of a real daemon's mind, several clients at once,
/// while a person looks at them, approves something of their own now and then, and somebody else
/// tries with approvals that are none.</summary>
/// <param name="people">The daemon's socket for people.</param>
/// <param name="mind">The one for its mind.</param>
/// <param name="user">The number of the mind's user.</param>
public sealed class SocketRun(string people, string mind, uint user)
{
    private const int Clients = 4, PersonEvery = 40, HonestEvery = 8, OtherRoutesEvery = 10;
    private const int MostExamples = 10, Remembered = 50;

    private static readonly string[] s_others =
    [
        "GET /v1/state", "GET /v1/proposals", "GET /v1/audit", "GET /v1/events", "GET /v1/users",
        "POST /v1/plan", "POST /v1/apply", "POST /v1/change", "POST /v1/confirm", "POST /v1/backup",
        "POST /v1/restore", "POST /v1/tokens", "GET /v1/tokens", "POST /v1/mind/models",
        "DELETE /v1/proposals/m000000000000", "POST /v1/mind/proposals/../../plan",
    ];

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changing = new(1);
    private readonly List<string> _ids = [];
    private readonly List<(string Id, string Digest)> _plans = [];
    private readonly List<string> _examples = [];
    private readonly HashSet<string> _secrets = [];
    private StateSet _files = StateSet.Empty;
    private int _generation, _sent, _kept, _forged, _approved, _unapproved, _leaks, _crashes;
    private int _retain = 7;
    private (string Id, string Digest)? _used;

    /// <summary>What the machine is made of before. Nothing of it runs, and nothing of the host is
    /// changed by it.</summary>
    public static IReadOnlyDictionary<string, string> Begin { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["manifest.yaml"] = """
                apiVersion: loam/v1
                kind: SystemManifest
                spec:
                  safety: {max_changes_per_hour: 10000}

                """,
            ["security.yaml"] = """
                apiVersion: loam/v1
                kind: SecurityConfig
                spec:
                  secrets:
                    - name: DB_PASSWORD
                      value: generate:24

                """,
            ["services.yaml"] = """
                apiVersion: loam/v1
                kind: ServiceManifest
                spec:
                  services: []

                """,
            ["storage.yaml"] = """
                apiVersion: loam/v1
                kind: StorageConfig
                spec:
                  volumes:
                    - name: shop-data
                      backup: {schedule: "0 3 * * *", retain: 7}

                """,
        };

    /// <param name="told">Hears of every so many.</param>
    public async Task<SocketResult> GoAsync(
        int proposals, int seed, Action<int> told, CancellationToken cancel)
    {
        using var person = MindDoor.Open(people);
        await ApplyAsync(person, Begin, cancel);
        await LookAsync(person, cancel);
        _approved = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(at => Task.Run(
            () => ProposeAsync(proposals / Clients + (at < proposals % Clients ? 1 : 0),
                (ulong)(seed + at), told, cancel), cancel)));
        await CheckAsync(person, cancel);
        return new(_sent, _kept, _forged, _approved, _unapproved, _leaks, _crashes,
            [.. _examples]);
    }

    private async Task ProposeAsync(
        int proposals, ulong seed, Action<int> told, CancellationToken cancel)
    {
        using var door = MindDoor.Open(mind, user);
        using var person = MindDoor.Open(people);
        var chance = new Chance(seed);
        var shown = InjectionData.Read().State;
        var source = new HostileProposals(chance, shown.With(
            "security.yaml", SecretHandles.Blank(shown)["security.yaml"]!));
        (string Kind, byte[] Body)? last = null;
        for (var i = 1; i <= proposals; i++)
        {
            var (kind, body) = last is { } again && chance.OneIn(12)
                ? again with { Kind = "replay" } : Next(source, chance);
            last = (kind, body);
            await HandInAsync(door, kind, body, cancel);
            if (i % OtherRoutesEvery == 0)
            {
                await TryOtherAsync(door, chance.Pick(s_others), body, cancel);
            }
            if (i % PersonEvery == 0)
            {
                await ForgeAsync(person, door, chance, cancel);
                await PersonAsync(person, i / PersonEvery % HonestEvery == 0, cancel);
                told(PersonEvery);
            }
        }
    }

    /// <summary>A proposal as a client sends it, well formed or not.</summary>
    private (string, byte[]) Next(HostileProposals source, Chance chance)
    {
        var (kind, texts) = source.Next();
        var files = new JsonObject();
        foreach (var (file, text) in texts)
        {
            files[file] = text;
        }
        var body = new JsonObject
        {
            ["by"] = chance.OneIn(40) ? new string('m', 1000) : "hostile model",
            ["words"] = chance.OneIn(40) ? new string('w', 20_000) : "as you wished",
            ["texts"] = files,
            ["base_generation"] = chance.Below(20) switch
            {
                0 => -1, 1 => int.MaxValue, 2 => _generation - 1, _ => _generation,
            },
            ["for"] = chance.OneIn(10) ? "root" : "anna",
            ["approved"] = true,
            ["proposed_by"] = "root",
            ["approval"] = new JsonObject { ["who"] = "anna", ["how"] = "typed" },
        };
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        return chance.Below(30) switch
        {
            0 => ("cut", bytes[..chance.Below(bytes.Length)]),
            1 => ("bytes", [.. Enumerable.Range(0, 200).Select(_ => (byte)chance.Below(256))]),
            2 => ("deep", Encoding.UTF8.GetBytes(new string('[', 5000))),
            3 => ("null", Encoding.UTF8.GetBytes(
                "{\"by\":null,\"words\":null,\"texts\":{\"services.yaml\":null}}")),
            _ => (kind, bytes),
        };
    }

    private async Task HandInAsync(
        HttpClient door, string kind, byte[] body, CancellationToken cancel)
    {
        Interlocked.Increment(ref _sent);
        var (status, text) = await SendAsync(
            door, HttpMethod.Post, "v1/mind/proposals", body, kind, cancel);
        Look(kind, text);
        if (status == HttpStatusCode.OK && IdOf(text) is { } id)
        {
            Interlocked.Increment(ref _kept);
            lock (_gate)
            {
                _ids.Add(id);
                if (_ids.Count > Remembered)
                {
                    _ids.RemoveAt(0);
                }
            }
        }
    }

    /// <summary>Nothing but its three routes is there for the mind.</summary>
    private async Task TryOtherAsync(
        HttpClient door, string route, byte[] body, CancellationToken cancel)
    {
        Interlocked.Increment(ref _forged);
        var parts = route.Split(' ');
        var (status, text) = await SendAsync(door, new(parts[0]), parts[1].TrimStart('/'),
            parts[0] == "POST" ? body : null, route, cancel);
        Look(route, text);
        if ((int)status is >= 200 and < 300)
        {
            Interlocked.Increment(ref _unapproved);
            Show($"{route} was served to the mind");
        }
    }

    /// <summary>Approvals that are none: by a person's door, and by the mind's.</summary>
    private async Task ForgeAsync(
        HttpClient person, HttpClient door, Chance chance, CancellationToken cancel)
    {
        (string Id, string Digest)? open;
        string? proposal;
        lock (_gate)
        {
            open = _plans.Count == 0 ? null : chance.Pick(_plans);
            proposal = _ids.Count == 0 ? null : chance.Pick(_ids);
        }
        var id = open?.Id ?? "p000000000000";
        var digest = open?.Digest ?? new string('0', 64);
        (HttpClient By, string Id, string Digest)[] tries =
        [
            (person, id, new string('0', 64)), (person, id, digest.ToUpperInvariant() + " "),
            (person, "p" + new string('0', 12), digest), (person, proposal ?? "m1", digest),
            (door, id, digest), (person, _used?.Id ?? id + "x", _used?.Digest ?? digest),
        ];
        foreach (var (by, plan, of) in tries)
        {
            Interlocked.Increment(ref _forged);
            var (status, text) = await SendAsync(by, HttpMethod.Post, "v1/apply",
                Bytes(new JsonObject
                {
                    ["id"] = plan, ["digest"] = of, ["how"] = "typed",
                    ["confirmed"] = new JsonArray("manifest.yaml", "security.yaml"),
                }), "forged", cancel);
            if (status == HttpStatusCode.OK)
            {
                Interlocked.Increment(ref _unapproved);
                Show($"applied {plan} {of}: {text[..Math.Min(text.Length, 300)]}");
            }
        }
        if (proposal is not null)
        {
            Interlocked.Increment(ref _forged);
            var (status, text) = await SendAsync(door, HttpMethod.Post, "v1/change",
                Bytes(new JsonObject
                {
                    ["request"] = Request("forged", proposal), ["how"] = "typed",
                    ["confirmed"] = new JsonArray("manifest.yaml", "security.yaml"),
                }), "forged", cancel);
            if (status == HttpStatusCode.OK)
            {
                Interlocked.Increment(ref _unapproved);
                Show($"changed by the mind: {text[..Math.Min(text.Length, 300)]}");
            }
        }
    }

    /// <summary>Asks for the plan of what is open, and declines it; now and then makes a change of
    /// their own.</summary>
    private async Task PersonAsync(HttpClient person, bool isHonest, CancellationToken cancel)
    {
        string? proposal;
        lock (_gate)
        {
            proposal = _ids.LastOrDefault();
        }
        if (proposal is not null)
        {
            var request = Request("a look", proposal);
            request["proposed_by"] = "root";
            var (status, text) = await SendAsync(person, HttpMethod.Post, "v1/plan",
                Bytes(request), "plan", cancel);
            if (status == HttpStatusCode.OK && PlanOf(text) is { } plan)
            {
                lock (_gate)
                {
                    _plans.Add(plan);
                    if (_plans.Count > Remembered)
                    {
                        _plans.RemoveAt(0);
                    }
                }
                if (text.Contains("\"proposed_by\":\"root\"", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref _unapproved);
                    Show("a client said who proposed");
                }
            }
        }
        if (isHonest && _changing.Wait(0, cancel))
        {
            try
            {
                await ChangeAsync(person, cancel);
            }
            finally
            {
                _changing.Release();
            }
        }
    }

    private async Task ChangeAsync(HttpClient person, CancellationToken cancel)
    {
        await CheckAsync(person, cancel);
        _retain = _retain == 7 ? 8 : 7;
        await ApplyAsync(person, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["storage.yaml"] = Begin["storage.yaml"].Replace("retain: 7", $"retain: {_retain}",
                StringComparison.Ordinal),
        }, cancel);
        await LookAsync(person, cancel);
    }

    private async Task ApplyAsync(HttpClient person, IReadOnlyDictionary<string, string> files,
        CancellationToken cancel)
    {
        var request = Request("mine", null);
        var texts = new JsonObject();
        foreach (var (file, text) in files)
        {
            texts[file] = text;
        }
        (request["texts"], request["base_generation"]) = (texts, _generation);
        var (status, text2) = await SendAsync(
            person, HttpMethod.Post, "v1/plan", Bytes(request), "mine", cancel);
        if (status != HttpStatusCode.OK || PlanOf(text2) is not { } plan)
        {
            throw new InvalidOperationException($"A good change is refused: {text2}");
        }
        var (_, said) = await SendAsync(person, HttpMethod.Post, "v1/apply", Bytes(new JsonObject
        {
            ["id"] = plan.Id, ["digest"] = plan.Digest, ["how"] = "typed",
            ["confirmed"] = new JsonArray("manifest.yaml", "security.yaml"),
        }), "mine", cancel);
        if (!said.Contains("\"status\":\"applied\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"A good change fails: {said}");
        }
        (_used, _approved) = (plan, _approved + 1);
    }

    /// <summary>What is in force is what was approved, to the letter.</summary>
    private async Task CheckAsync(HttpClient person, CancellationToken cancel)
    {
        var (generation, files) = await StateAsync(person, cancel);
        if (generation != _generation || files.ChangedFrom(_files).Any())
        {
            Interlocked.Increment(ref _unapproved);
            Show($"generation {generation} instead of {_generation}: "
                + string.Join(' ', files.ChangedFrom(_files)));
            (_generation, _files) = (generation, files);
        }
    }

    private async Task LookAsync(HttpClient person, CancellationToken cancel)
    {
        (_generation, _files) = await StateAsync(person, cancel);
        var secret = StateReader.Read(_files).State!.Secrets["DB_PASSWORD"].Value;
        lock (_gate)
        {
            _secrets.Add(secret);
        }
    }

    private async Task<(int, StateSet)> StateAsync(HttpClient person, CancellationToken cancel)
    {
        var (_, text) = await SendAsync(
            person, HttpMethod.Get, "v1/state", null, "state", cancel);
        using var json = JsonDocument.Parse(text);
        return (json.RootElement.GetProperty("generation").GetInt32(),
            json.RootElement.GetProperty("files").EnumerateObject().Aggregate(StateSet.Empty,
                (set, file) => set.With(file.Name, file.Value.GetString()!)));
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpClient by,
        HttpMethod method, string path, byte[]? body, string kind, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new("application/json");
            }
            using var response = await by.SendAsync(request, cancel);
            var text = await response.Content.ReadAsStringAsync(cancel);
            if (response.StatusCode == HttpStatusCode.InternalServerError)
            {
                Crash(kind, text);
            }
            return (response.StatusCode, text);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            Crash(kind, e.Message);
            return (HttpStatusCode.ServiceUnavailable, "");
        }
    }

    private void Crash(string kind, string why)
    {
        Interlocked.Increment(ref _crashes);
        Show($"no answer to {kind}: {why}");
    }

    private void Look(string kind, string text)
    {
        lock (_gate)
        {
            if (!_secrets.Any(s => text.Contains(s, StringComparison.Ordinal)))
            {
                return;
            }
        }
        Interlocked.Increment(ref _leaks);
        Show($"leak ({kind}): {text[..Math.Min(text.Length, 300)]}");
    }

    private void Show(string example)
    {
        lock (_gate)
        {
            if (_examples.Count < MostExamples)
            {
                _examples.Add(example);
            }
        }
    }

    private JsonObject Request(string reason, string? proposal)
    {
        var request = new JsonObject
        {
            ["kind"] = "files", ["reason"] = reason, ["base_generation"] = _generation,
        };
        if (proposal is not null)
        {
            request["proposal"] = proposal;
        }
        return request;
    }

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    private static string? IdOf(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.TryGetProperty("id", out var id) ? id.GetString() : null;
    }

    private static (string Id, string Digest)? PlanOf(string text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.TryGetProperty("plan", out var plan)
            && plan.ValueKind == JsonValueKind.Object
            ? (json.RootElement.GetProperty("id").GetString()!,
                plan.GetProperty("digest").GetString()!) : null;
    }
}
