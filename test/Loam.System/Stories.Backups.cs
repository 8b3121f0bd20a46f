using Loam.Drivers.Files;
using Loam.Drivers.Secrets;
using Loam.System.Harness;

namespace Loam.System;

/// <summary>What was copied comes back; what was copied badly is found.</summary>
public abstract partial class Stories
{
    private string Volume(string name) => Path.Combine(Loam.Paths.VolumeRoot, name);

    [NeedingFact]
    public Task What_was_copied_comes_back_as_it_was() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("nginx:1.27-alpine", Port, """
                volumes: [{source: site, target: /usr/share/nginx/html}]
            """));
        Loam.Write("storage.yaml", "StorageConfig", """
            volumes:
              - name: site
                backup: {schedule: "0 3 * * *", retain: 2}
            """);
        Loam.WriteManifest($"backup: {{destination: {Loam.Home}/usb}}");
        await FillAsync(Volume("site"));
        var told = Transcript("16-backups");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0).ShouldSay("2 are kept");
        var before = await ContentsAsync(Volume("site"));

        (await told.RunAsync("backup", "site")).ShouldEnd(0).ShouldSay("volume site copied");
        (await Loam.RunAsync("backup", "key")).ShouldEnd(0);
        told.Note("the volume is destroyed");
        Directory.Delete(Volume("site"), recursive: true);
        (await told.RunAsync("restore", "site")).ShouldEnd(3).ShouldSay("--yes");
        (await told.RunAsync("restore", "site", "--yes")).ShouldEnd(0);
        (await ContentsAsync(Volume("site"))).ShouldBe(before);
        (await AskAsync(Port)).ShouldBe("it was here\n");
        Directory.EnumerateFileSystemEntries(Loam.Paths.VolumeRoot).ShouldHaveSingleItem();

        for (var more = 0; more < 2; more++)
        {
            (await Loam.RunAsync("backup", "site")).ShouldEnd(0);
        }
        (await told.RunAsync("backup", "list")).ShouldEnd(0);
        (await told.RunAsync("backup", "drill")).ShouldEnd(0).ShouldSay("can be restored");
        (await told.RunAsync("status")).ShouldEnd(0);

        told.Note("one bit of the repository changes");
        var pack = Largest(Path.Combine(Loam.Home, "usb", "data"));
        var good = await File.ReadAllBytesAsync(pack);
        await FlipAsync(pack, good);
        (await told.RunAsync("backup", "drill")).ShouldEnd(1).ShouldSay("damaged");
        (await Loam.RunAsync("status")).ShouldEnd(0).ShouldSay("The restore drill failed");
        (await told.RunAsync("restore", "site", "--yes")).ShouldEnd(1);
        (await ContentsAsync(Volume("site"))).ShouldBe(before, "a restore that fails leaves it");
        (await told.RunAsync("backup", "nowhere")).ShouldEnd(2);
        told.Check();
        await File.WriteAllBytesAsync(pack, good);
        (await Loam.RunAsync("backup", "drill")).ShouldEnd(0);
        (await Loam.RunAsync("status")).Output.ShouldNotContain("drill failed");
    });

    [NeedingFact]
    public Task A_restore_that_does_not_become_healthy_is_taken_back() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("loam-test/web:1", Port, """
                volumes: [{source: picked, target: /data}]
            """).Replace("http: {path: /, port: 80}", "test: [test, -f, /data/needed]"));
        Loam.Write("storage.yaml", "StorageConfig", "volumes: [{name: picked, backup: {}}]");
        Loam.WriteManifest($"backup: {{destination: {Loam.Home}/usb2}}");
        Directory.CreateDirectory(Volume("picked"));
        var needed = Path.Combine(Volume("picked"), "needed");
        File.WriteAllText(needed, "1");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var other = Path.Combine(Loam.Home, "other");
        Directory.Move(Volume("picked"), other);
        Directory.CreateDirectory(Volume("picked"));
        (await Loam.RunAsync("backup", "picked")).ShouldEnd(0);
        Directory.Delete(Volume("picked"));
        Directory.Move(other, Volume("picked"));

        var ended = (await Loam.RunAsync("restore", "picked", "--yes")).ShouldEnd(1);
        ended.ShouldSay("contents before are back");
        File.ReadAllText(needed).ShouldBe("1");
        (await Loam.RunAsync("status")).ShouldEnd(0).ShouldSay("healthy");
    });

    [NeedingFact]
    public Task A_new_machine_and_one_password_bring_Loam_back() => StoryAsync(async () =>
    {
        Loam.WriteServices("services: []");
        var usb = Path.Combine(Loam.Home, "usb3");
        Loam.WriteManifest($"backup: {{destination: {usb}}}");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        (await Shell.RunAsync("sh", "-c", $"printf s3cret | {Instance.Binary} --home {Loam.Home} "
            + "secret set KEPT --yes")).ShouldEnd(0);
        (await Loam.RunAsync("backup")).ShouldEnd(0).ShouldSay("Loam's own state copied");
        (await Loam.RunAsync("restore", "--state", "--yes")).ShouldEnd(3).ShouldSay("no daemon");
        var key = (await Loam.RunAsync("backup", "key")).ShouldEnd(0).Output;
        var password = key.Split('\n').First(l => l.StartsWith("password")).Split(' ')[^1];

        var home = Path.Combine(Loam.Home, "new");
        var paths = InstancePaths.Below(home);
        try
        {
            Task<Ended> RestoreAsync(string typed) => Shell.RunAsync("sh", "-c",
                $"echo {typed} | {Instance.Binary} --home {home} restore --state --from {usb} -y");
            (await RestoreAsync("wrong-one")).ShouldEnd(1).ShouldSay("another password");
            File.Exists(paths.KeyFile).ShouldBeFalse();
            (await RestoreAsync(password.ToUpperInvariant())).ShouldEnd(0);
            foreach (var file in (string[])["manifest.yaml", "services.yaml", "security.yaml"])
            {
                File.ReadAllText(Path.Combine(paths.StateDir, file))
                    .ShouldBe(File.ReadAllText(Path.Combine(Loam.Paths.StateDir, file)));
            }
            File.ReadAllText(paths.KeyFile).ShouldBe(File.ReadAllText(Loam.Paths.KeyFile));
            paths.ReadInstanceId().ShouldBe(Loam.Paths.ReadInstanceId());
        }
        finally
        {
            new SecretFiles(paths.SecretsMount).Unmount();
            Directory.Delete(paths.RunDir, recursive: true);
        }
    });

    [NeedingFact]
    public Task A_database_is_copied_by_its_own_dump_and_reads_it_back() => StoryAsync(async () =>
    {
        await InstallDatabaseAsync();
        var told = Transcript("16-database");
        (await told.RunAsync("backup", "postgres")).ShouldEnd(0);
        await SqlAsync("drop table kept");
        (await told.RunAsync("restore", "postgres", "--yes")).ShouldEnd(0)
            .ShouldSay("a dump of postgres");
        told.Check();
        (await SqlAsync("select sum(n) from kept")).ShouldBe("125250");
        (await SqlAsync("select count(*) from pg_roles where rolname = 'app'")).ShouldBe("1");
    });

    /// <summary>A database with five hundred numbers and a role.</summary>
    private async Task InstallDatabaseAsync()
    {
        (await Loam.RunAsync("--yes", "install postgres")).ShouldEnd(0);
        await SqlAsync("create table kept (n int); insert into kept select generate_series(1, 500);"
            + " create role app login");
    }

    private async Task<string> SqlAsync(string sql) => await Engine.ExecAsync(
        (await Engine.OwnAsync("postgres")).ShouldHaveSingleItem(), "psql", "-U", "postgres",
        "-tAc", sql);

    /// <summary>Files of all sorts that a volume may hold.</summary>
    private static async Task FillAsync(string directory)
    {
        Directory.CreateDirectory(Path.Combine(directory, "deep", "er"));
        await File.WriteAllTextAsync(Path.Combine(directory, "index.html"), "it was here\n");
        var noise = new byte[3_000_000];
        new Random(1).NextBytes(noise);
        var secret = Path.Combine(directory, "deep", "er", "noise with space");
        await File.WriteAllBytesAsync(secret, noise);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        File.CreateSymbolicLink(Path.Combine(directory, "link"), "deep/er");
        (await Shell.RunAsync("chown", "33:44", Path.Combine(directory, "deep"))).ShouldEnd(0);
        (await Shell.RunAsync("mkfifo", Path.Combine(directory, "pipe"))).ShouldEnd(0);
    }

    /// <summary>Everything about a directory's contents that a person could miss.</summary>
    private static async Task<string> ContentsAsync(string directory) =>
        (await Shell.RunAsync("sh", "-c", $"cd {directory} && find . -printf "
            + @"'%p %y %m %U %G %T@ %l\n' | sort && find . -type f -exec sha256sum {} + | sort"))
            .ShouldEnd(0).Output;

    private static string Largest(string directory) => new DirectoryInfo(directory)
        .EnumerateFiles("*", SearchOption.AllDirectories).MaxBy(f => f.Length)!.FullName;

    private static Task FlipAsync(string file, byte[] good)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bad = (byte[])good.Clone();
        bad[bad.Length / 2] ^= 1;
        return File.WriteAllBytesAsync(file, bad);
    }
}
