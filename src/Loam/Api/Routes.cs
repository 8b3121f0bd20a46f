using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Loam.Core;
using Loam.Api.Conversing;
using Loam.Api.Tokens;
using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Microsoft.AspNetCore.Http;

namespace Loam.Api;

/// <summary>The table of routes. What is not in it does not exist.</summary>
internal sealed class Routes(Surface surface, TimeProvider time, CancellationToken stopping)
{
    private const int MostHistory = 1000;
    private const int MostLogLines = 10_000;
    private const int EventsInFlight = 1024;

    private readonly OpenPlans _plans = new(time);
    private readonly BackupRoutes _backups = new(surface, stopping);
    private readonly OpenProposals _open = new(time, surface.Tell);

    public IReadOnlyList<Route> Table => [.. Rows, OpenApi.Of(Rows)];

    private IReadOnlyList<Route> Rows =>
    [
        new("GET", "/status", Rights.View, StatusAsync)
        {
            Says = "The same as /v1/status, for probes.", Gives = ApiJson.Default.MachineStatus,
        },
        new("GET", "/v1/status", Rights.View, StatusAsync)
        {
            Says = "How the machine is.", Gives = ApiJson.Default.MachineStatus,
        },
        new("GET", "/v1/services", Rights.View, ServicesAsync)
        {
            Says = "The services.", Gives = ApiJson.Default.ServicesAnswer,
        },
        new("GET", "/v1/history", Rights.View, HistoryAsync)
        {
            Says = "The generations, newest first.", Gives = ApiJson.Default.HistoryAnswer,
            Query = ["most"],
        },
        new("GET", "/v1/generation/*", Rights.View, GenerationAsync)
        {
            Says = "The texts of a generation.", Gives = ApiJson.Default.StateAnswer,
        },
        new("GET", "/v1/state", Rights.View, StateAsync)
        {
            Says = "The approved texts.", Gives = ApiJson.Default.StateAnswer,
        },
        new("GET", "/v1/events", Rights.View, EventsAsync)
        {
            Says = "What happened, and with follow=1 what happens.",
            Gives = ApiJson.Default.MachineEvent, IsStream = true, Query = ["follow"],
        },
        new("GET", "/v1/logs/*", Rights.View, LogsAsync)
        {
            Says = "What a service wrote last.", Gives = ApiJson.Default.LogEntry,
            IsStream = true, Query = ["tail", "follow"],
        },
        new("GET", "/v1/jobs", Rights.View, JobsAsync)
        {
            Says = "The jobs and their last runs.", Gives = ApiJson.Default.JobsAnswer,
        },
        new("GET", "/v1/audit", Rights.View, AuditAsync)
        {
            Says = "Who did what, newest first.", Gives = ApiJson.Default.AuditAnswer,
            Query = ["most"],
        },
        new("GET", "/v1/users", Rights.View, UsersAsync)
        {
            Says = "Who can log in.", Gives = ApiJson.Default.UsersAnswer,
        },
        new("GET", "/v1/certificates", Rights.View, CertificatesAsync)
        {
            Says = "The certificates.", Gives = ApiJson.Default.CertificatesAnswer,
        },
        new("GET", "/v1/updates", Rights.View, UpdatesAsync)
        {
            Says = "What registries have that is newer.", Gives = ApiJson.Default.UpdatesAnswer,
        },
        new("POST", "/v1/run-job/*", Rights.Operate, RunJobAsync)
        {
            Says = "Runs a job now; answers when it has ended.", Gives = ApiJson.Default.JobRun,
        },
        new("GET", "/v1/notify", Rights.View, NotifiersAsync)
        {
            Says = "Who is told what happens.", Gives = ApiJson.Default.NotifiersAnswer,
        },
        new("POST", "/v1/notify-test", Rights.Operate, TestNotifiersAsync)
        {
            Says = "Sends a message to each.", Gives = ApiJson.Default.NotifierTestAnswer,
        },
        new("POST", "/v1/notify-test/*", Rights.Operate, TestNotifiersAsync)
        {
            Says = "Sends a message to one.", Gives = ApiJson.Default.NotifierTestAnswer,
        },
        new("GET", "/v1/bans", Rights.View, BansAsync)
        {
            Says = "Who is shut out.", Gives = ApiJson.Default.BansAnswer,
        },
        new("POST", "/v1/ban", Rights.Operate, BanAsync)
        {
            Says = "Shuts out an address.", Takes = ApiJson.Default.BanOrder,
            Gives = ApiJson.Default.BansAnswer,
        },
        new("POST", "/v1/unban", Rights.Operate, UnbanAsync)
        {
            Says = "Lets everybody in again.", Gives = ApiJson.Default.BansAnswer,
        },
        new("POST", "/v1/unban/*", Rights.Operate, UnbanAsync)
        {
            Says = "Lets an address in again.", Gives = ApiJson.Default.BansAnswer,
        },
        .. _backups.Table, .. new OsRoutes(surface, stopping).Table,
        .. new MindRoutes(surface, _open).Table,
        .. new ProposalRoutes(surface, _open, time, (c, by) => Apply(c, by)).Table,
        .. surface.Mind is { } mind ? new ConversationRoutes(mind, surface, _open).Table : [],
        .. surface.Web is { } web ? new WebRoutes(web).Table : [],
        .. surface.Tokens is { } tokens ? new TokenRoutes(tokens).Table : [],
        new("GET", "/v1/recipient", Rights.View, RecipientAsync)
        {
            Says = "The public key for secrets.", Gives = ApiJson.Default.RecipientAnswer,
        },
        new("POST", "/v1/plan", Rights.Plan, PlanAsync)
        {
            Says = "What a change would do. Changes nothing.",
            Takes = ApiJson.Default.ChangeRequest, Gives = ApiJson.Default.PlannedChange,
        },
        new("POST", "/v1/apply", Rights.Operate, ApplyAsync)
        {
            Says = "Approves a plan that was shown, by id and digest.",
            Takes = ApiJson.Default.ApplyOrder, Gives = ApiJson.Default.ApplyLine,
            IsStream = true,
        },
        new("POST", "/v1/change", Rights.Operate, ChangeAsync)
        {
            Says = "Plans, and applies what nothing stands against.",
            Takes = ApiJson.Default.ChangeOrder, Gives = ApiJson.Default.ApplyLine,
            IsStream = true,
        },
        new("POST", "/v1/confirm", Rights.Operate, ConfirmAsync)
        {
            Says = "Keeps a change that is on trial.", Gives = ApiJson.Default.ConfirmAnswer,
        },
    ];

    private async Task StatusAsync(Call call, CancellationToken cancel) =>
        await Answer(call, await surface.Machine.StatusAsync(cancel).ConfigureAwait(false) with
        {
            Proposals = _open.Waiting,
        }, ApiJson.Default.MachineStatus, cancel).ConfigureAwait(false);

    private async Task ServicesAsync(Call call, CancellationToken cancel)
    {
        var status = await surface.Machine.StatusAsync(cancel).ConfigureAwait(false);
        await Answer(call, new ServicesAnswer(status.Services),
            ApiJson.Default.ServicesAnswer, cancel).ConfigureAwait(false);
    }

    private async Task HistoryAsync(Call call, CancellationToken cancel)
    {
        var most = Number(call, "most", 50, MostHistory);
        var list = await surface.Machine.HistoryAsync(most, cancel).ConfigureAwait(false);
        await Answer(call, new HistoryAnswer(list), ApiJson.Default.HistoryAnswer, cancel)
            .ConfigureAwait(false);
    }

    private async Task GenerationAsync(Call call, CancellationToken cancel)
    {
        if (!int.TryParse(call.Value, CultureInfo.InvariantCulture, out var number) || number < 0)
        {
            throw new HostException(
                Fault.NotFound, $"'{call.Value}' is not the number of a generation.",
                "`loam history` lists them.");
        }
        var files = await surface.Machine.FilesOfAsync(number, cancel).ConfigureAwait(false);
        await Answer(call, new StateAnswer(number, files.Texts), ApiJson.Default.StateAnswer,
            cancel).ConfigureAwait(false);
    }

    private async Task StateAsync(Call call, CancellationToken cancel)
    {
        var (generation, files) = await surface.Machine.CurrentAsync(cancel)
            .ConfigureAwait(false);
        await Answer(call, new StateAnswer(generation, files.Texts)
        {
            HasModels = surface.Mind?.HasModels ?? false,
        }, ApiJson.Default.StateAnswer, cancel).ConfigureAwait(false);
    }

    private async Task EventsAsync(Call call, CancellationToken cancel)
    {
        var events = surface.Machine.EventsAsync(Flag(call, "follow"), cancel);
        await Stream(call, events, ApiJson.Default.MachineEvent, cancel).ConfigureAwait(false);
    }

    private async Task LogsAsync(Call call, CancellationToken cancel)
    {
        var tail = Number(call, "tail", 100, MostLogLines);
        var lines = surface.Logs(
            Uri.UnescapeDataString(call.Value), tail, Flag(call, "follow"), cancel);
        await Stream(call, lines, ApiJson.Default.LogEntry, cancel).ConfigureAwait(false);
    }

    private Task JobsAsync(Call call, CancellationToken cancel) => Answer(
        call, new JobsAnswer(surface.Jobs.List()), ApiJson.Default.JobsAnswer, cancel);

    private Task AuditAsync(Call call, CancellationToken cancel) => Answer(call,
        new AuditAnswer([.. surface.Audit(Number(call, "most", 50, MostHistory))]),
        ApiJson.Default.AuditAnswer, cancel);

    private async Task UsersAsync(Call call, CancellationToken cancel) => await Answer(call,
        new UsersAnswer((await surface.Machine.InventoryAsync(cancel).ConfigureAwait(false)).Users),
        ApiJson.Default.UsersAnswer, cancel).ConfigureAwait(false);

    private async Task CertificatesAsync(Call call, CancellationToken cancel) => await Answer(
        call, new CertificatesAnswer(
            (await surface.Machine.InventoryAsync(cancel).ConfigureAwait(false)).Certificates,
            surface.Root()), ApiJson.Default.CertificatesAnswer, cancel).ConfigureAwait(false);

    private async Task UpdatesAsync(Call call, CancellationToken cancel) => await Answer(call,
        new UpdatesAnswer(await surface.Updates(cancel).ConfigureAwait(false)),
        ApiJson.Default.UpdatesAnswer, cancel).ConfigureAwait(false);

    /// <summary>The run belongs to the machine: it goes on when the client leaves.</summary>
    private async Task RunJobAsync(Call call, CancellationToken cancel) => await Answer(call,
        await surface.Jobs.RunNowAsync(
            Uri.UnescapeDataString(call.Value), call.Peer.Name, stopping).ConfigureAwait(false),
        ApiJson.Default.JobRun, cancel).ConfigureAwait(false);

    private Task NotifiersAsync(Call call, CancellationToken cancel) => Answer(call,
        new NotifiersAnswer(surface.Messages.List()), ApiJson.Default.NotifiersAnswer, cancel);

    private async Task TestNotifiersAsync(Call call, CancellationToken cancel) => await Answer(call,
        new NotifierTestAnswer(await surface.Messages.TestAsync(
            call.Value.Length == 0 ? null : Uri.UnescapeDataString(call.Value), call.Peer.Name,
            stopping).ConfigureAwait(false)), ApiJson.Default.NotifierTestAnswer, cancel)
        .ConfigureAwait(false);

    private Task BansAsync(Call call, CancellationToken cancel) => Answer(call,
        new BansAnswer(surface.Bans.List()), ApiJson.Default.BansAnswer, cancel);

    private async Task BanAsync(Call call, CancellationToken cancel)
    {
        var order = await Body(call, ApiJson.Default.BanOrder, cancel).ConfigureAwait(false);
        Need(order.Address, "address");
        var ban = await surface.Bans.AddAsync(order, call.Peer.Name, call.Peer.Access, stopping)
            .ConfigureAwait(false);
        await Answer(call, new BansAnswer([ban]), ApiJson.Default.BansAnswer, cancel)
            .ConfigureAwait(false);
    }

    private async Task UnbanAsync(Call call, CancellationToken cancel) => await Answer(call,
        new BansAnswer(await surface.Bans.LiftAsync(
            call.Value.Length == 0 ? null : Uri.UnescapeDataString(call.Value), call.Peer.Name,
            stopping).ConfigureAwait(false)), ApiJson.Default.BansAnswer, cancel)
        .ConfigureAwait(false);

    private async Task RecipientAsync(Call call, CancellationToken cancel) =>
        await Answer(call, new RecipientAnswer(surface.Recipient),
            ApiJson.Default.RecipientAnswer, cancel).ConfigureAwait(false);

    private async Task PlanAsync(Call call, CancellationToken cancel)
    {
        var request = Whole(await Body(call, ApiJson.Default.ChangeRequest, cancel)
            .ConfigureAwait(false));
        var change = await surface.Machine.PlanAsync(
            _open.Resolve(request, call.Peer), cancel).ConfigureAwait(false);
        if (change.CanApply)
        {
            _plans.Keep(change);
        }
        await Answer(call, change, ApiJson.Default.PlannedChange, cancel).ConfigureAwait(false);
    }

    private async Task ApplyAsync(Call call, CancellationToken cancel)
    {
        var order = await Body(call, ApiJson.Default.ApplyOrder, cancel).ConfigureAwait(false);
        if (_plans.Take(order.Id, order.Digest) is not { } open)
        {
            await Refuse(call.Http, StatusCodes.Status409Conflict, new(
                "This plan is no longer open: it was approved already, is older than an hour, "
                + "or the daemon was restarted.", "Ask for it again.")).ConfigureAwait(false);
            return;
        }
        var approval = new Approval(call.Peer.Name, How(call, order.How), time.GetUtcNow(),
            open.Until, order.Digest, Confirmed(call, order.Confirmed));
        var lines = Apply(open.Change, approval);
        await Stream(call, lines.ReadAllAsync(cancel), ApiJson.Default.ApplyLine, cancel)
            .ConfigureAwait(false);
    }

    private ChannelReader<ApplyLine> Apply(PlannedChange change, Approval approval) =>
        Run((tell, stop) => _open.FollowAsync(
            change.Request.Proposal, approval.Who, approval.How,
            async () => await surface.Machine.ApplyAsync(
                change, approval, e => tell(new(e, null, null)), stop).ConfigureAwait(false)));

    /// <summary>Plans, and applies that plan if nothing stands against it: what was approved
    /// beforehand need not wait until its plan was read. The plan comes before all of the change,
    /// and is all when it is not applied.</summary>
    private async Task ChangeAsync(Call call, CancellationToken cancel)
    {
        var order = await Body(call, ApiJson.Default.ChangeOrder, cancel).ConfigureAwait(false);
        var confirmed = Confirmed(call, order.Confirmed);
        var request = _open.Resolve(Whole(order.Request), call.Peer);
        var lines = Run((tell, stop) => _open.FollowAsync(request.Proposal, call.Peer.Name,
            How(call, order.How), () => surface.Machine.ChangeAsync(request, change =>
        {
            tell(new(null, null, null) { Change = change });
            var now = time.GetUtcNow();
            return change is { CanApply: true, IsNothing: false }
                && change.Plan!.Restricted.All(confirmed.Contains)
                ? new(call.Peer.Name, How(call, order.How), now, now + Limits.PlanLifetime,
                    change.Plan.Digest, confirmed)
                : null;
        }, e => tell(new(e, null, null)), stop)));
        await Stream(call, lines.ReadAllAsync(cancel), ApiJson.Default.ApplyLine, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Who brings a token is a program: nobody typed anything. What approves itself does
    /// so for everybody.</summary>
    private static string How(Call call, string? said) => call.Peer.Token is { } token
        && said?.StartsWith(Approval.Policy, StringComparison.Ordinal) != true
            ? $"token {token}" : said ?? "";

    private static ImmutableArray<string> Confirmed(Call call, ImmutableArray<string> said) =>
        said.IsDefault || call.Peer.Token is not null ? []
            : [.. said.Where(c => c is not null)];

    /// <summary>JSON may leave out or say null where there must be something.</summary>
    private static ChangeRequest Whole(ChangeRequest? request) =>
        request is null ? throw new BadHttpRequestException("it has no request.")
        : request.Fault() is { } fault ? throw new BadHttpRequestException(fault) : request;

    private Task ConfirmAsync(Call call, CancellationToken cancel) => Answer(call,
        new ConfirmAnswer(surface.Machine.Confirm(call.Peer.Access)),
        ApiJson.Default.ConfirmAnswer, cancel);

    /// <summary>Begins at once. A change belongs to the machine, not to the client: it goes on
    /// when the client leaves.</summary>
    /// <param name="work">Gets what tells the client a line.</param>
    private ChannelReader<ApplyLine> Run(
        Func<Action<ApplyLine>, CancellationToken, Task<ApplyResult?>> work)
    {
        var lines = Channel.CreateBounded<ApplyLine>(new BoundedChannelOptions(EventsInFlight)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });
        _ = RunAsync(work, lines.Writer);
        return lines.Reader;
    }

    /// <summary>Ends the lines with the result. What is not a host's fault is ours: the machine
    /// takes back what had begun.</summary>
    private async Task RunAsync(
        Func<Action<ApplyLine>, CancellationToken, Task<ApplyResult?>> work,
        ChannelWriter<ApplyLine> lines)
    {
        var isTold = false;
        void Tell(ApplyLine line) => isTold |= lines.TryWrite(line);
        try
        {
            var result = await work(Tell, stopping).ConfigureAwait(false);
            if (result?.Replan is { CanApply: true } replan)
            {
                _plans.Keep(replan);
            }
            if (result is not null)
            {
                Tell(new(null, result, null));
            }
        }
        catch (HostException e) when (!isTold)
        {
            // Nothing was answered yet: it is refused as any other request.
            lines.TryComplete(e);
        }
        catch (HostException e)
        {
            Tell(new(null, null, new(e.Message, e.Remedy)));
        }
        catch (OperationCanceledException)
        {
            Tell(new(null, null, new(
                "The daemon is stopping.", "Start it again: it finishes or takes back what it "
                + "began.")));
        }
        catch (Exception e)
        {
            surface.Failed("a change", e);
            if (isTold)
            {
                Tell(new(null, null, OwnFault));
            }
            else
            {
                lines.TryComplete(e);
            }
        }
        finally
        {
            lines.TryComplete();
        }
    }

    /// <exception cref="BadHttpRequestException">It is missing.</exception>
    internal static void Need(string? text, string name)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new BadHttpRequestException($"its {name} is missing.");
        }
    }

    /// <summary>What whoever asked hears of a fault of ours.</summary>
    internal static Problem OwnFault { get; } = new(
        "The daemon failed at this by a fault of its own; what had begun is taken back.",
        "Report it with what the daemon's log says.");

    internal static async Task<T> Body<T>(
        Call call, JsonTypeInfo<T> type, CancellationToken cancel) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(call.Http.Request.Body, type, cancel)
                .ConfigureAwait(false) ?? throw new BadHttpRequestException("empty");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException($"The body is not a {typeof(T).Name}.", e);
        }
    }

    internal static async Task Answer<T>(
        Call call, T value, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        // Written whole: a Content-Length lets the client read it in one piece.
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        call.Http.Response.ContentType = "application/json";
        call.Http.Response.ContentLength = bytes.Length;
        await call.Http.Response.Body.WriteAsync(bytes, cancel).ConfigureAwait(false);
    }

    internal static async Task Stream<T>(
        Call call, IAsyncEnumerable<T> items, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var response = call.Http.Response;
        response.ContentType = "application/x-ndjson";
        await foreach (var item in items.WithCancellation(cancel).ConfigureAwait(false))
        {
            await response.Body.WriteAsync(
                JsonSerializer.SerializeToUtf8Bytes(item, type), cancel).ConfigureAwait(false);
            await response.Body.WriteAsync("\n"u8.ToArray(), cancel).ConfigureAwait(false);
            await response.Body.FlushAsync(cancel).ConfigureAwait(false);
        }
    }

    public static async Task Refuse(HttpContext http, int status, Problem why)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        var bytes = JsonSerializer.SerializeToUtf8Bytes(why, ApiJson.Default.Problem);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes).ConfigureAwait(false);
    }

    internal static bool Flag(Call call, string name) =>
        call.Http.Request.Query[name] is [{ } text] && text is "" or "1" or "true";

    internal static int Number(Call call, string name, int without, int most) =>
        call.Http.Request.Query[name] is [{ } text]
        && int.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, 0, most) : without;
}
