using Loam.System.Harness;

namespace Loam.System;

/// <summary>The Debian package in a Debian that has nothing but what the package asks for, in
/// namespaces of its own: installed, well, purged, and nothing is left.</summary>
[NeedsPackaging, Collection("docker")]
public sealed class Packaging(DockerGround ground) : IAsyncLifetime
{
    /// <summary>What the package depends on, and nothing else.</summary>
    private const string Needed =
        "git,nftables,mount,util-linux,passwd,tzdata,ca-certificates,libssl3,"
        + "libsqlite3-0";

    private readonly string _root = $"/tmp/loam-debian-{Guid.NewGuid().ToString("N")[..8]}";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Directory.Exists(_root))
        {
            // Nothing is mounted here: that was in namespaces which are gone.
            await Shell.RunAsync("rm", "-rf", "--one-file-system", _root);
        }
    }

    [NeedingFact]
    public async Task A_clean_Debian_takes_it_is_well_and_is_rid_of_it_again()
    {
        await MakeDebianAsync();
        (await Shell.RunAsync(Path.Combine(Repository, "dev"), "package")).ShouldEnd(0);
        var package = Directory.GetFiles(Path.Combine(Repository, "out"), "loam_*_amd64.deb")
            .ShouldHaveSingleItem();
        var before = await FilesAsync();
        File.Copy(package, Path.Combine(_root, "loam.deb"));

        (await InsideAsync("dpkg -i /loam.deb")).ShouldEnd(0);
        (await InsideAsync("loam doctor")).ShouldEnd(1).ShouldSay("it does not answer");
        using (var daemon = Begin("exec chroot . loam daemon"))
        {
            await Wait.ForAsync("the daemon",
                () => daemon.HasEnded || daemon.Output.Contains("listening on"));
            (await BesideAsync(daemon, "loam doctor")).ShouldEnd(0)
                .ShouldSay("✓ engine", "✓ firewall", "This machine has what Loam needs");
            (await BesideAsync(daemon, "loam status")).ShouldEnd(0);
            (await BesideAsync(daemon, "loam audit verify")).ShouldEnd(0)
                .ShouldSay("Nothing was recorded yet");
            await Processes.StopAsync(daemon.Id);
        }
        (await InsideAsync("dpkg -r loam && test -d /var/lib/loam && dpkg -P loam")).ShouldEnd(0);

        File.Delete(Path.Combine(_root, "loam.deb"));
        (await FilesAsync()).Except(before).ShouldBeEmpty("left behind");
        before.Except(await FilesAsync()).ShouldBeEmpty("taken along");
    }

    private async Task MakeDebianAsync()
    {
        using var made = new Running("unshare", ["--mount", "mmdebstrap", "--variant=minbase",
            "--dpkgopt=force-unsafe-io", $"--include={Needed}", "bookworm", _root]);
        (await made.EndAsync(TimeSpan.FromMinutes(10))).ShouldEnd(0);
    }

    private static string Repository =>
        Path.GetDirectoryName(Path.GetDirectoryName(
            Environment.GetEnvironmentVariable("LOAM_BINARY")!))!;

    /// <summary>Runs in the root, with a network and mounts of its own: the host's firewall is
    /// out of reach.</summary>
    private async Task<Ended> InsideAsync(string command)
    {
        using var running = Begin($"exec chroot . /bin/sh -c '{command}'");
        return await running.EndAsync();
    }

    private Running Begin(string command) => new("unshare", ["--mount", "--net", "/bin/sh", "-ec",
        $"""
         cd {_root}
         mount -t proc proc proc
         mount --rbind /sys sys
         mount -t tmpfs tmpfs run
         touch run/docker.sock
         mount --bind {ground.Engine.Socket} run/docker.sock
         {command}
         """]);

    private static Task<Ended> BesideAsync(Running daemon, string command) => Shell.RunAsync(
        "nsenter", $"--target={daemon.Id}", "--mount", "--net", "--root", "--wd", "/bin/sh", "-c",
        command);

    /// <summary>Every file, without what dpkg and groupadd keep for themselves.</summary>
    private async Task<HashSet<string>> FilesAsync()
    {
        var found = (await Shell.RunAsync("find", _root, "-xdev", "-printf", "%P\n")).ShouldEnd(0);
        return [.. found.Output.Split('\n').Where(f => !f.StartsWith("var/lib/dpkg")
            && !f.StartsWith("var/log/dpkg") && !(f.StartsWith("etc/") && f.EndsWith('-')))];
    }
}

/// <summary>Needs what makes packages and a Debian, and an engine.</summary>
public sealed class NeedsPackagingAttribute : NeedAttribute
{
    public override string? Missing() => NeedsAttribute.Missing("dockerd")
        ?? MissingProgram("mmdebstrap", "dpkg-deb", "unshare", "nsenter");
}
