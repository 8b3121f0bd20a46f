using System.Diagnostics;

namespace Loam.System.Harness;

/// <summary>A machine over SSH with accounts of its own: /etc, /home and /root are copies in a
/// mount namespace, so that nobody is added to the machine the tests run on.</summary>
public sealed class PeopledMachine : RemoteMachine
{
    private const string Script = """
        set -e
        mkdir -p "$1/etc" "$1/home" "$1/root/.ssh"
        cp -a /etc/. "$1/etc/"
        # Nobody of the machine the tests run on.
        for name in passwd group; do
          awk -F: '$3 < 1000 || $3 > 60000' "/etc/$name" > "$1/etc/$name"
        done
        chmod 700 "$1/root" "$1/root/.ssh"
        for name in etc home root; do mount --bind "$1/$name" "/$name"; done
        # Its own journal of logins. /dev stays what it is, but for what the journal makes there.
        for name in systemd log; do mount -t tmpfs none "/run/$name"; done
        mkdir -p "$1/dev" /run/systemd/journal /run/log/journal
        mount -t tmpfs none "$1/dev"
        for entry in /dev/*; do
          [ "$entry" != /dev/log ] || continue
          if [ -L "$entry" ]; then cp -a "$entry" "$1$entry"; continue; fi
          if [ -d "$entry" ]; then mkdir "$1$entry"; else touch "$1$entry"; fi
          mount --rbind "$entry" "$1$entry"
        done
        ln -s /run/systemd/journal/dev-log "$1/dev/log"
        mount --rbind "$1/dev" /dev
        echo ready
        exec /lib/systemd/systemd-journald
        """;

    private Process? _holder;
    private string _place = "";

    /// <summary>Places for its mounts that the machine the tests run on did not have.</summary>
    private List<string> _made = [];

    /// <summary>A directory or file of the machine, for looking at it.</summary>
    public string FileOf(string path) => Path.Combine(_place, path.TrimStart('/'));

    /// <summary>Into the journal.</summary>
    protected override string[] LogOptions => [];

    /// <summary>Root's keys are where they usually are.</summary>
    protected override string LoginRules => "AuthorizedKeysFile .ssh/authorized_keys";

    /// <summary>Runs a program of the machine's, as its root.</summary>
    public Task<Ended> RunHereAsync(params string[] command) => Shell.RunAsync(
        "nsenter", [$"--mount=/proc/{_holder!.Id}/ns/mnt", .. command]);

    protected override async Task<string[]> EnterAsync(string home)
    {
        _place = Path.Combine(home, "machine");
        _made = [.. ((string[])["/run/systemd", "/run/log"]).Where(d => !Directory.Exists(d))];
        _made.ForEach(d => Directory.CreateDirectory(d));
        _holder = Process.Start(new ProcessStartInfo("unshare",
            ["--mount", "--propagation", "private", "sh", "-c", Script, "sh", _place])
        {
            RedirectStandardOutput = true,
        })!;
        (await _holder.StandardOutput.ReadLineAsync()).ShouldBe("ready");
        var key = await MakeKeyAsync("root-key");
        await global::System.IO.File.WriteAllTextAsync(
            FileOf("root/.ssh/authorized_keys"), $"# by hand\n{key}\n");
        return [$"--mount=/proc/{_holder.Id}/ns/mnt"];
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _holder?.Kill();
        _holder?.Dispose();
        _holder = null;
        _made.ForEach(Directory.Delete);
        _made.Clear();
    }
}

/// <summary>Needs what a remote machine needs, and programs for accounts.</summary>
public sealed class NeedsPeopleAttribute : NeedAttribute
{
    public override string? Missing() => new NeedsRemoteAttribute().Missing()
        ?? MissingProgram("useradd", "usermod", "userdel", "sudo", "unshare", "journalctl");
}
