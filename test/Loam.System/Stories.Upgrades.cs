using Loam.System.Harness;

namespace Loam.System;

/// <summary>A database's data go to another major version, or stay as they were.</summary>
public abstract partial class Stories
{
    [NeedingFact]
    public Task A_major_version_takes_the_data_along_or_leaves_them() => StoryAsync(async () =>
    {
        await InstallDatabaseAsync();
        var data = Directory.EnumerateDirectories(Loam.Paths.VolumeRoot).ShouldHaveSingleItem();

        var told = Transcript("17-major-version");
        (await told.RunAsync("--yes", "upgrade postgres to version 17")).ShouldEnd(0)
            .ShouldSay("from version 16 to 17", "stay in");
        (await SqlAsync("select sum(n) from kept")).ShouldBe("125250");
        (await SqlAsync("select count(*) from pg_roles where rolname = 'app'")).ShouldBe("1");
        (await told.RunAsync("status")).ShouldEnd(0).ShouldSay("healthy");
        Directory.EnumerateFileSystemEntries(Loam.Paths.VolumeRoot).Order()
            .ShouldBe([data, data + ".before-17"]);
        await SqlAsync("insert into kept values (1000)");

        told.Check();

        // Somebody writes version 15, and a library that is not there.
        var file = Path.Combine(Loam.Paths.StateDir, "services.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("postgres:17-alpine",
            "postgres:15-alpine\n      command: [postgres, -c, shared_preload_libraries=not_there]"));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(1).ShouldSay("as before");
        // What is taken back is started, and not waited for.
        await Wait.ForAsync("the database to be healthy again", async () =>
            (await Loam.RunAsync("status")).Output.Contains(" healthy "));
        (await SqlAsync("select sum(n) from kept")).ShouldBe("126250");
        Directory.EnumerateFileSystemEntries(Loam.Paths.VolumeRoot).Order()
            .ShouldBe([data, data + ".before-17"]);
    });
}
