using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Users;
using Loam.Tests.Conformance;

namespace Loam.Tests.Users;

/// <summary>The files of accounts as we write them, whatever stands in them.</summary>
[NeedsRoot]
public sealed class AccountFilesTests : IDisposable
{
    private static readonly HostUser s_anna =
        new("anna", 1001, 1001, "/home/anna", "/bin/sh", ["sudo"], false, false, null);

    private readonly PeopledRoot _root = new();
    private readonly AccountFiles _files;
    private readonly LinuxAccounts _accounts;

    public AccountFilesTests()
    {
        _root.Fill();
        _files = new(_root.Path);
        _accounts = new(_root.Path, () => _files);
    }

    public void Dispose() => _root.Dispose();

    [NeedingFact]
    public async Task What_it_does_not_know_stays_byte_for_byte()
    {
        Put("passwd", "root:x:0:0:r\xf6\xff:/root:/bin/bash:and:more\n\n# by hand\r\n"
            + "odd\n:x:7:7::/:\n+@staff::::::\n-bob::::::\n+::::::");
        Put("group", "root:x:0:\nsudo:x:27:root,,bob \n\nodd:x\n+:::");
        Put("shadow", "root:*:19000:0:99999:7:::\n\n+::::::::");
        Put("gshadow", "root:*::\nsudo:*:root:bob\n+:::");
        var before = _root.Everything();

        await AddAsync();
        Lines("passwd")[5..7].ShouldBe(
            ["anna:x:1001:1001::/home/anna:/bin/sh", "+@staff::::::"]);
        Lines("shadow")[2].ShouldStartWith("anna:*:");
        Lines("group")[1].ShouldBe("sudo:x:27:root,bob ,anna");
        Lines("group")[4].ShouldBe("anna:x:1001:");
        Lines("gshadow")[1..3].ShouldBe(["sudo:*:root:bob,anna", "anna:!::"]);

        await _accounts.RemoveAsync(s_anna, default);
        // A list of names is written as such a list is.
        _root.Everything().ShouldBe(before.Replace("root,,bob ", "root,bob "));
    }

    [NeedingFact]
    public async Task A_last_line_without_an_end_gets_one()
    {
        foreach (var file in (string[])["passwd", "group", "shadow", "gshadow"])
        {
            Put(file, Read(file).TrimEnd('\n'));
        }
        Put("subuid", "");

        await AddAsync();

        Lines("passwd")[^3..].ShouldBe(["daemon:x:1:1::/usr/sbin:/usr/sbin/nologin",
            "anna:x:1001:1001::/home/anna:/bin/sh", ""]);
        Lines("group")[^3..].ShouldBe(["sudo:x:27:anna", "anna:x:1001:", ""]);
        Read("subuid").ShouldBe("anna:100000:65536\n");
        File.Exists(_root["etc/subgid"]).ShouldBeFalse();
    }

    [NeedingFact]
    public async Task Owner_and_mode_of_each_file_stay()
    {
        foreach (var (file, mode) in ((string, string)[])
            [("passwd", "644"), ("group", "604"), ("shadow", "640"), ("gshadow", "600")])
        {
            await Processes.RunAsync("chown", "3:42", _root["etc/" + file]);
            await Processes.RunAsync("chmod", mode, _root["etc/" + file]);
        }

        await AddAsync();

        (await Processes.RunAsync("stat", "-c", "%u %g %a", _root["etc/passwd"],
            _root["etc/group"], _root["etc/shadow"], _root["etc/gshadow"])).Output
            .ShouldBe("3 42 644\n3 42 604\n3 42 640\n3 42 600\n");
    }

    [NeedingFact]
    public async Task Nothing_of_an_earlier_account_is_given_to_a_new_one()
    {
        Append("shadow", "anna:$y$j9T$old:19000:0:99999:7:::\n");
        Put("group", "root:x:0:anna\ndaemon:x:1:\nsudo:x:27:bob,anna\n");
        Put("gshadow", "root:*::anna\ndaemon:*::\nsudo:*:anna:bob,anna\nanna:$y$j9T$old:bob:bob\n");

        await _accounts.AddAsync(s_anna with { Groups = [] }, default);

        Read("shadow").ShouldNotContain("old");
        Lines("group").ShouldBe(
            ["root:x:0:", "daemon:x:1:", "sudo:x:27:bob", "anna:x:1001:", ""]);
        Lines("gshadow").ShouldBe(["root:*::", "daemon:*::", "sudo:*::bob", "anna:!::", ""]);
    }

    [NeedingFact]
    public async Task No_name_and_no_number_is_given_twice()
    {
        await TakenAsync("passwd", "anna:x:1500:1500::/:/bin/sh\n");
        await TakenAsync("passwd", "  anna:x:1500:1500::/:/bin/sh\n");
        await TakenAsync("passwd", "eve:x:1001:1500::/:/bin/sh\n");
        await TakenAsync("passwd", "anna\n");
        await TakenAsync("group", "anna:x:1500:\n");
        await TakenAsync("group", "eve:x:1001:\n");
        (await Should.ThrowAsync<HostException>(() => _files.AddGroupAsync("sudo", default)))
            .Fault.ShouldBe(Fault.Conflict);
    }

    private async Task TakenAsync(string file, string line)
    {
        var text = Read(file);
        Put(file, text + line);
        await RefusedAsync(Fault.Conflict, () => _files.AddUserAsync(s_anna, default));
        Put(file, text);
    }

    [NeedingFact]
    public async Task A_name_that_stands_there_twice_is_not_changed()
    {
        await AddAsync();
        Append("passwd", "anna:x:0:0::/:/bin/sh\n");
        await RefusedAsync(Fault.Conflict, () => _accounts.SetAsync(s_anna, default));
        await RefusedAsync(Fault.Conflict, () => _files.RemoveUserAsync(s_anna, default));
        Put("passwd", Read("passwd").Replace("anna:x:0:0::/:/bin/sh\n", ""));
        Append("shadow", "anna:$y$j9T$other:19000:0:99999:7:::\n");
        await RefusedAsync(Fault.Conflict, () => _accounts.SetAsync(s_anna, default));
        Append("group", "sudo:x:28:\n");
        await RefusedAsync(Fault.Conflict, () => _accounts.SetAsync(s_anna, default));
        await RefusedAsync(Fault.Conflict, () => _files.RemoveGroupAsync("sudo", default));
    }

    [NeedingFact]
    public async Task What_cannot_stand_in_the_files_is_refused()
    {
        foreach (var name in (string[])["", "Anna", "an:na", "an\nna", "-anna", "änna", "a,b", "+",
            new string('a', 33)])
        {
            await RefusedAsync(Fault.Unsupported,
                () => _files.AddUserAsync(s_anna with { Name = name }, default));
            await RefusedAsync(Fault.Unsupported, () => _files.AddGroupAsync(name, default));
        }
        foreach (var path in (string[])["", "home", "/a:b", "/a\nroot2:x:0:0::/:/bin/sh"])
        {
            await RefusedAsync(Fault.Unsupported,
                () => _files.AddUserAsync(s_anna with { Home = path }, default));
            await RefusedAsync(Fault.Unsupported,
                () => _files.AddUserAsync(s_anna with { Shell = path }, default));
        }
        await AddAsync();
        await RefusedAsync(Fault.Unsupported,
            () => _accounts.SetAsync(s_anna with { Shell = "/bin/sh\n" }, default));
        await RefusedAsync(Fault.Conflict,
            () => _accounts.SetAsync(s_anna with { Groups = ["nobody-has-it"] }, default));
        File.Delete(_root["etc/shadow"]);
        await RefusedAsync(Fault.NotFound, () => _files.AddGroupAsync("new", default));
    }

    [NeedingFact]
    public async Task Large_files_are_changed_and_too_large_ones_are_not()
    {
        var many = string.Concat(Enumerable.Range(0, 100_000).Select(
            i => $"u{i}:x:{i + 100_000}:{i + 100_000}:A user among many:/home/u{i}:/bin/sh\n"));
        Append("passwd", many);
        var before = _root.Everything();
        await AddAsync();
        Read("passwd").ShouldEndWith("/bin/sh\nanna:x:1001:1001::/home/anna:/bin/sh\n");
        await _accounts.RemoveAsync(s_anna, default);
        _root.Everything().ShouldBe(before);

        Append("group", "# " + new string('x', 17 * 1024 * 1024));
        await RefusedAsync(Fault.Unsupported, () => _files.AddUserAsync(s_anna, default));
    }

    [NeedingFact]
    public async Task Subordinate_numbers_come_after_those_of_others()
    {
        Put("subuid", "bob:165536:65536\n\nodd\neve:231072:100\nodd:x:y\n");
        Put("subgid", "bob:100000:65536\neve:165536:4294967295\n");
        await AddAsync();
        Lines("subuid")[^2].ShouldBe("anna:100000:65536");
        // Every number is somebody's: none are given.
        Read("subgid").ShouldBe("bob:100000:65536\neve:165536:4294967295\n");

        await _accounts.RemoveAsync(s_anna, default);
        Read("subuid").ShouldBe("bob:165536:65536\n\nodd\neve:231072:100\nodd:x:y\n");
    }

    [NeedingFact]
    public async Task Groups_get_the_systems_numbers_until_there_are_none()
    {
        Append("group", "taken:x:999:\n");
        Append("passwd", "other:x:500:998::/:/bin/sh\n");
        Append("gshadow", "new:$y$j9T$old:eve:eve\n");
        await _files.AddGroupAsync("new", default);
        Lines("group")[^2].ShouldBe("new:x:997:");
        Lines("gshadow")[^2].ShouldBe("new:!::");

        Append("group", string.Concat(Enumerable.Range(101, 900).Select(i => $"g{i}:x:{i}:\n")));
        await RefusedAsync(Fault.Exhausted, () => _files.AddGroupAsync("more", default));
    }

    [NeedingFact]
    public async Task A_group_that_somebody_is_in_stays()
    {
        await AddAsync();
        await RefusedAsync(Fault.Conflict, () => _files.RemoveGroupAsync("sudo", default));
        await RefusedAsync(Fault.Conflict, () => _files.RemoveGroupAsync("anna", default));

        Append("passwd", "eve:x:1002:1001::/home/eve:/bin/sh\n");
        await _accounts.RemoveAsync(s_anna, default);
        Read("group").ShouldContain("anna:x:1001:\n");
    }

    [NeedingFact]
    public async Task A_password_is_never_opened_to_an_empty_one()
    {
        await AddAsync();
        Put("shadow", Read("shadow").Replace("anna:*:", "anna:!:"));
        await _files.SetUserAsync(s_anna, locked: false, default);
        Read("shadow").ShouldContain("anna:!:");

        Put("shadow", Read("shadow").Replace("anna:!:", "anna:!!$y$j9T$x:"));
        await _files.SetUserAsync(s_anna, locked: true, default);
        Read("shadow").ShouldContain("anna:!!$y$j9T$x:");
        await _files.SetUserAsync(s_anna, locked: false, default);
        Read("shadow").ShouldContain("anna:$y$j9T$x:");
    }

    [NeedingFact]
    public async Task Who_has_a_password_in_passwd_expires_too()
    {
        Append("passwd", "eve:$y$j9T$x:1500:1::/home/eve:/bin/sh\n");
        var eve = new HostUser("eve", 1500, 1, "/home/eve", "/bin/sh", [], false, false, 1);

        await _accounts.SetAsync(eve, default);

        Lines("passwd")[^2].ShouldBe("eve:x:1500:1::/home/eve:/bin/sh");
        Lines("shadow")[^2].ShouldMatch("^eve:\\$y\\$j9T\\$x:\\d+:0:99999:7::1:$");
    }

    [NeedingFact]
    public async Task A_home_is_a_copy_of_the_skeleton_for_its_user_alone()
    {
        Directory.CreateDirectory(_root["etc/skel/.config"]);
        File.WriteAllText(_root["etc/skel/.config/app"], "as it comes\n");
        await Processes.RunAsync("chmod", "750", _root["etc/skel/.config/app"]);
        File.CreateSymbolicLink(_root["etc/skel/.link"], ".config/app");
        // Its making was cut off: still root's.
        await _files.AddUserAsync(s_anna, default);
        await Processes.RunAsync("install", "-d", "-m", "700", _root["home/anna"]);
        File.WriteAllText(_root["home/anna/.profile"], "half");

        await _accounts.FinishAsync(s_anna, default);

        (await Processes.RunAsync("sh", "-c", "cd $1 && find . | sort | xargs stat -c '%n %u %g %a'",
            "sh", _root["home/anna"])).Output.ShouldBe("""
            . 1001 1001 700
            ./.config 1001 1001 755
            ./.config/app 1001 1001 750
            ./.link 1001 1001 777
            ./.profile 0 0 644

            """);
        File.ReadAllText(_root["home/anna/.link"]).ShouldBe("as it comes\n");
    }

    [NeedingFact]
    public async Task A_home_that_was_never_ready_goes_with_its_account()
    {
        File.WriteAllText(_root["etc/skel/.profile"], "as it comes\n");
        var before = _root.Everything();
        await _files.AddUserAsync(s_anna, default);
        await Processes.RunAsync("install", "-d", "-m", "700", _root["home/anna"]);
        File.WriteAllText(_root["home/anna/.profile"], "as");

        await _accounts.RemoveAsync(s_anna, default);

        _root.Everything().ShouldBe(before);
    }

    [NeedingFact]
    public async Task A_home_that_is_somebody_elses_is_given_to_nobody()
    {
        await _files.AddUserAsync(s_anna, default);
        await Processes.RunAsync("install", "-d", "-m", "755", _root["home/anna"]);
        (await Should.ThrowAsync<HostException>(() => _accounts.FinishAsync(s_anna, default)))
            .Fault.ShouldBe(Fault.Conflict);
        Directory.Delete(_root["home/anna"]);
        File.CreateSymbolicLink(_root["home/anna"], _root["root"]);
        await Should.ThrowAsync<HostException>(() => _accounts.FinishAsync(s_anna, default));

        (await Processes.RunAsync("stat", "-c", "%u", _root["root"])).Output.ShouldBe("0\n");
    }

    [NeedingFact]
    public async Task Nobody_waits_for_ever_for_a_lock()
    {
        var hasty = new AccountFiles(_root.Path, TimeSpan.Zero, (_, _) => { });
        using (await AccountLock.TakeAsync(_root["etc/.pwd.lock"], TimeSpan.Zero, default))
        {
            await RefusedAsync(Fault.Unavailable, () => hasty.AddGroupAsync("new", default));
        }
        await hasty.AddGroupAsync("new", default);
    }

    [NeedingFact]
    public async Task The_programs_of_a_host_and_we_take_turns()
    {
        var hasty = new AccountFiles(_root.Path, TimeSpan.Zero,
            (path, text) => AtomicFile.Write(path, text, 0));
        File.WriteAllText(_root["editor"],
            $"#!/bin/sh\necho $PPID\ntouch {_root["ready"]}\nread _\n");
        await Processes.RunAsync("chmod", "755", _root["editor"]);
        using var vipw = Start($"EDITOR={_root["editor"]} exec vipw");
        try
        {
            var editor = (await vipw.StandardOutput.ReadLineAsync()).ShouldNotBeNull();
            editor.ShouldMatch("^\\d+$");
            var fault = await Should.ThrowAsync<HostException>(
                () => hasty.AddGroupAsync("new", default));
            fault.Fault.ShouldBe(Fault.Unavailable);
            fault.Message.ShouldMatch("by process \\d+, which holds");
        }
        finally
        {
            vipw.StandardInput.Close();
            await vipw.WaitForExitAsync();
        }
        await hasty.AddGroupAsync("new", default);
    }

    [NeedingFact]
    public async Task The_tools_of_a_host_find_no_fault()
    {
        foreach (var shell in (string[])["bin/sh", "bin/bash", "usr/sbin/nologin"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_root[shell])!);
            File.Copy("/bin/true", _root[shell]);
        }
        Put("subuid", "");
        Put("subgid", "");
        await _files.AddGroupAsync("developers", default);
        await AddAsync();
        await _accounts.SetAsync(
            s_anna with { Groups = ["developers", "sudo"], ExpiresOn = 30_000 }, default);

        foreach (var tool in (string[])["pwck", "grpck"])
        {
            var (exit, said) = await Processes.RunAsync(tool, "-r", "-R", _root.Path);
            (exit, said).ShouldBe((0, said), tool);
        }
        using var get = Start("for base in passwd group shadow gshadow; do "
            + "getent $base anna; done; getent group developers; id anna");
        var lines = (await get.StandardOutput.ReadToEndAsync()).Split('\n');
        await get.WaitForExitAsync();
        lines[0].ShouldBe("anna:x:1001:1001::/home/anna:/bin/sh");
        lines[1].ShouldBe("anna:x:1001:");
        lines[2].ShouldMatch("^anna:\\*:\\d+:0:99999:7::30000:$");
        lines[3].ShouldBe("anna:!::");
        lines[4].ShouldBe("developers:x:999:anna");
        lines[5].ShouldBe("uid=1001(anna) gid=1001(anna) groups=1001(anna),27(sudo),"
            + "999(developers)");
    }

    /// <summary>A shell for which our /etc is the machine's.</summary>
    private System.Diagnostics.Process Start(string script) => System.Diagnostics.Process.Start(
        new System.Diagnostics.ProcessStartInfo("unshare", ["--mount", "--propagation", "private",
            "sh", "-c", $"mount --bind {_root["etc"]} /etc && {{ {script}; }}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;

    private async Task AddAsync()
    {
        await _accounts.AddAsync(s_anna, default);
        await _accounts.SetAsync(s_anna, default);
    }

    private async Task RefusedAsync(Fault fault, Func<Task> change)
    {
        var before = _root.Everything();
        (await Should.ThrowAsync<HostException>(change)).Fault.ShouldBe(fault);
        _root.Everything().ShouldBe(before);
    }

    private string Read(string file) => File.ReadAllText(_root["etc/" + file], Encoding.Latin1);

    private string[] Lines(string file) => Read(file).Split('\n');

    private void Put(string file, string text) =>
        File.WriteAllText(_root["etc/" + file], text, Encoding.Latin1);

    private void Append(string file, string text) => Put(file, Read(file) + text);
}
