using System.Collections.Immutable;
using Loam.Core.Auditing;
using Loam.Core.Logins;
using Loam.Core.Reconciling;
using Loam.Drivers.Logins;

namespace Loam.Supervision;

/// <summary>Reads the system's log once for all: who fails goes to <see cref="BanWatch"/>, who
/// came in and who became somebody else into the record of who did what.</summary>
/// <param name="find">The log of this machine; null: there is none.</param>
/// <param name="isGuarded">Somebody is shut out for failing at the host itself.</param>
internal sealed class LoginWatch(Func<ILoginLog?> find, Func<bool> isGuarded, BanWatch bans,
    IAudit audit, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly HostLogins _reader = new();
    private volatile string? _fault;

    public ImmutableArray<string> Alerts() => _fault is { } fault && isGuarded()
        ? [$"Failed logins are not seen: {fault}"] : [];

    public async Task RunAsync(CancellationToken stop)
    {
        var pause = s_shortest;
        while (true)
        {
            try
            {
                if (find() is { } log)
                {
                    _fault = null;
                    await FollowAsync(log, () => pause = s_shortest, stop);
                }
                _fault = "nothing on this machine tells of them.";
            }
            catch (HostException fault)
            {
                _fault = fault.Message;
            }
            await Task.Delay(pause, time, stop);
            pause = pause * 2 < s_longest ? pause * 2 : s_longest;
        }
    }

    private async Task FollowAsync(ILoginLog log, Action works, CancellationToken stop)
    {
        await foreach (var line in log.FollowAsync(bans.Position, stop))
        {
            if (_reader.Read(line) is { } what)
            {
                await bans.HearAsync(what, stop);
                await RecordAsync(what, stop);
            }
            bans.ReadTo(line.Position);
            works();
        }
    }

    private async Task RecordAsync(LoginEvent what, CancellationToken stop)
    {
        AuditEntry? entry = what.Kind switch
        {
            LoginKind.Accepted => new(AuditEvents.UserLogin, what.User ?? "",
                $"came in from {what.Address} ({what.How})"),
            LoginKind.Sudo => new(AuditEvents.UserSudo, what.User ?? "", $"ran {what.How}"),
            LoginKind.SudoRefused => new(AuditEvents.UserSudo, what.User ?? "",
                $"was refused {what.How}"),
            _ => null,
        };
        if (entry is null)
        {
            return;
        }
        try
        {
            await audit.WriteAsync(entry, stop);
        }
        catch (HostException fault)
        {
            events.Add(new(0, time.GetUtcNow(), "audit.failed") { Error = fault.Message });
        }
    }
}
