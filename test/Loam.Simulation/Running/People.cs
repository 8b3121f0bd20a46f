using Loam.Core.Resources;

namespace Loam.Simulation.Running;

/// <summary>Users a person might declare, and what must hold of the accounts: of those by hand
/// nothing is lost, who is declared no more is shut out, nobody rules who is not declared to, and
/// somebody can always come in.</summary>
internal sealed class People(World world)
{
    private const string ByHand = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHand by-hand";

    private static readonly string[] s_names = ["anna", "bert", "carl"];
    private static readonly string[] s_groups = ["sudo", "developers", "operators"];

    /// <summary>A public key, its last letter apart.</summary>
    private static readonly string s_key = "ssh-ed25519 " + Convert.ToBase64String(
        [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 32, .. new byte[32]]);

    private readonly string _before = Snapshot(world);
    private readonly bool _wasOpen = IsOpen(world);

    /// <summary>A person with a key and a password was there before, another one is nobody's
    /// business, and root may have a key.</summary>
    public static void Settle(World world)
    {
        var accounts = world.Accounts;
        accounts.Put(new("carl", 1200, 1200, "/home/carl", "/bin/sh", [], true, false, null));
        accounts.PutKeys("carl", $"# mine\n{ByHand}\n");
        accounts.Put(new("dora", 1201, 1201, "/home/dora", "/bin/sh", [], true, false, null));
        if (world.Chance.OneIn(2))
        {
            accounts.PutKeys("root", ByHand + "\n");
        }
    }

    /// <summary>The users of a security.yaml; one time in five the list is absent.</summary>
    public static string Draw(Chance chance)
    {
        if (chance.OneIn(5))
        {
            return "";
        }
        var users = s_names.Where(_ => chance.OneIn(2)).Select(name =>
        {
            var keys = Enumerable.Range(0, chance.Below(3)).Select(k => $"\"{s_key} {name}{k}\"");
            var groups = s_groups.Where(_ => chance.OneIn(3));
            return $"    - name: {name}\n"
                + (chance.OneIn(6) ? "" : $"      ssh_keys: [{string.Join(", ", keys)}]\n")
                + (chance.OneIn(6) ? "" : $"      groups: [{string.Join(", ", groups)}]\n")
                + (chance.OneIn(4) ? "      shell: /bin/sh\n" : "");
        }).ToList();
        return users.Count == 0 ? "  users: []\n" : "  users:\n" + string.Concat(users);
    }

    /// <summary>Somebody changes by hand what is Loam's.</summary>
    public static void Tamper(World world)
    {
        var accounts = world.Accounts;
        foreach (var name in world.UserLedger.Users.Keys.Where(_ => world.Chance.OneIn(3)))
        {
            if (accounts.Keys(name) is { } keys)
            {
                accounts.PutKeys(name, keys.Replace("# loam: end", $"{s_key} intruder\n# loam: end",
                    StringComparison.Ordinal));
            }
            if (accounts.Find(name) is { ExpiresOn: not null } user)
            {
                accounts.Put(user with { ExpiresOn = null });
            }
        }
    }

    /// <param name="isOld">The former generation is in force.</param>
    public void Check(bool isOld, DesiredState state)
    {
        void Wrong(string what) => world.Watch.Violation($"users: {what}");
        var accounts = world.Accounts;
        if (isOld && Snapshot(world) != _before)
        {
            Wrong("a change was taken back, and the accounts are not as before");
        }
        if (_wasOpen && !IsOpen(world))
        {
            Wrong("nobody can come in any more");
        }
        if (accounts.Find("carl") is not { ExpiresOn: null, PasswordIsLocked: false }
            || accounts.Keys("carl")?.Contains($"# mine\n{ByHand}\n", StringComparison.Ordinal)
                != true)
        {
            Wrong("somebody who was there before lost what is theirs");
        }
        if (accounts.Find("dora") is not { Groups.IsEmpty: true, ExpiresOn: null }
            || accounts.Keys("dora") is not null)
        {
            Wrong("somebody was touched whom nobody declared");
        }
        if (state.ManagesUsers)
        {
            foreach (var name in s_names)
            {
                CheckOne(name, state.Users.GetValueOrDefault(name), Wrong);
            }
        }
    }

    private void CheckOne(string name, User? declared, Action<string> wrong)
    {
        var account = world.Accounts.Find(name);
        var text = world.Accounts.Keys(name) ?? "";
        if (declared is null ? account?.ExpiresOn is null && name != "carl" && account is not null
            : account is not { ExpiresOn: null })
        {
            wrong($"{name} can log in and should not, or the other way round");
        }
        if (text.Contains("intruder", StringComparison.Ordinal)
            || declared?.Keys is { } keys && keys.Any(
                k => !text.Contains(k, StringComparison.Ordinal)))
        {
            wrong($"{name} has other keys than declared");
        }
        if (account?.Groups.Contains("sudo") == true
            && declared?.Groups?.Contains("sudo") != true)
        {
            wrong($"{name} may use sudo, and nobody declared it");
        }
    }

    private static string Snapshot(World world) => world.Accounts.Snapshot() + "\n"
        + string.Join(' ', world.UserLedger.Users.Select(u =>
            $"{u.Key} {u.Value.IsCreated} {string.Join(',', u.Value.Given)}")) + "\n"
        + string.Join(' ', world.UserLedger.Groups);

    private static bool IsOpen(World world) => ((string[])["root", .. s_names]).Any(n =>
        world.Accounts.Find(n) is { ExpiresOn: null } user
        && (n == "root" || user.Groups.Contains("sudo"))
        && world.Accounts.Keys(n)?.Split('\n').Any(SshKeys.IsKey) == true);
}
