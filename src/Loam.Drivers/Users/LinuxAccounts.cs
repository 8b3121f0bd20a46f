using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Users;

/// <summary>The accounts in the files below /etc, changed by the host's own programs (useradd and
/// its like) where it has them, and by us where it has none.</summary>
public sealed class LinuxAccounts : IAccountHost
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const uint ReadOnly = 0b100_100_000;

    /// <summary>Bytes of one number's part of lastlog(8).</summary>
    private const int LastLogBytes = 292;

    private readonly string _root;
    private readonly Func<IAccountWriter> _writer;

    /// <param name="root">The directory that is the machine's root: <c>/</c>.</param>
    public LinuxAccounts(string root)
        : this(root, () => ShadowPrograms.AreThere ? new ShadowPrograms(root)
            : new AccountFiles(root))
    {
    }

    internal LinuxAccounts(string root, Func<IAccountWriter> writer) =>
        (_root, _writer) = (root, writer);

    public Task<HostAccounts?> LookAsync(CancellationToken cancel)
    {
        if (Lines("etc/passwd") is not { } users || Lines("etc/group") is not { } groups
            || Lines("etc/shadow") is not { } secrets)
        {
            return Task.FromResult<HostAccounts?>(null);
        }
        var shadow = secrets.Where(f => f.Length > 1)
            .ToLookup(f => f[0], StringComparer.Ordinal);
        var memberships = groups.Where(f => f.Length > 3)
            .SelectMany(f => f[3].Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(member => (Member: member, Group: f[0])))
            .ToLookup(m => m.Member, m => m.Group, StringComparer.Ordinal);
        return Task.FromResult<HostAccounts?>(new(
            [
                .. users.Where(f => f.Length > 6 && Number(f[2]) is not null)
                    .DistinctBy(f => f[0])
                    .Select(f => User(f, shadow[f[0]].FirstOrDefault(), memberships[f[0]])),
            ],
            groups.Where(f => f.Length > 2 && Number(f[2]) is not null).DistinctBy(f => f[0])
                .ToImmutableSortedDictionary(
                    f => f[0], f => Number(f[2])!.Value, StringComparer.Ordinal),
            [.. (Lines("etc/shells") ?? []).Select(f => f[0].Trim())
                .Where(s => s.StartsWith('/'))],
            File.Exists(At("usr/bin/sudo"))));
    }

    public async Task AddAsync(HostUser user, CancellationToken cancel)
    {
        if (Libc.Stat(At(user.Home)) is { } home && home.User != user.Uid)
        {
            throw new HostException(Fault.Conflict,
                $"{user.Home} is there already and belongs to user {home.User}.",
                $"Move it aside, or write uid: {home.User} if it is {user.Name}'s.");
        }
        await _writer().AddUserAsync(user, cancel);
        MakeHome(user);
    }

    public async Task FinishAsync(HostUser user, CancellationToken cancel)
    {
        await _writer().FinishUserAsync(user, cancel);
        MakeHome(user);
    }

    public async Task SetAsync(HostUser user, CancellationToken cancel)
    {
        var there = (await LookAsync(cancel))?.Users.FirstOrDefault(u => u.Name == user.Name);
        await _writer().SetUserAsync(user, there is { HasPassword: true }
            && there.PasswordIsLocked != user.PasswordIsLocked
                ? user.PasswordIsLocked : null, cancel);
    }

    public Task RemoveAsync(HostUser user, CancellationToken cancel)
    {
        // Before the account: one that is gone is not taken back again after a crash.
        HomeFolder.RemoveFresh(At(user.Home), At("etc/skel"), (uint)user.Uid);
        return _writer().RemoveUserAsync(user, cancel);
    }

    public Task AddGroupAsync(string name, CancellationToken cancel) =>
        _writer().AddGroupAsync(name, cancel);

    public Task RemoveGroupAsync(string name, CancellationToken cancel) =>
        _writer().RemoveGroupAsync(name, cancel);

    public Task<string?> ReadKeysAsync(HostUser user, CancellationToken cancel) =>
        Task.FromResult(HomeFolder.ReadKeys(At(user.Home), (uint)user.Uid));

    public Task WriteKeysAsync(HostUser user, string? text, CancellationToken cancel)
    {
        HomeFolder.WriteKeys(At(user.Home), (uint)user.Uid, (uint)user.Gid, text);
        return Task.CompletedTask;
    }

    public Task<string?> ReadSudoAsync(string name, CancellationToken cancel) =>
        Task.FromResult(AtomicFile.Read(SudoFile(name), MostBytes) is { } bytes
            ? Encoding.UTF8.GetString(bytes) : null);

    public async Task WriteSudoAsync(string name, string? text, CancellationToken cancel)
    {
        var file = SudoFile(name);
        if (text is null)
        {
            if (File.Exists(file))
            {
                AtomicFile.Delete(file);
            }
            return;
        }
        if (Command.Find("visudo") is not null
            && await Command.RunAsync("visudo", ["-c", "-f", "-"], text, cancel) is
            { ExitCode: not 0 } wrong)
        {
            throw new HostException(Fault.Unsupported,
                $"sudo does not take the rule for {name}: {wrong.Output.Trim()}",
                "Look at what `visudo -c` says.");
        }
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(text), ReadOnly);
    }

    public Task<DateTimeOffset?> LastLoginAsync(int uid, CancellationToken cancel)
    {
        using var file = Libc.Open(At("var/log/lastlog"), Libc.OpenReadOnly, 0, out _);
        var bytes = new byte[4];
        return Task.FromResult<DateTimeOffset?>(file is not null
            && RandomAccess.Read(file, bytes, (long)uid * LastLogBytes) == bytes.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is > 0 and var seconds
                ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);
    }

    private void MakeHome(HostUser user) => NewHome.Make(
        At(user.Home), At("etc/skel"), (uint)user.Uid, (uint)user.Gid);

    private string At(string path) => Path.Combine(_root, path.TrimStart('/'));

    private string SudoFile(string name) => At($"etc/sudoers.d/loam-{name}");

    private static int? Number(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static HostUser User(string[] line, string[]? shadow, IEnumerable<string> groups)
    {
        var word = shadow?[1] ?? "";
        var hash = word.TrimStart('!');
        // A hash begins with $ or _, or is that of old with thirteen characters.
        var hasPassword = hash.Length > 0 && (hash[0] is '$' or '_' || hash.Length >= 13);
        return new(line[0], Number(line[2])!.Value, Number(line[3]) ?? 0, line[5], line[6],
            [.. groups.Distinct().Order(StringComparer.Ordinal)], hasPassword,
            hasPassword && word[0] == '!', shadow is { Length: > 7 } ? Number(shadow[7]) : null);
    }

    /// <summary>Null: the file is not there, or not for us.</summary>
    private string[][]? Lines(string file)
    {
        try
        {
            return AtomicFile.Read(At(file), MostBytes) is { } bytes
                ? [.. Encoding.UTF8.GetString(bytes).Split('\n').Where(l => l.Length > 0)
                    .Select(l => l.Split(':'))] : null;
        }
        catch (HostException fault) when (fault.Fault == Fault.Denied)
        {
            return null;
        }
    }
}
