using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Users;

/// <summary>The files of accounts, written by us, where the host has no programs for that. A user's
/// line in passwd is the first that comes and the last that goes: what a crash leaves half done is
/// seen, and is finished or taken back. A line in shadow or gshadow that was left behind by another
/// account goes before somebody gets its name.</summary>
/// <param name="root">The directory that is the machine's root: <c>/</c>.</param>
/// <param name="write">Writes a file that is there, whole or not at all.</param>
internal sealed class AccountFiles(string root, TimeSpan patience, Action<string, byte[]> write)
    : IAccountWriter
{
    private const int FirstOfSystem = 101, LastOfSystem = 999;
    private const int MostLetters = 32;
    private const long FirstBelow = 100_000, LastBelow = 600_100_000, CountBelow = 65_536;
    private const uint ForRoot = 0b110_000_000;

    /// <summary>Fields of a line in passwd, shadow, group and gshadow.</summary>
    private const int OfUser = 7, OfSecret = 9, OfGroup = 4;

    public AccountFiles(string root)
        : this(root, AccountLock.Patience, (path, text) => AtomicFile.Write(path, text, ForRoot))
    {
    }

    public Task AddUserAsync(HostUser user, CancellationToken cancel) =>
        ChangeAsync(files => Add(files, user), cancel);

    public Task FinishUserAsync(HostUser user, CancellationToken cancel) =>
        ChangeAsync(files => Finish(files, user), cancel);

    public Task SetUserAsync(HostUser user, bool? locked, CancellationToken cancel) =>
        ChangeAsync(files => Set(files, user, locked), cancel);

    public Task RemoveUserAsync(HostUser user, CancellationToken cancel) =>
        ChangeAsync(files => Remove(files, user), cancel);

    public Task AddGroupAsync(string name, CancellationToken cancel) =>
        ChangeAsync(files => AddGroup(files, name), cancel);

    public Task RemoveGroupAsync(string name, CancellationToken cancel) =>
        ChangeAsync(files => RemoveGroup(files, name), cancel);

    private void Add(Tables files, HostUser user)
    {
        CheckName(user.Name);
        CheckPath(user.Home);
        CheckPath(user.Shell);
        if (files.Users.Has(user.Name) || files.Groups.Has(user.Name))
        {
            throw Taken($"name {user.Name}",
                files.Users.Has(user.Name) ? files.Users : files.Groups);
        }
        CheckNumber(files.Users, user.Uid);
        CheckNumber(files.Groups, user.Gid);
        // Nothing of an account that had this name before is given to the new one.
        files.GroupSecrets?.Remove(user.Name);
        files.GroupSecrets?.Enlist(user.Name, ImmutableHashSet<string>.Empty, 2, 3);
        files.Groups.Enlist(user.Name, ImmutableHashSet<string>.Empty, 3);
        files.Secrets.Remove(user.Name);
        Keep(files.GroupSecrets, files.Groups, files.Secrets);
        files.Users.Append(user.Name, "x", AccountTable.Text(user.Uid),
            AccountTable.Text(user.Gid), "", AccountTable.Raw(user.Home),
            AccountTable.Raw(user.Shell));
        Keep(files.Users);
        Finish(files, user);
    }

    private void Finish(Tables files, HostUser user)
    {
        if (files.Users.Find(user.Name) is not { } at
            || AccountTable.Number(files.Users.Fields(at, OfUser), 2) != user.Uid)
        {
            throw Gone(user.Name);
        }
        if (!files.Secrets.Has(user.Name))
        {
            // No password fits, and the account is not locked for that.
            files.Secrets.Append([.. Secret(user.Name, "*")]);
        }
        if (!files.Groups.Has(user.Name) && !HasNumber(files.Groups, user.Gid))
        {
            files.Groups.Append(user.Name, "x", AccountTable.Text(user.Gid), "");
        }
        if (files.GroupSecrets?.Has(user.Name) == false
            && files.Groups.Find(user.Name) is { } group
            && AccountTable.Number(files.Groups.Fields(group, OfGroup), 2) == user.Gid)
        {
            files.GroupSecrets.Append(user.Name, "!", "", "");
        }
        Share(files.SubUsers, user.Name);
        Share(files.SubGroups, user.Name);
        Keep(files.Secrets, files.Groups, files.GroupSecrets, files.SubUsers, files.SubGroups);
    }

    private void Set(Tables files, HostUser user, bool? locked)
    {
        CheckPath(user.Shell);
        var name = AccountTable.Raw(user.Name);
        var groups = user.Groups.Select(AccountTable.Raw).ToHashSet();
        if (files.Users.Find(name) is not { } at)
        {
            throw Gone(user.Name);
        }
        if (groups.FirstOrDefault(g => files.Groups.Find(g) is null) is { } missing)
        {
            throw new HostException(Fault.Conflict, $"There is no group {missing} in "
                + $"{files.Groups.Path}.", "Plan anew.");
        }
        if (groups.Count > 0 && name.Contains(',', StringComparison.Ordinal))
        {
            throw Odd(user.Name, "a name that a group can list");
        }
        var fields = files.Users.Fields(at, OfUser);
        SetSecret(files.Secrets, name, fields, user.ExpiresOn, locked);
        fields[6] = AccountTable.Raw(user.Shell);
        files.Users.Set(at, fields);
        files.Groups.Enlist(name, groups, 3);
        files.GroupSecrets?.Enlist(name, groups, 3);
        // Who is shut out is so first; who is let in is so last.
        if (locked == true || user.ExpiresOn is not null)
        {
            Keep(files.Secrets);
        }
        Keep(files.GroupSecrets, files.Groups, files.Users, files.Secrets);
    }

    /// <param name="user">The line in passwd. A password that stands there moves, or nothing in
    /// shadow would be heeded.</param>
    private static void SetSecret(
        AccountTable secrets, string name, string[] user, int? expiresOn, bool? locked)
    {
        if (secrets.Find(name) is not { } at)
        {
            if (expiresOn is not null)
            {
                secrets.Append([.. Secret(name, user[1] == "x" ? "*" : user[1])]);
                user[1] = "x";
                SetSecret(secrets, name, user, expiresOn, locked);
            }
            return;
        }
        var fields = secrets.Fields(at, OfSecret);
        fields[1] = locked switch
        {
            true when !fields[1].StartsWith('!') => "!" + fields[1],
            // Never to an empty password, which every one fits.
            false when fields[1].TrimStart('!') is { Length: > 0 } open => open,
            _ => fields[1],
        };
        fields[7] = expiresOn is { } day ? AccountTable.Text(day) : "";
        secrets.Set(at, fields);
    }

    private void Remove(Tables files, HostUser user)
    {
        if (files.Users.Find(user.Name) is not { } at)
        {
            return;
        }
        var fields = files.Users.Fields(at, OfUser);
        if (AccountTable.Number(fields, 2) != user.Uid)
        {
            throw Gone(user.Name);
        }
        var number = AccountTable.Number(fields, 3);
        if (files.Groups.Find(user.Name) is { } group
            && AccountTable.Number(files.Groups.Fields(group, OfGroup), 2) == number
            && !files.Users.Rows.Any(r => r.At != at && AccountTable.Number(r.Fields, 3) == number))
        {
            files.Groups.Remove(user.Name);
            files.GroupSecrets?.Remove(user.Name);
        }
        files.Groups.Enlist(user.Name, ImmutableHashSet<string>.Empty, 3);
        files.GroupSecrets?.Enlist(user.Name, ImmutableHashSet<string>.Empty, 2, 3);
        files.SubUsers?.Remove(user.Name);
        files.SubGroups?.Remove(user.Name);
        files.Secrets.Remove(user.Name);
        files.Users.Remove(user.Name);
        Keep(files.GroupSecrets, files.Groups, files.SubUsers, files.SubGroups, files.Secrets,
            files.Users);
    }

    private void AddGroup(Tables files, string name)
    {
        CheckName(name);
        if (files.Groups.Has(name))
        {
            throw Taken($"name {name}", files.Groups);
        }
        var taken = files.Groups.Rows.Select(r => AccountTable.Number(r.Fields, 2))
            .Concat(files.Users.Rows.Select(r => AccountTable.Number(r.Fields, 3))).ToHashSet();
        var number = LastOfSystem;
        while (taken.Contains(number))
        {
            number--;
        }
        if (number < FirstOfSystem)
        {
            throw new HostException(Fault.Exhausted, string.Create(CultureInfo.InvariantCulture,
                $"Every number from {FirstOfSystem} to {LastOfSystem} is taken in ")
                + $"{files.Groups.Path}.", "Remove groups that nobody needs.");
        }
        files.GroupSecrets?.Remove(name);
        files.GroupSecrets?.Append(name, "!", "", "");
        files.Groups.Append(name, "x", AccountTable.Text(number), "");
        Keep(files.GroupSecrets, files.Groups);
    }

    private void RemoveGroup(Tables files, string name)
    {
        if (files.Groups.Find(name) is { } at)
        {
            var fields = files.Groups.Fields(at, OfGroup);
            if (AccountTable.Names(fields, 3).Length > 0
                || (AccountTable.Number(fields, 2) is { } number && files.Users.Rows.Any(
                    r => AccountTable.Number(r.Fields, 3) == number)))
            {
                throw new HostException(Fault.Conflict, $"The group {name} has members.",
                    "Take them out of it first.");
            }
        }
        files.GroupSecrets?.Remove(name);
        files.Groups.Remove(name);
        Keep(files.GroupSecrets, files.Groups);
    }

    /// <summary>Gives a user numbers for the users of its containers, after those that others
    /// have.</summary>
    private static void Share(AccountTable? ranges, string name)
    {
        if (ranges is null || ranges.Has(name))
        {
            return;
        }
        var start = FirstBelow;
        foreach (var (from, count) in ranges.Rows.Where(r => r.Fields.Length > 2)
            .Select(r => (From: Long(r.Fields[1]), Count: Long(r.Fields[2])))
            .Where(r => r.Count > 0).OrderBy(r => r.From))
        {
            if (start + CountBelow <= from)
            {
                break;
            }
            start = Math.Max(start, from + count);
        }
        // Without them a user can do all but run containers of their own.
        if (start + CountBelow <= LastBelow)
        {
            ranges.Append(name, start.ToString(CultureInfo.InvariantCulture),
                CountBelow.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static long Long(string text) => uint.TryParse(
        text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static IEnumerable<string> Secret(string name, string password)
    {
        // A clock that was never set must not make a password one that has to be changed.
        var today = (int)DateTimeOffset.UtcNow.Subtract(DateTimeOffset.UnixEpoch).TotalDays;
        return [name, password, today > 0 ? AccountTable.Text(today) : "", "0", "99999", "7",
            "", "", ""];
    }

    private async Task ChangeAsync(Action<Tables> change, CancellationToken cancel)
    {
        using var held = await AccountLock.TakeAsync(
            Path.Combine(root, "etc/.pwd.lock"), patience, cancel);
        change(new(
            Needed("passwd"), Needed("shadow"), Needed("group"), Read("gshadow"),
            Read("subuid"), Read("subgid")));
    }

    private AccountTable? Read(string file) => AccountTable.Read(Path.Combine(root, "etc", file));

    private AccountTable Needed(string file) => Read(file) ?? throw new HostException(
        Fault.NotFound, $"{Path.Combine(root, "etc", file)} is not there.",
        "Put it there, with a line for each user.");

    private void Keep(params ReadOnlySpan<AccountTable?> tables)
    {
        foreach (var table in tables)
        {
            table?.Keep(write);
        }
    }

    private static void CheckNumber(AccountTable table, int number)
    {
        if (HasNumber(table, number))
        {
            throw Taken($"number {AccountTable.Text(number)}", table);
        }
    }

    private static bool HasNumber(AccountTable table, int number) =>
        table.Rows.Any(r => AccountTable.Number(r.Fields, 2) == number);

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > MostLetters
            || !(char.IsAsciiLetterLower(name[0]) || name[0] == '_')
            || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)
                || c is '_' or '-'))
        {
            throw Odd(name, "a name of lower-case letters, digits, _ and -");
        }
    }

    private static void CheckPath(string path)
    {
        if (!path.StartsWith('/') || path.Any(c => c == ':' || char.IsControl(c)))
        {
            throw Odd(path, "an absolute path without a colon");
        }
    }

    private static HostException Odd(string what, string wanted) => new(
        Fault.Unsupported, $"\"{what}\" cannot stand in /etc/passwd: it is not {wanted}.",
        "Choose another one.");

    private static HostException Taken(string what, AccountTable table) => new(
        Fault.Conflict, $"The {what} is taken in {table.Path}.",
        "See what stands there, and apply it again.");

    private static HostException Gone(string name) => new(
        Fault.Conflict, $"The user {name} is gone, or another one has the name.", "Plan anew.");

    /// <param name="GroupSecrets">Null, as for the next two: the machine keeps none.</param>
    private sealed record Tables(
        AccountTable Users, AccountTable Secrets, AccountTable Groups, AccountTable? GroupSecrets,
        AccountTable? SubUsers, AccountTable? SubGroups);
}
