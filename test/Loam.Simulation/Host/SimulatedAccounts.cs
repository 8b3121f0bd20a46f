using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Drivers.Users;

namespace Loam.Simulation.Host;

/// <summary>Accounts in memory: root, somebody who was there before, and whoever is made.
/// </summary>
public sealed class SimulatedAccounts : IAccountHost
{
    private readonly SortedDictionary<string, HostUser> _users = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _groups = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _keys = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _sudo = new(StringComparer.Ordinal);

    /// <summary>Hooks before and after each call, given its name.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    public SimulatedAccounts()
    {
        _groups["root"] = 0;
        _groups["sudo"] = 27;
        Put(new("root", 0, 0, "/root", "/bin/bash", [], false, false, null));
        Put(new("daemon", 1, 1, "/usr/sbin", "/usr/sbin/nologin", [], false, false, null));
    }

    /// <summary>Somebody puts an account there by hand, or changes one.</summary>
    public void Put(HostUser user)
    {
        _users[user.Name] = user;
        _groups.TryAdd(user.Name, user.Gid);
    }

    public void PutKeys(string name, string text) => _keys[name] = text;

    public string? Keys(string name) => _keys.GetValueOrDefault(name);

    public HostUser? Find(string name) => _users.GetValueOrDefault(name);

    /// <summary>Everything, as one text.</summary>
    public string Snapshot() => string.Join('\n',
        [
            .. _users.Values.Select(u => string.Create(CultureInfo.InvariantCulture,
                $"{u.Name} {u.Uid} {u.Gid} {u.Home} {u.Shell} {string.Join(',', u.Groups)} "
                + $"{u.HasPassword} {u.PasswordIsLocked} {u.ExpiresOn}")),
            .. _groups.Select(g => $"{g.Key} {g.Value}"),
            .. _keys.Select(k => $"{k.Key}: {k.Value}"),
            .. _sudo.Select(s => $"{s.Key}: {s.Value}"),
        ]);

    public async Task<HostAccounts?> LookAsync(CancellationToken cancel)
    {
        await Before("look at accounts");
        return new([.. _users.Values], _groups.ToImmutableSortedDictionary(StringComparer.Ordinal),
            ["/bin/sh", "/bin/bash"], true);
    }

    public Task AddAsync(HostUser user, CancellationToken cancel) =>
        DoAsync($"account add {user.Name}", () =>
        {
            if (_users.ContainsKey(user.Name) || _groups.ContainsKey(user.Name)
                || _users.Values.Any(u => u.Uid == user.Uid))
            {
                throw new HostException(Fault.Conflict, $"{user.Name} exists already.");
            }
            Put(user);
        });

    // Nothing is ever half made here.
    public Task FinishAsync(HostUser user, CancellationToken cancel) => Task.CompletedTask;

    public Task SetAsync(HostUser user, CancellationToken cancel) =>
        DoAsync($"account set {user.Name}", () =>
        {
            if (!_users.TryGetValue(user.Name, out var old)
                || user.Groups.Any(g => !_groups.ContainsKey(g)))
            {
                throw new HostException(Fault.NotFound, $"{user.Name} or its group is gone.");
            }
            _users[user.Name] = old with
            {
                Shell = user.Shell,
                Groups = user.Groups,
                ExpiresOn = user.ExpiresOn,
                PasswordIsLocked = old.HasPassword && user.PasswordIsLocked,
            };
        });

    public Task RemoveAsync(HostUser user, CancellationToken cancel) =>
        DoAsync($"account remove {user.Name}", () =>
        {
            _users.Remove(user.Name);
            _groups.Remove(user.Name);
        });

    public Task AddGroupAsync(string name, CancellationToken cancel) =>
        DoAsync($"account group {name}", () =>
            _groups[name] = Enumerable.Range(100, 900).First(n => !_groups.ContainsValue(n)));

    public Task RemoveGroupAsync(string name, CancellationToken cancel) =>
        DoAsync($"account ungroup {name}", () => _groups.Remove(name));

    public async Task<string?> ReadKeysAsync(HostUser user, CancellationToken cancel)
    {
        await Task.CompletedTask;
        return Keys(user.Name);
    }

    public Task WriteKeysAsync(HostUser user, string? text, CancellationToken cancel) =>
        DoAsync($"account keys {user.Name}", () => Set(_keys, user.Name, text));

    public Task<string?> ReadSudoAsync(string name, CancellationToken cancel) =>
        Task.FromResult(_sudo.GetValueOrDefault(name));

    public Task WriteSudoAsync(string name, string? text, CancellationToken cancel) =>
        _sudo.GetValueOrDefault(name) == text ? Task.CompletedTask
            : DoAsync($"account sudo {name}", () => Set(_sudo, name, text));

    public Task<DateTimeOffset?> LastLoginAsync(int uid, CancellationToken cancel) =>
        Task.FromResult<DateTimeOffset?>(null);

    private async Task DoAsync(string call, Action act)
    {
        await Before(call);
        act();
        await After(call);
    }

    private static void Set(SortedDictionary<string, string> where, string name, string? text)
    {
        if (text is null)
        {
            where.Remove(name);
            return;
        }
        where[name] = text;
    }
}
