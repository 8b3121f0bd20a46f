using System.Diagnostics;

namespace Loam.System.Harness;

/// <summary>A machine over SSH with a name, a time zone and interfaces of its own: /etc is a copy
/// in a mount namespace in which nobody configures interfaces.</summary>
public sealed class NetworkedMachine : RemoteMachine
{
    private const string Script = """
        set -e
        mkdir -p "$1"
        cp -a /etc/. "$1/"
        rm -rf "$1/netplan" "$1/network" "$1/NetworkManager" "$1/systemd/network"
        rm -f "$1/resolv.conf"
        echo 'nameserver 10.255.255.1' > "$1/resolv.conf"
        ln -sfn /usr/share/zoneinfo/Etc/UTC "$1/localtime"
        echo Etc/UTC > "$1/timezone"
        printf '127.0.0.1 localhost\n' > "$1/hosts"
        mount --bind "$1" /etc
        for name in systemd NetworkManager; do
          if [ -d "/run/$name" ]; then mount -t tmpfs none "/run/$name"; fi
        done
        hostname debian
        echo debian > /etc/hostname
        echo ready
        exec sleep infinity
        """;

    private Process? _holder;
    private string _place = "";

    public string ReadFile(string name) =>
        global::System.IO.File.ReadAllText(Path.Combine(_place, name));

    /// <summary>Writes a file of its /etc.</summary>
    public void WriteFile(string name, string text) =>
        global::System.IO.File.WriteAllText(Path.Combine(_place, name), text);

    /// <summary>Where a link of its /etc points.</summary>
    public string? LinkOf(string name) => new FileInfo(Path.Combine(_place, name)).LinkTarget;

    /// <summary>A DHCP server in its network that lends one address, until it is ended.</summary>
    public Running ServeAddress(string address) => BeginThere("dnsmasq", "--keep-in-foreground",
        "--conf-file=/dev/null", "--interface=eth0", "--bind-interfaces", "--port=0",
        "--user=root", "--dhcp-authoritative", $"--dhcp-range={address},{address},255.0.0.0,1h",
        "--dhcp-option=3", $"--dhcp-option=6,{Office}", "--dhcp-option=119,home.arpa",
        $"--dhcp-leasefile={File("dnsmasq")}", "--pid-file=");

    /// <summary>Runs a program of the machine's, as its root.</summary>
    public Task<Ended> RunHereAsync(params string[] command) => Shell.RunAsync("nsenter",
        [$"--mount=/proc/{_holder!.Id}/ns/mnt", $"--uts=/proc/{_holder.Id}/ns/uts", .. command]);

    protected override async Task<string[]> EnterAsync(string home)
    {
        _place = Path.Combine(home, "machine");
        _holder = Process.Start(new ProcessStartInfo("unshare",
            ["--mount", "--uts", "--propagation", "private", "sh", "-c", Script, "sh", _place])
        {
            RedirectStandardOutput = true,
        })!;
        (await _holder.StandardOutput.ReadLineAsync()).ShouldBe("ready");
        return [$"--mount=/proc/{_holder.Id}/ns/mnt", $"--uts=/proc/{_holder.Id}/ns/uts"];
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _holder?.Kill();
        _holder?.Dispose();
        _holder = null;
    }
}

/// <summary>Needs what a remote machine needs, and namespaces for names and files.</summary>
public sealed class NeedsNetworkedAttribute : NeedAttribute
{
    public override string? Missing() => new NeedsRemoteAttribute().Missing()
        ?? MissingProgram("unshare", "hostname", "dnsmasq");
}

[CollectionDefinition("networked")]
public sealed class NetworkedCollection : ICollectionFixture<NetworkedMachine>;
