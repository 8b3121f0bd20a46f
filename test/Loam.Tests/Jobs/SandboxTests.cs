using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;
using Loam.Drivers.Sandboxes;

namespace Loam.Tests.Jobs;

/// <summary>The real sandbox: what is declared can be reached, and nothing else of this machine.
/// </summary>
[NeedsSandbox]
public sealed class SandboxTests : IDisposable
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    private readonly string _home = Path.Combine(Path.GetTempPath(), $"loam-box-{Guid.NewGuid():N}");
    private readonly InstancePaths _paths;

    public SandboxTests()
    {
        Directory.CreateDirectory(_home);
        _paths = InstancePaths.Below(Path.Combine(_home, "loam"));
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [NeedingFact]
    public async Task It_is_nobody_and_alone()
    {
        var said = await SayAsync("id -u; id -G; ls /; ls /proc | grep -c '^[0-9]'; "
            + "grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status; hostname; pwd; "
            + "ls /sys/class/net /root /home /var 2>&1; cat /proc/net/dev | tail -n +3");
        var lines = said.Split('\n');
        uint.Parse(lines[0]).ShouldBeGreaterThan(1_900_000_000u);
        lines[1].ShouldBe(lines[0]);
        said.ShouldContain("CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n"
            + "Seccomp:\t2\njob\n/tmp\n");
        foreach (var absent in (string[])["/sys/class/net", "/root", "/home", "/var"])
        {
            said.ShouldContain($"'{absent}': No such file");
        }
        said.ShouldNotContain("eth");
    }

    [NeedingFact]
    public async Task It_reads_no_password_no_secret_and_no_socket_of_Loam()
    {
        _paths.Prepare();
        File.WriteAllText(_paths.KeyFile, "AGE-SECRET-KEY");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, 0);
        Directory.CreateDirectory(_paths.RunDir);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(_paths.Socket));
            foreach (var path in (string[])["/etc/shadow", "/etc/passwd-", "/etc/ssh",
                _paths.KeyFile, _paths.StateDir, _paths.Socket, "/run", "/dev/vda", "/dev/mem"])
            {
                var result = await RunAsync($"ls {path}");
                result.ExitCode.ShouldNotBe(0, path);
                result.Output.ShouldContain("No such file", customMessage: path);
            }
            (await RunAsync("find / -xdev -name shadow -o -name '*.sock' 2>/dev/null | grep -v ^/usr"))
                .Output.ShouldBeEmpty();
        }
        finally
        {
            Directory.Delete(_paths.RunDir, recursive: true);
        }
    }

    [NeedingFact]
    public async Task A_write_outside_fails_and_says_so()
    {
        foreach (var place in (string[])["/x", "/usr/x", "/etc/x", "/etc/hosts", $"{_home}/x"])
        {
            var result = await RunAsync($"echo x > {place}");
            result.ExitCode.ShouldNotBe(0, place);
            result.Output.ShouldMatch("Read-only file system|nonexistent|No such file|Permission denied",
                customMessage: place);
        }
        File.Exists(Path.Combine(_home, "x")).ShouldBeFalse();
        (await SayAsync("echo x > /tmp/x && cat /tmp/x")).ShouldBe("x\n");
    }

    [NeedingFact]
    public async Task What_it_may_write_belongs_to_the_owner_of_the_directory()
    {
        await WriteAsync(owner: 0);
        await WriteAsync(owner: 33);
    }

    private async Task WriteAsync(int owner)
    {
        var logs = Directory.CreateDirectory(Path.Combine(_home, $"logs{owner}")).FullName;
        File.WriteAllText(Path.Combine(logs, "old"), "old\n");
        File.WriteAllText(Path.Combine(logs, "others"), "others\n");
        Chown(logs, owner);
        Chown(Path.Combine(logs, "old"), owner);
        Chown(Path.Combine(logs, "others"), 1234);
        foreach (var file in (string[])["old", "others"])
        {
            File.SetUnixFileMode(Path.Combine(logs, file),
                UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        var access = Access($"write:{logs}");
        (await RunAsync($"cat {logs}/old && echo new > {logs}/new && rm {logs}/old", access))
            .ShouldBe(new ExecResult(0, "old\n"));
        Owner(Path.Combine(logs, "new")).ShouldBe(owner);
        File.Exists(Path.Combine(logs, "old")).ShouldBeFalse();
        (await RunAsync($"cat {logs}/others", access)).Output.ShouldContain("Permission denied");

        // Nor does it leave a program behind that gives its owner's rights away.
        foreach (var trick in (string[])["cp /usr/bin/id {0}/id && chmod 4755 {0}/id",
            "cp /usr/bin/id {0}/id && chmod u+s {0}/id", "install -m 6755 /usr/bin/id {0}/id"])
        {
            (await RunAsync(trick.Replace("{0}", logs), access)).Output
                .ShouldContain("Operation not permitted");
        }
        foreach (var file in Directory.EnumerateFiles(logs))
        {
            (File.GetUnixFileMode(file) & (UnixFileMode.SetUser | UnixFileMode.SetGroup))
                .ShouldBe(UnixFileMode.None);
        }
    }

    [NeedingFact]
    public async Task Sockets_reach_its_own_network_and_nothing_beyond()
    {
        const string open = "perl -MSocket -e 'print socket(my $s, $ARGV[0], SOCK_STREAM, 0) "
            + "? qq(made\n) : qq($!\n)' ";
        var files = Directory.CreateDirectory(Path.Combine(_home, "files")).FullName;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, 0);
        socket.Bind(new UnixDomainSocketEndPoint($"{files}/talk"));
        socket.Listen();
        var access = Access($"write:{files}");
        foreach (var (family, isAllowed) in ((int, bool)[])
            [(1, false), (2, true), (10, true), (16, true), (17, false), (38, false), (40, false)])
        {
            var said = (await RunAsync(open + family, access)).Output;
            (family, said.Contains("not supported by protocol")).ShouldBe((family, !isAllowed), said);
        }
        (await RunAsync("perl -MSocket -e 'socketpair(A, B, AF_UNIX, SOCK_STREAM, 0) or die $!'"))
            .ExitCode.ShouldBe(0);
    }

    [NeedingFact]
    public async Task What_is_like_a_home_is_not_given()
    {
        var anna = Directory.CreateDirectory(Path.Combine(_home, "anna")).FullName;
        Directory.CreateDirectory(Path.Combine(anna, "photos"));
        Directory.CreateDirectory(Path.Combine(anna, ".ssh"));
        (await RunAsync("true", Access($"read:{anna}")).ShouldThrowAsync<HostException>())
            .Message.ShouldEndWith("no sandbox gets that: .ssh lies in it.");
        Directory.CreateSymbolicLink($"{anna}/photos/keys", $"{anna}/.ssh");
        (await RunAsync("true", Access($"read:{anna}/photos/keys"))
            .ShouldThrowAsync<HostException>()).Message.ShouldContain("passwords and keys");
        (await RunAsync("true", Access($"write:{anna}/photos"))).ExitCode.ShouldBe(0);
    }

    [NeedingFact]
    public async Task What_it_may_read_it_cannot_write()
    {
        var file = Path.Combine(_home, "list");
        File.WriteAllText(file, "one\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var result = await RunAsync($"cat {file}; echo two >> {file}", Access($"read:{file}"));
        result.ExitCode.ShouldNotBe(0);
        result.Output.ShouldStartWith("one\n");
        result.Output.ShouldContain("Read-only");
        File.ReadAllText(file).ShouldBe("one\n");
    }

    [NeedingFact]
    public async Task A_link_to_what_is_closed_is_refused()
    {
        var link = Path.Combine(_home, "link");
        File.CreateSymbolicLink(link, "/etc/shadow");
        (await RunAsync("true", Access($"read:{link}")).ShouldThrowAsync<HostException>())
            .Message.ShouldContain("leads to /etc/shadow");
        File.Delete(link);
        _paths.Prepare();
        File.CreateSymbolicLink(link, _paths.DataDir);
        (await RunAsync("true", Access($"read:{link}")).ShouldThrowAsync<HostException>())
            .Message.ShouldContain("Loam's own files");
        (await RunAsync("true", Access($"read:{_home}/nothing")).ShouldThrowAsync<HostException>())
            .Fault.ShouldBe(Fault.NotFound);
    }

    [NeedingFact]
    public async Task It_reaches_the_place_that_is_declared_and_no_other()
    {
        using var one = Answering("one");
        using var two = Answering("two");
        string Ask(string host, int port) =>
            $"exec 3<>/dev/tcp/{host}/{port} && cat <&3";
        var (first, second) = (PortOf(one), PortOf(two));
        (await BashAsync(Ask("127.0.0.1", first), Access($"network:127.0.0.1:{first}")))
            .Output.ShouldBe("one");
        (await BashAsync(Ask("localhost", first), Access($"network:localhost:{first}")))
            .Output.ShouldBe("one");
        (await BashAsync(Ask("127.0.0.1", second), Access($"network:127.0.0.1:{first}")))
            .Output.ShouldContain("refused");
        (await BashAsync(Ask("127.0.0.1", first), [])).Output.ShouldContain("refused");
        (await BashAsync("echo > /dev/udp/192.0.2.1/53", Access($"network:127.0.0.1:{first}")))
            .Output.ShouldContain("unreachable");
    }

    /// <summary>An address that is being looked for elsewhere cannot be listened on yet.</summary>
    [NeedingFact]
    public async Task A_place_of_version_6_is_there_at_once() =>
        (await BashAsync("exec 3<>/dev/tcp/2001:db8::7/8080 && echo in",
            Access("network:[2001:db8::7]:8080"))).Output.ShouldBe("in\n");

    [NeedingFact]
    public async Task Its_time_limit_ends_all_of_it()
    {
        var mark = $"{Random.Shared.Next(100_000, 999_999)}";
        var result = await Box().RunAsync(
            ["/bin/sh", "-c", $"(setsid sleep {mark} &); echo begun; sleep {mark}"],
            ImmutableSortedDictionary<string, string>.Empty, [], TimeSpan.FromSeconds(1), default);
        result.Output.ShouldBe("begun\n");
        result.Broken.ShouldBe("It did not end within 1 s, and was ended.");
        for (var tries = 0; Running(mark) && tries < 100; tries++)
        {
            await Task.Delay(20);
        }
        Running(mark).ShouldBeFalse();
    }

    [NeedingFact]
    public async Task Its_environment_is_what_it_was_given()
    {
        var result = await Box().RunAsync(["env"],
            ImmutableSortedDictionary<string, string>.Empty.Add("TOKEN", "hunter2"), [], s_long,
            default);
        result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().ShouldBe(
        [
            "HOME=/tmp", "LANG=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/usr/sbin", "PWD=/tmp",
            "TOKEN=hunter2",
        ]);
    }

    private Sandbox Box() => new(
        Path.Combine(AppContext.BaseDirectory, "loam"), _paths.IsOwn, TimeProvider.System);

    private static bool Running(string mark) => Directory.EnumerateDirectories("/proc").Any(p =>
    {
        try
        {
            return File.ReadAllText(p + "/cmdline").Contains($"sleep\0{mark}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private static ImmutableArray<SandboxAccess> Access(params string[] texts) =>
        [.. texts.Select(t => SandboxAccess.Parse(t)!)];

    private Task<ExecResult> RunAsync(string line, ImmutableArray<SandboxAccess> access = default) =>
        Box().RunAsync(["/bin/sh", "-c", line],
            ImmutableSortedDictionary<string, string>.Empty, access.IsDefault ? [] : access, s_long,
            default);

    private Task<ExecResult> BashAsync(string line, ImmutableArray<SandboxAccess> access) =>
        Box().RunAsync(["bash", "-c", line],
            ImmutableSortedDictionary<string, string>.Empty, access, s_long, default);

    private async Task<string> SayAsync(string line)
    {
        var result = await RunAsync(line);
        return result.Output;
    }

    private static TcpListener Answering(string what)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(what));
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        });
        return listener;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static void Chown(string path, int user) => Do("chown", $"{user}:{user}", path);

    private static int Owner(string path) =>
        int.Parse(Do("stat", "-c", "%u", path), System.Globalization.CultureInfo.InvariantCulture);

    private static string Do(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
            })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return said;
    }
}

/// <summary>Needs root and bubblewrap.</summary>
public sealed class NeedsSandboxAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("bwrap", "setpriv", "bash")
        ?? (Environment.IsPrivilegedProcess ? null : "needs root");
}
