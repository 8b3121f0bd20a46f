using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Loam.Core;
using Loam.Core.Auditing;
using Loam.Core.Reconciling;

namespace Loam.Api.Tokens;

/// <summary>The tokens there are. Their texts are known to their bearers alone.</summary>
/// <param name="rightsOf">What a person may do now; a token never does more.</param>
internal sealed class TokenBook(TokenStore store, Func<string, Rights> rightsOf, IAudit audit,
    TimeProvider time)
{
    /// <summary>Tells what it is where one turns up in a log or a repository.</summary>
    public const string Prefix = "loam_";

    private const int SecretBytes = 32;
    private static readonly TimeSpan s_shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3660);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);
    private ImmutableArray<KeptToken> _kept = store.Load().Tokens;

    /// <summary>What a scope allows, whoever has it.</summary>
    public static Rights RightsOf(TokenScope scope) => scope switch
    {
        TokenScope.View => Rights.View,
        TokenScope.Propose => Rights.View | Rights.Plan,
        TokenScope.Approve => Rights.View | Rights.Plan | Rights.Operate,
        _ => Rights.None,
    };

    /// <summary>By name.</summary>
    public ImmutableArray<TokenLine> List()
    {
        lock (_gate)
        {
            return [.. _kept.Select(k => k.Line with
            {
                LastUsed = _used.TryGetValue(k.Hash, out var at) ? at : null,
                Void = WhyVoid(k.Line),
            }).OrderBy(l => l.Name, StringComparer.Ordinal)];
        }
    }

    /// <param name="maker">Whoever asks for it. In another's name only root makes one.</param>
    /// <exception cref="HostException">Unsupported: a name or a time is none. Denied; Conflict:
    /// there is one of that name; Exhausted.</exception>
    public async Task<TokenMade> AddAsync(TokenOrder order, Peer maker, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var line = new TokenLine(order.Name, order.May, order.For ?? maker.Name, maker.Name, now,
            now + Checked(order));
        if (maker.Uid != 0 && line.For != maker.Name)
        {
            throw new HostException(Fault.Denied,
                $"{maker.Name} cannot make a token that acts as {line.For}.",
                "Leave out --for, or ask with sudo.");
        }
        if (WhyVoid(line) is { } why)
        {
            throw new HostException(Fault.Denied, $"The token would open nothing: {why}.",
                "Name a member of group loam, or somebody of api.users in manifest.yaml.");
        }
        var text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        await ChangeAsync(kept => kept.Any(k => k.Line.Name == line.Name)
            ? throw new HostException(Fault.Conflict, $"There is a token {line.Name} already.",
                $"Take another name, or `loam token revoke {line.Name}` first.")
            : kept.Length >= Limits.Tokens
                ? throw new HostException(Fault.Exhausted, $"There are {Limits.Tokens} tokens.",
                    "Revoke those that nobody needs: `loam token list`.")
                : kept.Add(new(line, HashOf(text))),
            new(AuditEvents.SecurityModified, maker.Name,
                $"token {line.Name} was made: it may {Word(line.May)} as {line.For}"
                + (line.Until is null ? ", without end" : "")), cancel).ConfigureAwait(false);
        return new(text, line);
    }

    /// <exception cref="HostException">NotFound: there is none of that name.</exception>
    public Task RevokeAsync(string name, string who, CancellationToken cancel) => ChangeAsync(
        kept => kept.Any(k => k.Line.Name == name) ? kept.RemoveAll(k => k.Line.Name == name)
            : throw new HostException(Fault.NotFound, $"There is no token '{name}'.",
                "`loam token list` lists them."),
        new(AuditEvents.SecurityModified, who, $"token {name} was revoked"), cancel);

    /// <summary>Who a token speaks for, and what may be done with it now.</summary>
    /// <returns>Null: it is none, or it opens nothing any more.</returns>
    public (Peer Peer, Rights Rights)? Find(string text)
    {
        var given = Encoding.ASCII.GetBytes(HashOf(text));
        lock (_gate)
        {
            KeptToken? found = null;
            // All of them, and each to its end: how long it takes says nothing.
            foreach (var kept in _kept)
            {
                if (CryptographicOperations.FixedTimeEquals(
                    given, Encoding.ASCII.GetBytes(kept.Hash)))
                {
                    found = kept;
                }
            }
            if (found is null || WhyVoid(found.Line) is not null)
            {
                return null;
            }
            _used[found.Hash] = time.GetUtcNow();
            return (new(Peer.Nobody, [], found.Line.For) { Token = found.Line.Name },
                RightsOf(found.Line.May) & rightsOf(found.Line.For));
        }
    }

    /// <summary>Too many wrong ones came. They are refused, whether that can be recorded or not.
    /// </summary>
    public async Task RecordAsync(string source, CancellationToken cancel)
    {
        try
        {
            await audit.WriteAsync(new(AuditEvents.UserLogin, "loam",
                $"{Limits.TokenFailures} wrong tokens came from {source}; more of them are turned "
                + "away for a minute"), cancel).ConfigureAwait(false);
        }
        catch (HostException)
        {
            // Refused they are.
        }
    }

    /// <summary>It is recorded before it holds.</summary>
    private async Task ChangeAsync(Func<ImmutableArray<KeptToken>, ImmutableArray<KeptToken>> how,
        AuditEntry entry, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var now = how(_kept);
            await audit.WriteAsync(entry, cancel).ConfigureAwait(false);
            store.Save(new(now));
            lock (_gate)
            {
                _kept = now;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private string? WhyVoid(TokenLine line) =>
        line.Until is { } until && until <= time.GetUtcNow() ? "it has expired"
            : (RightsOf(line.May) & rightsOf(line.For)) == Rights.None
                ? $"{line.For} may do nothing on this machine" : null;

    private static TimeSpan? Checked(TokenOrder order)
    {
        if (order.Name is not { Length: > 0 and <= 63 } name
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new HostException(Fault.Unsupported, $"'{order.Name}' cannot name a token.",
                "A name has letters, digits, '-', '_' and '.', at most 63.");
        }
        return order.Lifetime is not { } time || (time >= s_shortest && time <= s_longest)
            ? order.Lifetime
            : throw new HostException(Fault.Unsupported,
                "A token lasts from a minute to ten years.", "Say how long, such as 30d.");
    }

    private static string Word(TokenScope scope) => scope.ToString().ToLowerInvariant();

    private static string HashOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
