using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;
using Loam.Drivers.Users;
using Loam.Tests.Users;

namespace Loam.Tests.Conformance;

/// <summary>The files of accounts, in a directory that looks like a machine's root.</summary>
public abstract class RealUserConformance : UserConformance, IDisposable
{
    private const string Hash =
        "$y$j9T$5Dr1bGyY0gkXkW0w5uZ6M1$7C3m0Z0l0Jj1XJrVJ7uO1mA1g0iCkW1x6m2b7p8q9r0";

    private readonly PeopledRoot _root = new();

    private string Home => At("home/anna");

    public virtual void Dispose()
    {
        GC.SuppressFinalize(this);
        _root.Dispose();
    }

    private protected abstract IAccountWriter Writer(string root);

    private protected override IAccountHost Make()
    {
        _root.Fill();
        return new LinuxAccounts(_root.Path, () => Writer(_root.Path));
    }

    private protected override void PutBob()
    {
        _ = Host;
        File.AppendAllText(At("etc/passwd"), "bob:x:1500:1500:Bob:/home/bob:/bin/sh\n");
        File.AppendAllText(At("etc/group"), "bob:x:1500:\n");
        File.AppendAllText(At("etc/shadow"), $"bob:{Hash}:19000:0:99999:7:::\n");
        File.AppendAllText(At("etc/gshadow"), "bob:!::\n");
        var ssh = Directory.CreateDirectory(At("home/bob/.ssh")).FullName;
        File.WriteAllText(Path.Combine(ssh, "authorized_keys"), ByHand + "\n");
        foreach (var path in (string[])[At("home/bob"), ssh, Path.Combine(ssh, "authorized_keys")])
        {
            Give(path, 1500);
        }
    }

    private protected override string Everything()
    {
        _ = Host;
        return _root.Everything();
    }

    [NeedingFact]
    public async Task The_files_have_the_owner_and_modes_that_sshd_asks_for()
    {
        await SetAsync(null, Wanted);

        foreach (var (path, mode) in ((string, string)[])
            [(".ssh", "700"), (".ssh/authorized_keys", "600")])
        {
            var (_, said) = await Processes.RunAsync(
                "stat", "-c", "%u %g %a", Path.Combine(Home, path));
            said.Trim().ShouldBe($"1001 1001 {mode}");
        }
        (await Processes.RunAsync("stat", "-c", "%u %a", At("etc/sudoers.d/loam-anna")))
            .Output.Trim().ShouldBe("0 440");
        File.ReadAllText(At("etc/shadow")).ShouldContain("anna:*:");
    }

    [NeedingFact]
    public Task A_link_instead_of_the_directory_leads_nowhere() => TryLinkAsync(".ssh");

    [NeedingFact]
    public Task A_link_instead_of_the_file_leads_nowhere() => TryLinkAsync("authorized_keys");

    [NeedingFact]
    public Task Another_name_of_a_file_of_roots_leads_nowhere() => TryLinkAsync("hard");

    private async Task TryLinkAsync(string what)
    {
        await SetAsync(null, Wanted);
        var target = Directory.CreateDirectory(At("precious")).FullName;
        var secret = Path.Combine(target, "authorized_keys");
        File.WriteAllText(secret, "root only\n");
        var (ssh, keys) = (Path.Combine(Home, ".ssh"), Path.Combine(Home, ".ssh/authorized_keys"));
        File.Delete(keys);
        if (what == ".ssh")
        {
            Directory.Delete(ssh);
            File.CreateSymbolicLink(ssh, target);
        }
        else if (what == "authorized_keys")
        {
            File.CreateSymbolicLink(keys, secret);
        }
        else
        {
            (await Processes.RunAsync("ln", secret, keys)).Exit.ShouldBe(0);
        }

        (await FindAsync("anna")).Trouble.ShouldNotBeNull();
        var changed = Wanted with { Keys = [Spare] };
        (await Should.ThrowAsync<HostException>(() => SetAsync(Wanted, changed)))
            .Fault.ShouldBe(Fault.Unsupported);
        // Who did it is locked all the same.
        await SetAsync(Wanted, Wanted with { Keys = [], ExpiresOn = 1 });

        File.ReadAllText(secret).ShouldBe("root only\n");
        Directory.GetFiles(target).ShouldHaveSingleItem();
        (await FindAsync("anna")).Account.ExpiresOn.ShouldBe(1);
    }

    [NeedingFact]
    public async Task A_home_with_something_of_the_users_stays_when_the_user_is_taken_back()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Prepared("etc/skel")).FullName,
            ".profile"), "# as it comes\n");
        await SetAsync(null, Wanted);
        File.Exists(Path.Combine(Home, ".profile")).ShouldBeTrue();
        File.WriteAllText(Path.Combine(Home, "letter"), "dear");

        await SetAsync(Wanted, null);

        Directory.GetFileSystemEntries(Home).ShouldHaveSingleItem().ShouldEndWith("letter");
    }

    [NeedingFact]
    public async Task A_home_of_somebody_else_is_not_taken_over()
    {
        Directory.CreateDirectory(Prepared("home/anna"));
        Give(Home, 1700);

        (await Should.ThrowAsync<HostException>(() => SetAsync(null, Wanted)))
            .Message.ShouldContain("belongs to user 1700");
        File.ReadAllText(At("etc/passwd")).ShouldNotContain("anna");
    }

    [NeedingFact]
    public async Task A_key_put_into_the_block_by_hand_is_seen()
    {
        await SetAsync(null, Wanted);
        var file = Path.Combine(Home, ".ssh/authorized_keys");
        var text = File.ReadAllText(file);
        File.WriteAllText(file, text.Replace("# loam: end", Spare + "\n# loam: end"));

        (await FindAsync("anna")).Account.Keys.ShouldBe([Anna, Spare]);
    }

    [NeedingFact]
    public async Task Who_was_deleted_by_hand_is_forgotten()
    {
        await SetAsync(null, Wanted);
        await Processes.RunAsync("userdel", "--prefix", _root.Path, "anna");
        (await SeeAsync()).Find("anna").ShouldBeNull();
        await Processes.RunAsync("useradd", "--prefix", _root.Path, "-u", "1001", "anna");

        (await FindAsync("anna")).Account.Ownership.ShouldBe(Ownership.Foreign);
    }

    private protected string At(string path) => Path.Combine(_root.Path, path);

    private string Prepared(string path)
    {
        _ = Host;
        return At(path);
    }

    private static void Give(string path, int user) => Processes.RunAsync(
        "chown", $"{user}:{user}", path).GetAwaiter().GetResult();
}

/// <summary>By the host's own programs.</summary>
[NeedsRoot]
public sealed class ShadowUserConformance : RealUserConformance
{
    private protected override IAccountWriter Writer(string root) => new ShadowPrograms(root);
}

/// <summary>By us.</summary>
[NeedsRoot]
public sealed class FilesUserConformance : RealUserConformance
{
    private protected override IAccountWriter Writer(string root) => new AccountFiles(root);
}

/// <summary>By us, where /etc is an overlay over an image that nobody can write.</summary>
[NeedsRoot]
public sealed class OverlaidUserConformance : RealUserConformance
{
    private readonly string _upper = Directory.CreateTempSubdirectory("loam-upper-").FullName;
    private bool _isOverlaid;

    private protected override IAccountWriter Writer(string root) => new AccountFiles(root);

    private protected override IAccountHost Make()
    {
        var host = base.Make();
        Libc.Mount("none", _upper, "tmpfs", 0, "").ShouldBe(0);
        var (upper, work) = (Path.Combine(_upper, "upper"), Path.Combine(_upper, "work"));
        Directory.CreateDirectory(upper);
        Directory.CreateDirectory(work);
        Libc.Mount("none", At("etc"), "overlay", 0,
            $"lowerdir={At("etc")},upperdir={upper},workdir={work}").ShouldBe(0);
        _isOverlaid = true;
        return host;
    }

    public override void Dispose()
    {
        if (_isOverlaid)
        {
            _ = Libc.Unmount(At("etc"), 0);
        }
        _ = Libc.Unmount(_upper, 0);
        Directory.Delete(_upper);
        base.Dispose();
    }
}

/// <summary>Needs root and the programs that change accounts.</summary>
public sealed class NeedsRootAttribute : NeedAttribute
{
    public override string? Missing() =>
        MissingProgram("useradd", "usermod", "userdel", "groupadd", "chown");
}
