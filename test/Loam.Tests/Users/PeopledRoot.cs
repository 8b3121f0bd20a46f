namespace Loam.Tests.Users;

/// <summary>A directory that looks like a machine's root, with root, daemon and the groups root,
/// daemon and sudo. It goes with the test.</summary>
internal sealed class PeopledRoot : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("loam-users-").FullName;

    public string this[string path] => System.IO.Path.Combine(Path, path);

    public void Fill()
    {
        foreach (var folder in (string[])["etc/sudoers.d", "etc/skel", "home", "root"])
        {
            Directory.CreateDirectory(this[folder]);
        }
        File.WriteAllText(this["etc/passwd"],
            "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n");
        File.WriteAllText(this["etc/group"], "root:x:0:\ndaemon:x:1:\nsudo:x:27:\n");
        File.WriteAllText(this["etc/shadow"],
            "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n");
        File.WriteAllText(this["etc/gshadow"], "root:*::\ndaemon:*::\nsudo:*::\n");
        File.WriteAllText(this["etc/shells"], "# shells\n/bin/sh\n/bin/bash\n");
        File.Copy("/etc/login.defs", this["etc/login.defs"]);
    }

    /// <summary>All that stands below it, but for locks and for what was there before.</summary>
    public string Everything()
    {
        var files = Directory.EnumerateFileSystemEntries(Path, "*", new EnumerationOptions
        {
            RecurseSubdirectories = true, AttributesToSkip = 0,
        }).Where(f => !f.EndsWith('-') && !f.EndsWith("login.defs", StringComparison.Ordinal)
            && !f.EndsWith(".lock", StringComparison.Ordinal)).Order();
        return string.Join('\n', files.Select(f => File.Exists(f)
            ? $"{f[Path.Length..]} {File.GetUnixFileMode(f)}: {File.ReadAllText(f)}"
            : f[Path.Length..]));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
