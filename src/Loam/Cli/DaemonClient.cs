using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Loam.Api;
using Loam.Api.Conversing;
using Loam.Api.Tokens;
using Loam.Core.Backups;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Scheduling;
using Loam.Drivers.Booting;
using Loam.Drivers.Linux;

namespace Loam.Cli;

/// <summary>Speaks HTTP/1.1 to the daemon over its Unix socket, one connection a request. Our own
/// few lines, because the general client costs more start-up than all of <c>loam status</c>.
/// </summary>
/// <param name="token">Whose bearer speaks, with no more rights than it has; null: whoever runs
/// this process.</param>
internal sealed partial class DaemonClient(string socketPath, string? token = null)
{
    public string SocketPath { get; } = socketPath;

    /// <summary>True when something accepts connections there.</summary>
    public bool Answers()
    {
        try
        {
            using var socket = Connect();
            return true;
        }
        catch (CommandFailure)
        {
            return false;
        }
    }

    /// <summary>Also of a daemon that is starting, which knows nothing of the machine yet.
    /// </summary>
    public Task<MachineStatus> StatusNowAsync(CancellationToken cancel) =>
        GetAsync("/v1/status", ApiJson.Default.MachineStatus, cancel);

    /// <summary>The status as the daemon wrote it, in UTF-8.</summary>
    public async Task<ReadOnlyMemory<byte>> StatusJsonAsync(CancellationToken cancel)
    {
        using var reply = await SendAsync("GET", "/v1/status", [], cancel, waits: true)
            .ConfigureAwait(false);
        try
        {
            return await reply.Reader.BodyAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or BadReplyException)
        {
            throw Lost(e);
        }
    }

    public Task<StateAnswer> StateAsync(CancellationToken cancel) =>
        GetAsync("/v1/state", ApiJson.Default.StateAnswer, cancel);

    public Task<StateAnswer> GenerationAsync(int number, CancellationToken cancel) =>
        GetAsync($"/v1/generation/{number}", ApiJson.Default.StateAnswer, cancel);

    public Task<HistoryAnswer> HistoryAsync(int most, CancellationToken cancel) =>
        GetAsync($"/v1/history?most={most}", ApiJson.Default.HistoryAnswer, cancel);

    public async Task<string> RecipientAsync(CancellationToken cancel) =>
        (await GetAsync("/v1/recipient", ApiJson.Default.RecipientAnswer, cancel)
            .ConfigureAwait(false)).Recipient;

    public Task<JobsAnswer> JobsAsync(CancellationToken cancel) =>
        GetAsync("/v1/jobs", ApiJson.Default.JobsAnswer, cancel);

    public Task<AuditAnswer> AuditAsync(int most, CancellationToken cancel) =>
        GetAsync($"/v1/audit?most={most}", ApiJson.Default.AuditAnswer, cancel);

    public Task<CertificatesAnswer> CertificatesAsync(CancellationToken cancel) =>
        GetAsync("/v1/certificates", ApiJson.Default.CertificatesAnswer, cancel);

    public Task<UsersAnswer> UsersAsync(CancellationToken cancel) =>
        GetAsync("/v1/users", ApiJson.Default.UsersAnswer, cancel);

    /// <summary>Returns when the job has ended.</summary>
    public async Task<JobRun> RunJobAsync(string name, CancellationToken cancel)
    {
        using var reply = await SendAsync("POST", $"/v1/run-job/{Uri.EscapeDataString(name)}", [],
            cancel, waits: true).ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.JobRun, cancel).ConfigureAwait(false);
    }

    /// <summary>Asks the registries, and so takes its time.</summary>
    public async Task<UpdatesAnswer> UpdatesAsync(CancellationToken cancel)
    {
        using var reply = await SendAsync("GET", "/v1/updates", [], cancel, waits: true)
            .ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.UpdatesAnswer, cancel).ConfigureAwait(false);
    }

    public Task<NotifiersAnswer> NotifiersAsync(CancellationToken cancel) =>
        GetAsync("/v1/notify", ApiJson.Default.NotifiersAnswer, cancel);

    /// <param name="name">Null: everybody.</param>
    public async Task<NotifierTestAnswer> TestNotifierAsync(
        string? name, CancellationToken cancel)
    {
        var path = name is null ? "/v1/notify-test"
            : $"/v1/notify-test/{Uri.EscapeDataString(name)}";
        using var reply = await SendAsync("POST", path, [], cancel, waits: true)
            .ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.NotifierTestAnswer, cancel)
            .ConfigureAwait(false);
    }

    public Task<BansAnswer> BansAsync(CancellationToken cancel) =>
        GetAsync("/v1/bans", ApiJson.Default.BansAnswer, cancel);

    public Task<BansAnswer> BanAsync(BanOrder order, CancellationToken cancel) => PostAsync(
        "/v1/ban", order, ApiJson.Default.BanOrder, ApiJson.Default.BansAnswer, cancel);

    /// <param name="address">Null: everybody.</param>
    public async Task<BansAnswer> UnbanAsync(string? address, CancellationToken cancel)
    {
        using var reply = await SendAsync("POST", address is null ? "/v1/unban"
            : $"/v1/unban/{Uri.EscapeDataString(address)}", [], cancel).ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.BansAnswer, cancel).ConfigureAwait(false);
    }

    public async Task<SessionsAnswer> SessionsAsync(CancellationToken cancel)
    {
        using var reply = await SendAsync("GET", "/v1/sessions", [], cancel).ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.SessionsAnswer, cancel).ConfigureAwait(false);
    }

    public async Task<SessionsAnswer> ForgetSessionAsync(string name, CancellationToken cancel)
    {
        using var reply = await SendAsync("POST",
            $"/v1/forget-session/{Uri.EscapeDataString(name)}", [], cancel).ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.SessionsAnswer, cancel).ConfigureAwait(false);
    }

    public Task<TokensAnswer> TokensAsync(CancellationToken cancel) =>
        GetAsync("/v1/tokens", ApiJson.Default.TokensAnswer, cancel);

    public Task<TokenMade> AddTokenAsync(TokenOrder order, CancellationToken cancel) => PostAsync(
        "/v1/tokens", order, ApiJson.Default.TokenOrder, ApiJson.Default.TokenMade, cancel);

    public async Task<TokensAnswer> RevokeTokenAsync(string name, CancellationToken cancel)
    {
        using var reply = await SendAsync("POST",
            $"/v1/revoke-token/{Uri.EscapeDataString(name)}", [], cancel).ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.TokensAnswer, cancel).ConfigureAwait(false);
    }

    public Task<BackupsAnswer> BackupsAsync(CancellationToken cancel) =>
        GetAsync("/v1/backups", ApiJson.Default.BackupsAnswer, cancel);

    public IAsyncEnumerable<BackupLine> BackUpAsync(BackupOrder order, CancellationToken cancel) =>
        LinesAsync("POST", "/v1/backup",
            JsonSerializer.SerializeToUtf8Bytes(order, ApiJson.Default.BackupOrder),
            ApiJson.Default.BackupLine, cancel);

    public IAsyncEnumerable<BackupLine> DrillAsync(CancellationToken cancel) =>
        LinesAsync("POST", "/v1/drill", [], ApiJson.Default.BackupLine, cancel);

    public async Task<BackupKeyAnswer> BackupKeyAsync(CancellationToken cancel)
    {
        using var reply = await SendAsync("POST", "/v1/backup-key", [], cancel, waits: true)
            .ConfigureAwait(false);
        return await ReadAsync(reply, ApiJson.Default.BackupKeyAnswer, cancel)
            .ConfigureAwait(false);
    }

    public Task<RestorePlan> RestorePlanAsync(RestoreOrder order, CancellationToken cancel) =>
        PostAsync("/v1/restore-plan", order, ApiJson.Default.RestoreOrder,
            ApiJson.Default.RestorePlan, cancel);

    public IAsyncEnumerable<BackupLine> RestoreAsync(
        RestoreOrder order, CancellationToken cancel) => LinesAsync("POST", "/v1/restore",
            JsonSerializer.SerializeToUtf8Bytes(order, ApiJson.Default.RestoreOrder),
            ApiJson.Default.BackupLine, cancel);

    public Task<OsStatus> OsAsync(CancellationToken cancel) =>
        GetAsync("/v1/os", ApiJson.Default.OsStatus, cancel);

    public Task<OsPlan> OsPlanAsync(OsOrder order, CancellationToken cancel) => PostAsync(
        "/v1/os-plan", order, ApiJson.Default.OsOrder, ApiJson.Default.OsPlan, cancel);

    public IAsyncEnumerable<OsLine> OsApplyAsync(OsOrder order, CancellationToken cancel) =>
        LinesAsync("POST", "/v1/os-apply",
            JsonSerializer.SerializeToUtf8Bytes(order, ApiJson.Default.OsOrder),
            ApiJson.Default.OsLine, cancel);

    public async Task<string> ConfirmAsync(CancellationToken cancel)
    {
        using var reply = await SendAsync("POST", "/v1/confirm", [], cancel, waits: true)
            .ConfigureAwait(false);
        return (await ReadAsync(reply, ApiJson.Default.ConfirmAnswer, cancel)
            .ConfigureAwait(false)).Message;
    }

    /// <summary>All that a model can be shown of the machine.</summary>
    /// <param name="logs">Services whose last lines are in it.</param>
    public Task<MachineView> ViewAsync(IEnumerable<string> logs, CancellationToken cancel) =>
        GetAsync($"/v1/view{Asking(logs)}", ApiJson.Default.MachineView, cancel);

    /// <summary>The same for the mind.</summary>
    public Task<MachineView> MindViewAsync(IEnumerable<string> logs, CancellationToken cancel) =>
        GetAsync($"/v1/mind/view{Asking(logs)}", ApiJson.Default.MachineView, cancel);

    private static string Asking(IEnumerable<string> logs) =>
        string.Join(',', logs) is { Length: > 0 } names
            ? $"?logs={Uri.EscapeDataString(names)}" : "";

    public Task<MindModels> MindModelsAsync(CancellationToken cancel) =>
        GetAsync("/v1/mind/models", ApiJson.Default.MindModels, cancel);

    public Task<WebCertificateAnswer> WebCertificateAsync(CancellationToken cancel) =>
        GetAsync("/v1/web/certificate", ApiJson.Default.WebCertificateAnswer, cancel);

    private async Task<TAnswer> PostAsync<TOrder, TAnswer>(string path, TOrder order,
        JsonTypeInfo<TOrder> orders, JsonTypeInfo<TAnswer> answers, CancellationToken cancel)
    {
        using var reply = await SendAsync("POST", path,
            JsonSerializer.SerializeToUtf8Bytes(order, orders), cancel).ConfigureAwait(false);
        return await ReadAsync(reply, answers, cancel).ConfigureAwait(false);
    }

    public Task<PlannedChange> PlanAsync(ChangeRequest request, CancellationToken cancel) =>
        PostAsync("/v1/plan", request, ApiJson.Default.ChangeRequest,
            ApiJson.Default.PlannedChange, cancel);

    /// <summary>The plan of a change that was approved beforehand, then as of an apply.
    /// </summary>
    public async IAsyncEnumerable<ApplyLine> ChangeAsync(
        ChangeOrder order, [EnumeratorCancellation] CancellationToken cancel)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(order, ApiJson.Default.ChangeOrder);
        var lines = LinesAsync("POST", "/v1/change", body, ApiJson.Default.ApplyLine, cancel);
        await foreach (var line in lines.ConfigureAwait(false))
        {
            if (line.Change is { IsNothing: false })
            {
                OwnPriority.StandBack();
            }
            yield return line;
        }
    }

    /// <summary>The events of the apply, then its result. Leaving early does not stop it.
    /// </summary>
    public IAsyncEnumerable<ApplyLine> ApplyAsync(ApplyOrder order, CancellationToken cancel) =>
        LinesAsync("POST", "/v1/apply",
            JsonSerializer.SerializeToUtf8Bytes(order, ApiJson.Default.ApplyOrder),
            ApiJson.Default.ApplyLine, cancel);

    public IAsyncEnumerable<MachineEvent> EventsAsync(bool follow, CancellationToken cancel) =>
        LinesAsync("GET", $"/v1/events?follow={(follow ? 1 : 0)}", [],
            ApiJson.Default.MachineEvent, cancel);

    public IAsyncEnumerable<LogEntry> LogsAsync(
        string service, int tail, bool follow, CancellationToken cancel) =>
        LinesAsync("GET",
            $"/v1/logs/{Uri.EscapeDataString(service)}?tail={tail}&follow={(follow ? 1 : 0)}",
            [], ApiJson.Default.LogEntry, cancel);

    private async Task<T> GetAsync<T>(
        string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using var reply = await SendAsync("GET", path, [], cancel, waits: true)
            .ConfigureAwait(false);
        return await ReadAsync(reply, type, cancel).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<T> LinesAsync<T>(
        string method, string path, byte[] body, JsonTypeInfo<T> type,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        using var reply = await SendAsync(method, path, body, cancel).ConfigureAwait(false);
        var lines = reply.Reader.LinesAsync(cancel).GetAsyncEnumerator(cancel);
        await using (lines.ConfigureAwait(false))
        {
            while (await NextAsync(lines).ConfigureAwait(false))
            {
                yield return Parse(lines.Current.Span, type);
            }
        }
    }

    private static async ValueTask<bool> NextAsync(
        IAsyncEnumerator<ReadOnlyMemory<byte>> lines)
    {
        try
        {
            return await lines.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or BadReplyException)
        {
            throw Lost(e);
        }
    }

    /// <summary>Reads where it is called instead of on another thread: starting the threads of
    /// asynchronous sockets costs a short process more than it waits.</summary>
    private sealed class WaitingStream(Socket socket, CancellationToken cancel)
        : NetworkStream(socket, ownsSocket: false)
    {
        // Whoever leaves ends the wait by closing the connection under it.
        private readonly CancellationTokenRegistration _leaving =
            cancel.Register(static s => ((Socket)s!).Dispose(), socket);

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                return ValueTask.FromResult(Read(buffer.Span));
            }
            catch (Exception e) when (cancel.IsCancellationRequested
                && e is IOException or ObjectDisposedException)
            {
                throw new OperationCanceledException(cancel);
            }
        }

        protected override void Dispose(bool disposing)
        {
            _leaving.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Reply(Socket socket, NetworkStream stream) : IDisposable
    {
        public HttpReader Reader { get; } = new(stream);

        public void Dispose()
        {
            stream.Dispose();
            socket.Dispose();
        }
    }

    private async Task<(int, Reply)> AskAsync(
        string method, string path, byte[] body, bool waits, CancellationToken cancel)
    {
        var socket = Connect();
        var reply = new Reply(socket, waits
            ? new WaitingStream(socket, cancel) : new NetworkStream(socket, ownsSocket: false));
        try
        {
            var head = $"{method} {path} HTTP/1.1\r\nHost: loam\r\nConnection: close\r\n"
                + (token is null ? "" : $"Authorization: Bearer {token}\r\n")
                + (body.Length > 0 ? "Content-Type: application/json\r\n" : "")
                + $"Content-Length: {body.Length}\r\n\r\n";
            byte[] request = [.. Encoding.ASCII.GetBytes(head), .. body];
            if (waits)
            {
                // In one piece: whoever has read a whole request may have answered it and hung
                // up, and then there is nobody to send more to, not even nothing.
                socket.Send(request);
            }
            else
            {
                await SendAllAsync(socket, request, cancel).ConfigureAwait(false);
            }
            return (await reply.Reader.HeadAsync(cancel).ConfigureAwait(false), reply);
        }
        catch (Exception e) when (e is IOException or SocketException or BadReplyException)
        {
            reply.Dispose();
            throw Lost(e);
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    private static async Task SendAllAsync(
        Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancel).ConfigureAwait(false)..];
        }
    }

    private static async Task<T> ReadAsync<T>(
        Reply reply, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        try
        {
            var body = await reply.Reader.BodyAsync(cancel).ConfigureAwait(false);
            return Parse(body.Span, type);
        }
        catch (Exception e) when (e is IOException or BadReplyException)
        {
            throw Lost(e);
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, type) is { } value)
            {
                return value;
            }
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // Falls through to the same sentence.
        }
        throw OtherVersion();
    }

    private static CommandFailure OtherVersion() => new(ExitCode.Unreachable,
        "The daemon's answer is not what this version of loam expects.",
        "Restart the daemon, so that both are of one version.");

    private static async Task<CommandFailure> RefusalAsync(
        int status, Reply reply, CancellationToken cancel)
    {
        var body = await reply.Reader.BodyAsync(cancel).ConfigureAwait(false);
        Problem? problem = null;
        try
        {
            problem = JsonSerializer.Deserialize(body.Span, ApiJson.Default.Problem);
        }
        catch (JsonException)
        {
            // Not ours to read: the status alone says enough.
        }
        var exit = status switch
        {
            400 or 404 or 413 or 501 => ExitCode.Invalid,
            401 or 403 or 409 or 429 => ExitCode.NotApproved,
            503 or 504 => ExitCode.Unreachable,
            _ => ExitCode.Failed,
        };
        return new(exit, problem?.Error ?? $"The daemon answered with status {status}.",
            problem?.Remedy ?? "");
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw e.SocketErrorCode == SocketError.AccessDenied
                ? new CommandFailure(ExitCode.Unreachable,
                    $"You may not speak to the daemon at {SocketPath}.",
                    "Use sudo, or join group loam: `sudo usermod -aG loam $USER`, "
                    + "then log in again.")
                : new CommandFailure(ExitCode.Unreachable,
                    $"No daemon answers at {SocketPath}.", Power.IsLoams
                    ? "It is started again by itself; /var/log/loam/daemon.log says why it ended."
                    : "Start it with `systemctl start loam`, or in a clone with `./dev run`; "
                    + "`loam daemon` runs it in the foreground.");
        }
    }

    private static CommandFailure Lost(Exception e) => new(ExitCode.Unreachable,
        e is BadReplyException ? e.Message : "The connection to the daemon was lost.",
        "`loam status` shows how things are; a change in hand is finished or taken back by the "
        + "daemon itself.");
}
