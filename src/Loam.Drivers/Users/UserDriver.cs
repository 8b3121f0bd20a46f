using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Users;

/// <summary>Accounts, their groups and their keys. Never deletes an account, but for taking back
/// one that was just made.</summary>
public sealed class UserDriver(IAccountHost host, UserLedger ledger) : IDriver
{
    private const int FirstPerson = 1000, LastPerson = 60_000;

    /// <summary>The programs that change accounts lock each other out, and what is seen must go
    /// together with the ledger.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    public IReadOnlySet<ActionKind> Performs { get; } = new HashSet<ActionKind>
    {
        ActionKind.SetUser, ActionKind.CreateGroup, ActionKind.RemoveGroup,
    };

    public async Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            return soFar with { Accounts = await SeeAsync(cancel) };
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            switch (action.Kind)
            {
                case ActionKind.CreateGroup:
                    await MakeGroupAsync(action.Target, cancel);
                    break;
                case ActionKind.RemoveGroup:
                    await TakeGroupAsync(action.Target, cancel);
                    break;
                case ActionKind.SetUser when action.User is { After: { } target } change:
                    await SetAsync(change.Before, target, cancel);
                    break;
                case ActionKind.SetUser when action.User is { Before: { } made }:
                    await UnmakeAsync(made, cancel);
                    break;
                default:
                    throw new InvariantException($"the user driver does not {action.Kind}");
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<ObservedAccounts?> SeeAsync(CancellationToken cancel)
    {
        if (await host.LookAsync(cancel) is not { } all)
        {
            return null;
        }
        foreach (var (name, owned) in ledger.Users)
        {
            if (!all.Users.Any(u => u.Name == name && u.Uid == owned.Uid))
            {
                // Somebody deleted it: whoever gets that name next is not ours.
                ledger.Forget(name);
            }
        }
        var seen = ImmutableArray.CreateBuilder<ObservedUser>();
        foreach (var user in all.Users.Where(IsPerson))
        {
            seen.Add(await SeeAsync(user, cancel));
        }
        return new(seen.ToImmutable(),
            [.. all.Users.Where(u => !IsPerson(u)).Select(u => u.Name)],
            [.. all.Users.Select(u => u.Uid), .. all.Users.Select(u => u.Gid),
                .. all.Groups.Values],
            [.. all.Groups.Keys], all.Shells, all.HasSudo);
    }

    private bool IsPerson(HostUser user) => user.Uid is >= FirstPerson and <= LastPerson
        || user is { Uid: 0, Name: "root" } || ledger.Users.ContainsKey(user.Name);

    private async Task<ObservedUser> SeeAsync(HostUser user, CancellationToken cancel)
    {
        string? text = null, trouble = null;
        try
        {
            text = await host.ReadKeysAsync(user, cancel);
        }
        catch (HostException fault) when (!fault.MayPass)
        {
            trouble = fault.Message;
        }
        var (ours, others) = KeyBlock.Read(text);
        var owned = ledger.Users.GetValueOrDefault(user.Name);
        return new(new(user.Name, user.Uid)
        {
            Home = user.Home,
            Shell = user.Shell,
            Groups = user.Groups,
            Keys = ours,
            SudoRule = await host.ReadSudoAsync(user.Name, cancel),
            PasswordIsLocked = user.PasswordIsLocked,
            ExpiresOn = user.ExpiresOn,
            Ownership = owned is null ? Ownership.Foreign
                : owned.IsCreated ? Ownership.Created : Ownership.Adopted,
            Given = owned?.Given ?? [],
        }, user.HasPassword, others)
        {
            Trouble = trouble, LastLogin = await host.LastLoginAsync(user.Uid, cancel),
        };
    }

    private async Task SetAsync(
        UserAccount? before, UserAccount target, CancellationToken cancel)
    {
        var there = await FindAsync(target.Name, cancel);
        if (there is null && before is not null)
        {
            throw new HostException(Fault.NotFound,
                $"The user {target.Name} is gone: somebody deleted it.", "Plan anew.");
        }
        if (there is null || before is null)
        {
            there = await MakeAsync(there, target, cancel);
        }
        // Who loses something loses it first; who gains something gains it last.
        if (target.SudoRule is null)
        {
            await SetSudoAsync(target, cancel);
        }
        var wanted = there with
        {
            Shell = target.Shell, Groups = target.Groups, ExpiresOn = target.ExpiresOn,
            PasswordIsLocked = target.PasswordIsLocked,
        };
        if (!there.Groups.SequenceEqual(wanted.Groups)
            || there with { Groups = wanted.Groups } != wanted)
        {
            await host.SetAsync(wanted, cancel);
        }
        await SetKeysAsync(there, target.Keys, cancel);
        if (target.SudoRule is not null)
        {
            await SetSudoAsync(target, cancel);
        }
        if (target.Ownership == Ownership.Foreign)
        {
            ledger.Forget(target.Name);
        }
        else
        {
            ledger.Put(target.Name, new(
                target.Uid, target.Ownership == Ownership.Created, target.Given));
        }
    }

    /// <summary>Noted before it is made, so that a death between the two leaves nothing unknown.
    /// </summary>
    private async Task<HostUser> MakeAsync(
        HostUser? there, UserAccount target, CancellationToken cancel)
    {
        if (there is not null)
        {
            if (ledger.Users.GetValueOrDefault(target.Name) is not { IsCreated: true } ours
                || ours.Uid != there.Uid)
            {
                throw new HostException(Fault.Conflict,
                    $"Somebody else made a user {target.Name} meanwhile.", "Plan anew.");
            }
            await host.FinishAsync(there, cancel);
            return there;
        }
        ledger.Put(target.Name, new(target.Uid, true, target.Given));
        await host.AddAsync(new(target.Name, target.Uid, target.Uid, target.Home, target.Shell,
            [], false, false, null), cancel);
        return await FindAsync(target.Name, cancel) ?? throw new HostException(
            Fault.Unavailable, $"The user {target.Name} was made and is not there.");
    }

    private async Task UnmakeAsync(UserAccount made, CancellationToken cancel)
    {
        if (ledger.Users.GetValueOrDefault(made.Name) is not { IsCreated: true } ours)
        {
            return;
        }
        if (await FindAsync(made.Name, cancel) is { } there && there.Uid == ours.Uid)
        {
            await host.WriteSudoAsync(made.Name, null, cancel);
            await SetKeysAsync(there, [], cancel);
            await host.RemoveAsync(there, cancel);
        }
        ledger.Forget(made.Name);
    }

    private async Task SetKeysAsync(
        HostUser user, ImmutableArray<string> keys, CancellationToken cancel)
    {
        string? text = null;
        try
        {
            text = await host.ReadKeysAsync(user, cancel);
        }
        catch (HostException fault) when (keys.IsEmpty && !fault.MayPass)
        {
            // Nobody can keep Loam from locking them by what they put into their home.
            return;
        }
        if (!KeyBlock.Read(text).Ours.SequenceEqual(keys))
        {
            await host.WriteKeysAsync(user, KeyBlock.With(text, keys), cancel);
        }
    }

    private async Task SetSudoAsync(UserAccount target, CancellationToken cancel)
    {
        if (await host.ReadSudoAsync(target.Name, cancel) != target.SudoRule)
        {
            await host.WriteSudoAsync(target.Name, target.SudoRule, cancel);
        }
    }

    private async Task MakeGroupAsync(string name, CancellationToken cancel)
    {
        if (await host.LookAsync(cancel) is { } all && !all.Groups.ContainsKey(name))
        {
            ledger.PutGroup(name);
            await host.AddGroupAsync(name, cancel);
        }
    }

    private async Task TakeGroupAsync(string name, CancellationToken cancel)
    {
        if (!ledger.Groups.Contains(name) || await host.LookAsync(cancel) is not { } all
            || all.Users.Any(u => u.Groups.Contains(name)))
        {
            return;
        }
        if (all.Groups.ContainsKey(name))
        {
            await host.RemoveGroupAsync(name, cancel);
        }
        ledger.ForgetGroup(name);
    }

    private async Task<HostUser?> FindAsync(string name, CancellationToken cancel) =>
        (await host.LookAsync(cancel))?.Users.FirstOrDefault(u => u.Name == name);
}
