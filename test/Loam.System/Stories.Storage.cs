using Loam.System.Harness;

namespace Loam.System;

/// <summary>A volume of a size, on real loop devices under a real engine.</summary>
public abstract partial class Stories
{
    private string Image(string volume) =>
        Path.Combine(Loam.Paths.VolumeRoot, ".images", volume + ".ext4");

    private bool IsMounted(string path) => File.ReadLines("/proc/self/mounts")
        .Any(l => l.Split(' ')[1] == path);

    private string Pages => Web("nginx:1.27-alpine", Port, """
            volumes: [{source: pages, target: /usr/share/nginx/html}]
        """).Replace("http: {path: /, port: 80}", "tcp: {port: 80}");

    private void DeclarePages(string fields) => Loam.Write("storage.yaml", "StorageConfig",
        $"volumes:\n  - name: pages{string.Concat(fields.Split(", ").Select(f => "\n    " + f))}");

    [NeedingFact]
    public Task A_sized_volume_is_filled_grown_kept_and_had_again() => StoryAsync(async () =>
    {
        var told = Transcript("17-storage");
        Loam.WriteServices(Pages);
        DeclarePages("size: 64Mi, permissions: \"0755\"");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        IsMounted(Volume("pages")).ShouldBeTrue();
        await FillAsync(Volume("pages"));
        (await AskAsync(Port)).ShouldBe("it was here\n");
        (await Loam.RunAsync("status")).ShouldEnd(0).ShouldSay("volumes: pages ");

        DeclarePages("size: 128Mi, permissions: \"0755\"");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0).ShouldSay("64Mi → 128Mi");
        (await AskAsync(Port)).ShouldBe("it was here\n");
        new DriveInfo(Volume("pages")).TotalSize.ShouldBeGreaterThan(100L << 20);
        DeclarePages("size: 64Mi, permissions: \"0755\"");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(2).ShouldSay("cannot shrink");

        told.Note("somebody changes the permissions by hand");
        File.SetUnixFileMode(Volume("pages"), UnixFileMode.UserRead);
        (await told.RunAsync("heal", "--yes")).ShouldEnd(0);
        (await AskAsync(Port)).ShouldBe("it was here\n");

        told.Note("the volume is declared no more");
        Loam.WriteServices("services: []");
        Loam.Write("storage.yaml", "StorageConfig", "volumes: []");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        IsMounted(Volume("pages")).ShouldBeFalse();
        Directory.Exists(Volume("pages")).ShouldBeFalse();
        File.Exists(Image("pages")).ShouldBeTrue();

        told.Note("it is declared again");
        Loam.WriteServices(Pages);
        DeclarePages("size: 128Mi");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        (await AskAsync(Port)).ShouldBe("it was here\n");
        told.Check();
    });

    [NeedingFact]
    public Task What_a_reboot_detached_is_attached_before_services_stand_on_it() => StoryAsync(
        async () =>
    {
        Loam.WriteServices(Pages);
        Loam.Write("storage.yaml", "StorageConfig", $$"""
            volumes: [{name: pages, size: 32Mi}]
            mounts: [{source: scratch, target: {{Loam.Home}}/scratch, type: tmpfs}]
            """);
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        await FillAsync(Volume("pages"));

        await Loam.StopAsync();
        (await Shell.RunAsync("umount", "-l", Volume("pages"))).ShouldEnd(0);
        (await Shell.RunAsync("umount", Loam.Home + "/scratch")).ShouldEnd(0);
        await Loam.StartAsync();

        IsMounted(Volume("pages")).ShouldBeTrue();
        IsMounted(Loam.Home + "/scratch").ShouldBeTrue();
        (await AskAsync(Port)).ShouldBe("it was here\n");
        await File.WriteAllTextAsync(Path.Combine(Volume("pages"), "index.html"), "here again\n");
        (await AskAsync(Port)).ShouldBe("here again\n", "the service stands on what is attached");
        (await Loam.RunAsync("status")).ShouldEnd(0).Output.ShouldNotContain("drifted");
    });

    [NeedingFact]
    public Task A_volume_of_a_change_that_fails_goes_and_one_that_was_there_stays() => StoryAsync(
        async () =>
    {
        Loam.Write("storage.yaml", "StorageConfig", "volumes: [{name: old, size: 32Mi}]");
        Loam.WriteServices("services: []");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        File.WriteAllText(Path.Combine(Volume("old"), "letter"), "dear");

        Loam.Write("storage.yaml", "StorageConfig",
            "volumes: [{name: old, size: 64Mi}, {name: fresh, size: 32Mi}]");
        Loam.WriteServices(Web("loam-test/crashing:1", Port, """
                volumes: [{source: fresh, target: /data}, {source: old, target: /old}]
            """));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(1);

        File.Exists(Image("fresh")).ShouldBeFalse();
        IsMounted(Volume("fresh")).ShouldBeFalse();
        File.ReadAllText(Path.Combine(Volume("old"), "letter")).ShouldBe("dear");
    });

    [NeedingFact]
    public Task A_sized_volume_is_put_back_in_its_place() => StoryAsync(async () =>
    {
        Loam.WriteServices(Pages);
        DeclarePages("size: 192Mi, backup: {enabled: true}");
        Loam.WriteManifest($"backup: {{destination: {Loam.Home}/usb3}}");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        await FillAsync(Volume("pages"));
        var before = await WithinAsync(Volume("pages"));
        (await Loam.RunAsync("backup", "pages")).ShouldEnd(0);

        File.WriteAllText(Path.Combine(Volume("pages"), "index.html"), "spoilt\n");
        File.WriteAllText(Path.Combine(Volume("pages"), "more"), "more\n");
        (await Loam.RunAsync("restore", "pages", "--yes")).ShouldEnd(0);
        IsMounted(Volume("pages")).ShouldBeTrue();
        (await WithinAsync(Volume("pages"))).ShouldBe(before);
        (await AskAsync(Port)).ShouldBe("it was here\n");
        (await Loam.RunAsync("status")).ShouldEnd(0).Output.ShouldNotContain("drifted");
    });

    /// <summary>Without the directory itself, in which things were moved.</summary>
    private static async Task<string> WithinAsync(string directory) => string.Join('\n',
        (await ContentsAsync(directory)).Split('\n').Where(
            l => !l.StartsWith(". ", StringComparison.Ordinal)));
}
