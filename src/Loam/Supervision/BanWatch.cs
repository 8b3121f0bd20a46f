using System.Collections.Immutable;
using System.Net;
using Loam.Api;
using Loam.Core.Approving;
using Loam.Core.Auditing;
using Loam.Core.Bans;
using Loam.Core.Logins;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles.Types;
using Loam.Drivers.Bans;

namespace Loam.Supervision;

/// <summary>What bans know of the machine.</summary>
/// <param name="IsOwn">Why an address cannot be shut out; null: it can.</param>
/// <param name="SourceOf">What is shut out for an address.</param>
internal sealed record BanHost(BanStore Store, LogPlaceStore Places,
    Func<IPAddress, string?> IsOwn, Func<IPAddress, string> SourceOf);

/// <summary>Counts failed logins, and shuts out whoever fails too often. What is shut out is in a
/// file and in the kernel, and is made so again when either was lost.</summary>
/// <param name="rules">Those in force.</param>
internal sealed class BanWatch(Func<ICollection<BanRule>> rules, BanTable table, BanHost host,
    IAudit audit, EventLog events, TimeProvider time) : IBans
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>What takes longer is not done for each that comes, but for all of a while, which
    /// is so many times as long.</summary>
    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(25);
    private const int Rest = 3;

    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_byHand = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3660);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly FailureCount _failures = new();

    /// <summary>By service: failures for which nobody was shut out, since they came from this
    /// machine.</summary>
    private readonly Dictionary<string, (DateTimeOffset At, string Words)> _spared = [];
    private BanMemory _memory = host.Store.Load();
    private LogPlace _place = host.Places.Load();

    /// <summary>What was last put into the kernel; null: nothing is known of it.</summary>
    private ImmutableSortedDictionary<string, Ban>? _inForce;
    private string? _fault;

    /// <summary>Why it is not kept over a restart.</summary>
    private string? _unkept;
    private ImmutableSortedDictionary<string, Ban> _saved = BanMemory.None.Bans;
    private LogPlace _savedPlace = LogPlace.None;

    /// <summary>Until then, whoever comes waits for the next look.</summary>
    private DateTimeOffset _restsUntil;

    /// <summary>Where the system's log was read to; kept with the rest.</summary>
    public string? Position => _place.Position;

    public ImmutableArray<string> Alerts()
    {
        lock (_gate)
        {
            return
            [
                .. _fault is null || (rules().Count == 0 && _memory.Bans.IsEmpty) ? (string[])[]
                    : [$"Nobody can be shut out: {_fault}"],
                .. _unkept is null ? (string[])[]
                    : [$"Who is shut out would be let in by a restart: {_unkept}"],
                .. _spared.Values.Where(a => time.GetUtcNow() - a.At < TimeSpan.FromHours(1))
                    .Select(a => a.Words),
            ];
        }
    }

    public ImmutableArray<Ban> List()
    {
        lock (_gate)
        {
            return [.. Living().Bans.Values.OrderBy(b => b.Until).ThenBy(b => b.Source)];
        }
    }

    /// <summary>Something that a log told.</summary>
    public async Task HearAsync(LoginEvent what, CancellationToken stop)
    {
        if (what is not { Kind: LoginKind.Failed, Address: { } address }
            || rules().FirstOrDefault(r => r.IsOfHost ? what.Service == HostLogins.Ssh
                : r.Service == what.Service) is not { } rule)
        {
            return;
        }
        if (Count(rule, address, what.At) is not { } ban)
        {
            return;
        }
        if (time.GetUtcNow() is var now && (now >= _restsUntil || now < _restsUntil - s_afterFault))
        {
            await ApplyAsync(stop);
        }
        await TellAsync("ban.added", "loam", ban,
            $"{ban.Source} is shut out for {BanRule.Words(rule.Time)}: {ban.Why}", stop);
    }

    /// <returns>Null: it is not shut out for that.</returns>
    private Ban? Count(BanRule rule, IPAddress address, DateTimeOffset at)
    {
        lock (_gate)
        {
            var (source, now) = (host.SourceOf(address), time.GetUtcNow());
            // Lines that were written before it was shut out come after it.
            if (_memory.Bans.GetValueOrDefault(source)?.Until > now
                || _failures.Add(rule, source, at) < rule.MaxFailures || at + rule.Time <= now)
            {
                return null;
            }
            _failures.Forget(source);
            var why = $"{rule.MaxFailures} failed logins at {rule.Service} within "
                + BanRule.Words(rule.Window);
            if (host.IsOwn(address) is { } own)
            {
                _spared[rule.Service] = (at,
                    $"{Upper(why)} came from {source}, which is {own}: nobody is shut out. "
                    + $"If {rule.Service} stands behind a proxy, let the proxy pass the clients' "
                    + "addresses on.");
                return null;
            }
            var ban = new Ban(source, rule.Service, why, now, now + rule.Time);
            _memory = _memory.With(ban);
            return ban;
        }
    }

    /// <summary>The log was read that far.</summary>
    public void ReadTo(string position)
    {
        lock (_gate)
        {
            _place = new(position);
        }
    }

    public async Task<Ban> AddAsync(
        BanOrder order, string who, Access? access, CancellationToken cancel)
    {
        if (!Formats.TryAddress(order.Address, out var address))
        {
            throw new HostException(Fault.Unsupported, $"'{order.Address}' is not an address.",
                "Write one such as 203.0.113.9 or 2001:db8::1. A whole network is shut out by a "
                + "rule of the firewall: loam \"block 203.0.113.0/24\".");
        }
        var source = host.SourceOf(address);
        if (host.IsOwn(address) is { } own)
        {
            throw new HostException(Fault.Denied, $"{source} is {own}, and cannot be shut out.",
                "Give the address of whoever is to stay out; `loam bans` shows who is.");
        }
        if (access is not null && host.SourceOf(access.Address()) == source)
        {
            throw new HostException(Fault.Denied, $"You are connected from {source} yourself.",
                "Come in from elsewhere to shut it out.");
        }
        var length = order.For ?? s_byHand;
        if (length < TimeSpan.FromSeconds(1) || length > s_longest)
        {
            throw new HostException(Fault.Unsupported, "Somebody is shut out for a second to ten "
                + "years.", "Write a time such as 1h or 7d.");
        }
        var now = time.GetUtcNow();
        var ban = new Ban(source, null, $"{who} asked for it", now, now + length);
        BanMemory before;
        lock (_gate)
        {
            before = _memory;
            _memory = _memory.Without(source).With(ban);
        }
        // From here on it is done and told, also when whoever asked is gone.
        if (await ApplyAsync(CancellationToken.None) is { } fault)
        {
            lock (_gate)
            {
                _memory = before.Bans.TryGetValue(source, out var old)
                    ? _memory.Without(source).With(old) : _memory.Without(source);
            }
            throw new HostException(Fault.Unsupported, $"{source} cannot be shut out: {fault}",
                "`loam doctor` says what is missing on this machine.");
        }
        await TellAsync("ban.added", who, ban,
            $"{source} is shut out for {BanRule.Words(length)}: {ban.Why}",
            CancellationToken.None);
        return ban;
    }

    public async Task<ImmutableArray<Ban>> LiftAsync(
        string? address, string who, CancellationToken cancel)
    {
        ImmutableArray<Ban> lifted;
        lock (_gate)
        {
            var sources = IPAddress.TryParse(address?.Split('/')[0], out var parsed)
                ? [BanSource.Of(parsed), BanSource.Alone(parsed)] : (string[])[address ?? ""];
            lifted = [.. Living().Bans.Values.Where(
                b => address is null || sources.Contains(b.Source))];
            foreach (var one in lifted)
            {
                _memory = _memory.Without(one.Source);
                _failures.Forget(one.Source);
            }
        }
        if (lifted.IsEmpty)
        {
            throw new HostException(Fault.NotFound, address is null ? "Nobody is shut out."
                : $"{address} is not shut out.", "`loam bans` lists who is.");
        }
        if (await ApplyAsync(CancellationToken.None) is { } fault)
        {
            throw new HostException(Fault.Unavailable,
                $"The kernel still keeps them out: {fault}", "It is tried again.");
        }
        foreach (var one in lifted)
        {
            await TellAsync("ban.lifted", who, one, $"{one.Source} is let in again",
                CancellationToken.None);
        }
        return lifted;
    }

    /// <summary>What ended, what a rule held that is declared no more, and what somebody else
    /// changed in the kernel is put right.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var fault = await ApplyAsync(stop) ?? _unkept;
            var rest = _restsUntil - time.GetUtcNow();
            await Task.Delay(fault is not null ? s_afterFault
                : rest > s_pause && rest < s_afterFault ? rest : s_pause, time, stop);
        }
    }

    /// <returns>Why it could not be done; null: it is so.</returns>
    private async Task<string?> ApplyAsync(CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            BanMemory wanted;
            LogPlace place;
            lock (_gate)
            {
                (wanted, place) = (_memory = Living(), _place);
            }
            // Kept first: whoever dies in between puts it into the kernel when he is back.
            _unkept = Keep(wanted.Bans, place);
            var (now, began) = (time.GetUtcNow(), time.GetTimestamp());
            var bans = wanted.Bans.Values.ToList();
            if (!ReferenceEquals(_inForce, wanted.Bans)
                || !await table.HoldsAsync(bans, now, stop))
            {
                await table.SetAsync(bans, now, stop);
                _inForce = wanted.Bans;
            }
            var took = time.GetElapsedTime(began);
            _restsUntil = took > s_quick ? time.GetUtcNow() + Rest * took : default;
            return _fault = null;
        }
        catch (HostException fault)
        {
            _inForce = null;
            return _fault = fault.Message;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <returns>Why it could not be kept; null: it is.</returns>
    private string? Keep(ImmutableSortedDictionary<string, Ban> bans, LogPlace place)
    {
        try
        {
            if (!ReferenceEquals(bans, _saved))
            {
                host.Store.Save(new() { Bans = bans });
                _saved = bans;
            }
            // After those whom the lines up to there shut out.
            if (place != _savedPlace)
            {
                host.Places.Save(place);
                _savedPlace = place;
            }
            return null;
        }
        catch (HostException fault)
        {
            return fault.Message;
        }
    }

    private BanMemory Living() => _memory.Living(
        time.GetUtcNow(), rules().Select(r => r.Service).ToHashSet(StringComparer.Ordinal));

    private async Task TellAsync(
        string type, string who, Ban ban, string words, CancellationToken cancel)
    {
        events.Add(new(0, time.GetUtcNow(), type) { Name = ban.Source, Message = words + "." });
        try
        {
            await audit.WriteAsync(new(AuditEvents.SecurityModified, who, words), cancel);
        }
        catch (HostException fault)
        {
            events.Add(new(0, time.GetUtcNow(), "audit.failed") { Error = fault.Message });
        }
    }

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
