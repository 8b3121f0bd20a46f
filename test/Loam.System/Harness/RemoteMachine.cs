using System.Diagnostics;

namespace Loam.System.Harness;

/// <summary>A machine that is administered over SSH: a network namespace with sshd, an instance
/// with a private engine and a web server, and another one from which people come.</summary>
public class RemoteMachine : IAsyncLifetime
{
    public const string Address = "10.0.0.1";

    /// <summary>Where the administrator sits, and where somebody else does.</summary>
    public const string Office = "10.0.1.50", Elsewhere = "203.0.113.9";

    private readonly string _name = $"lrm{Guid.NewGuid().ToString("N")[..8]}";
    private readonly List<Process> _servers = [];
    private TestFolder? _home;
    private Instance? _instance;
    private string[] _enter = [];

    public Instance Loam => _instance!;

    /// <summary>For nsenter: into the machine's network.</summary>
    public string Inside => $"--net=/run/netns/{Here}";

    /// <summary>The address under which it is reached now.</summary>
    public string At { get; set; } = Address;

    private string Here => _name + "h";
    private string There => _name + "c";
    protected string File(string name) => Path.Combine(_home!.Path, name);

    public async Task InitializeAsync()
    {
        if (new NeedsRemoteAttribute().Missing() is not null)
        {
            return;
        }
        await TestFolder.SweepOnceAsync();
        _home = TestFolder.Make(TestFolder.Story);
        try
        {
            await MakeNetAsync();
            _enter = await EnterAsync(_home.Path);
            _instance = new(_home, "private",
                Environment.GetEnvironmentVariable("LOAM_MIRROR")!,
                ["nsenter", Inside, .. _enter]);
            await StartServersAsync();
            await _instance.StartAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>For nsenter: what else the machine has for itself.</summary>
    /// <param name="home">The directory of the instance.</param>
    protected virtual Task<string[]> EnterAsync(string home) => Task.FromResult<string[]>([]);

    /// <summary>For sshd: where it writes what happens.</summary>
    protected virtual string[] LogOptions => ["-e"];

    /// <summary>Who gets in as root, for sshd's configuration.</summary>
    protected virtual string LoginRules => $"""
        AuthorizedKeysFile {File("key.pub")}
        StrictModes no
        """;

    /// <summary>Lets in root with another key, for one program alone.</summary>
    public async Task LetInForAsync(string key, string command) =>
        await global::System.IO.File.AppendAllTextAsync(File("key.pub"),
            $"\nrestrict,command=\"{command}\" {await MakeKeyAsync(key)}\n");

    /// <summary>Makes a pair of keys, and reads the public one.</summary>
    public async Task<string> MakeKeyAsync(string name)
    {
        (await Shell.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f",
            File(name))).ShouldEnd(0);
        return (await global::System.IO.File.ReadAllTextAsync(File(name + ".pub"))).Trim();
    }

    public virtual async Task DisposeAsync()
    {
        await (_instance?.DisposeAsync() ?? _home?.DisposeAsync() ?? default);
        foreach (var server in _servers)
        {
            server.Kill(entireProcessTree: true);
            server.Dispose();
        }
        _servers.Clear();
        await Shell.RunAsync("ip", "netns", "delete", Here);
        await Shell.RunAsync("ip", "netns", "delete", There);
    }

    /// <summary>Runs a command of loam's on the machine, over a new connection.</summary>
    public Running Begin(string from, params string[] arguments) => Ssh(from, [], arguments);

    /// <summary>Keeps a connection open, over which <see cref="AgainAsync"/> goes.</summary>
    public Running BeginKept(string from, params string[] arguments) => Ssh(
        from, ["-o", "ControlMaster=yes", "-o", $"ControlPath={File("kept")}"], arguments);

    /// <summary>Over the connection that is kept.</summary>
    public async Task<Ended> AgainAsync(params string[] arguments)
    {
        using var running = Ssh(Office, ["-o", $"ControlPath={File("kept")}"], arguments);
        return await running.EndAsync();
    }

    public async Task<Ended> RunAsync(string from, params string[] arguments)
    {
        using var running = Begin(from, arguments);
        return await running.EndAsync();
    }

    /// <summary>Whether a connection to the port comes about.</summary>
    public async Task<bool> ReachesAsync(string from, int port) => !(await Shell.RunAsync(
        "nsenter", $"--net=/run/netns/{There}", "curl", "--silent", "--http0.9", "--output",
        "/dev/null", "--connect-timeout", "2", "--max-time", "5", "--write-out",
        "%{time_connect}", "--interface", from, $"http://{At}:{port}/"))
            .Output.StartsWith("0.000000");

    /// <summary>What a web server there answers to a request that a proxy passed on.</summary>
    /// <param name="client">Where the proxy says that it came from.</param>
    public async Task<string> AskAsync(string from, int port, string path, string client) =>
        (await Shell.RunAsync("nsenter", $"--net=/run/netns/{There}", "curl", "--silent",
            "--max-time", "5", "--header", $"X-Forwarded-For: {client}", "--interface", from,
            $"http://{At}:{port}/{path}")).Output.Trim();

    /// <summary>The addresses of its interface, as the kernel has them.</summary>
    public async Task<string> AddressesAsync() =>
        (await Shell.RunAsync("ip", "-n", Here, "-o", "-4", "addr", "show", "eth0")).Output;

    /// <summary>The rules as the kernel has them; empty: none.</summary>
    public async Task<string> RulesAsync()
    {
        var listed = await Shell.RunAsync("nsenter", Inside,
            "nft", "-s", "list", "table", "inet", "loam");
        return listed.Exit == 0 ? listed.Output : "";
    }

    /// <summary>A server in the network the machine is in, until it is ended.</summary>
    public Running BeginThere(params string[] command) =>
        new("nsenter", [$"--net=/run/netns/{There}", .. command]);

    /// <summary>Runs a command of the machine's, as anybody who has a key.</summary>
    public Running BeginAs(string user, string key, params string[] command) =>
        BeginAs(Office, user, key, command);

    public Running BeginAs(string from, string user, string key, string[] command) =>
        Ssh(from, [], user, key, command);

    private Running Ssh(string from, string[] options, string[] arguments) => Ssh(from, options,
        "root", "key", [Instance.Binary, "--home", Loam.Home, .. arguments]);

    private Running Ssh(
        string from, string[] options, string user, string key, string[] command) =>
        Ssh(from, options, user, key, string.Join(' ', command.Select(a => $"'{a}'")));

    /// <summary>Sends a line as somebody types it behind <c>ssh my-server</c>.</summary>
    public Running BeginSaying(string key, string line) => Ssh(Office, [], "root", key, line);

    private Running Ssh(
        string from, string[] options, string user, string key, string command) => new("nsenter",
    [
        $"--net=/run/netns/{There}", "ssh", "-F", "none", "-o", "StrictHostKeyChecking=no",
        "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=5",
        "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", File(key), "-b", from, .. options,
        $"{user}@{At}", "--", command,
    ]);

    private async Task MakeNetAsync()
    {
        foreach (var name in (string[])[Here, There])
        {
            await IpAsync("netns", "add", name);
            await IpAsync("-n", name, "link", "set", "lo", "up");
        }
        await IpAsync("link", "add", "eth0", "netns", Here, "type", "veth", "peer", "name",
            "eth0", "netns", There);
        await IpAsync("-n", Here, "addr", "add", $"{Address}/8", "dev", "eth0");
        await IpAsync("-n", There, "addr", "add", $"{Office}/8", "dev", "eth0");
        await IpAsync("-n", There, "addr", "add", $"{Elsewhere}/24", "dev", "eth0");
        await IpAsync("-n", Here, "link", "set", "eth0", "up");
        await IpAsync("-n", There, "link", "set", "eth0", "up");
        await IpAsync("-n", Here, "route", "add", "default", "dev", "eth0");
    }

    private async Task StartServersAsync()
    {
        await MakeKeyAsync("key");
        await MakeKeyAsync("host");
        Directory.CreateDirectory("/run/sshd");
        await global::System.IO.File.WriteAllTextAsync(File("sshd_config"), $"""
            ListenAddress 0.0.0.0
            HostKey {File("host")}
            PidFile none
            PermitRootLogin prohibit-password
            SetEnv XDG_STATE_HOME={File("person")}
            UsePAM no
            {LoginRules}
            """);
        Serve("/usr/sbin/sshd", [.. LogOptions, "-D", "-f", File("sshd_config")]);
        Serve("busybox", "httpd", "-f", "-p", "80", "-h", Loam.Home);
        // The mirror is on the loopback of the machine the tests run on; this one needs its own.
        Serve("docker-registry", "serve", Environment.GetEnvironmentVariable("LOAM_REGISTRY")!);
        await Wait.ForAsync("the servers to listen", async () =>
            await ReachesAsync(Office, 22) && await ReachesAsync(Office, 80));
    }

    private void Serve(string program, params string[] arguments) => _servers.Add(Process.Start(
        new ProcessStartInfo(
            "nsenter", [Inside, .. _enter, program, .. arguments])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!);

    private static async Task IpAsync(params string[] arguments) =>
        (await Shell.RunAsync("ip", arguments)).ShouldEnd(0);
}

/// <summary>Needs a private engine, SSH and namespaces.</summary>
public sealed class NeedsRemoteAttribute : NeedAttribute
{
    public override string? Missing() => NeedsAttribute.Missing("dockerd")
        ?? MissingProgram("sshd", "ssh", "ip", "nft", "nsenter", "curl", "busybox");
}

[CollectionDefinition("remote")]
public sealed class RemoteCollection : ICollectionFixture<RemoteMachine>;
