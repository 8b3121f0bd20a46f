using Loam.System.Harness;

namespace Loam.System;

/// <summary>The mind: what a model says comes back as a plan like any other, and whoever takes that
/// process over can do nothing with it. Told on one engine, which has no part in it.</summary>
[Collection("docker")]
public sealed class Mind(DockerGround ground) : Telling(ground)
{
    private const string Wish = "make web survive a holiday rush";

    [NeedingFact]
    public Task A_model_proposes_and_only_what_was_asked_for_is_planned() => StoryAsync(async () =>
    {
        // The wish stands among the events afterwards.
        await using var model = new ScriptedModel(Port + 70, asked =>
            asked.Contains("France") ? "I am a model of this machine." : Roomier(asked));
        Loam.WriteServices(Web("loam-test/web:1", Port));
        Loam.Write("manifest.yaml", "SystemManifest", $$"""
            llm:
              provider: openai
              model: test-model
              base_url: {{model.Url}}
            safety: {max_changes_per_hour: 10000}
            """);
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);

        // What the interpreter is sure of is not sent to anybody.
        (await Loam.RunAsync("which ports are open?")).ShouldEnd(0);
        model.Asked.ShouldBeEmpty();

        (await Loam.RunAsync("--yes", Wish)).ShouldEnd(0).ShouldSay(
            "I give web more memory.", "openai test-model", "no cost", "memory",
            "what you did not ask for", "privileged");
        var state = await File.ReadAllTextAsync(Path.Combine(Loam.Paths.StateDir, "services.yaml"));
        state.ShouldContain("512Mi");
        state.ShouldNotContain("privileged");
        model.Asked.ShouldHaveSingleItem().ShouldContain("loam-test/web");
        (await AskAsync(Port)).ShouldContain("loam-test/web");

        // No business of this machine: words, and nothing changes.
        (await Loam.RunAsync("what is the capital of France?")).ShouldEnd(0)
            .ShouldSay("I am a model of this machine.", "openai test-model");

        // It is killed, and there again.
        (await Shell.RunAsync("pkill", "-9", "-f", Loam.Paths.MindDaemonSocket)).ShouldEnd(0);
        await Wait.ForAsync("the mind to answer again", async () =>
            (await Loam.RunAsync("what is the capital of France?")).Exit == 0);
    });

    [NeedingFact]
    public Task Who_takes_the_mind_over_can_do_nothing() => StoryAsync(async () =>
    {
        await Loam.RunAsync("status");
        var own = Loam.Paths.MindDir;
        var user = (await Shell.RunAsync("stat", "-c", "%u", own)).Output.Trim();
        var daemon = (await Shell.RunAsync(
            "pgrep", "-f", $"daemon --home {Loam.Home} ")).Output.Split('\n')[0].Trim();
        var attack = await File.ReadAllTextAsync(Takeover());
        using var log = new SystemLog();
        var tried = await Shell.RunAsync("unshare", [.. log.Around, Instance.Binary, "confine",
            "--user", user, "--doors", Loam.Paths.MindDoors, "--own", own, "--memory", "536870912",
            "--", "/usr/bin/perl", "-e", attack, Loam.Paths.RunDir, Loam.Paths.DataDir, daemon,
            "mind"]);
        tried.ShouldEnd(0).ShouldSay("view: 200", "broken: 0", "closed run /bin/true",
            "closed POST /v1/apply", "closed socket INET", $"closed signal {daemon}",
            "closed connect /dev/log", "home writable", "there /dev/null", "there /dev/urandom");
        tried.Output.ShouldNotContain("OPEN");
        // Whoever is not confined reaches it there.
        (await Shell.RunAsync("unshare", [.. log.Around, "/usr/bin/perl", "-e", """
            use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
            print connect($s, sockaddr_un('/dev/log')) ? "reached" : "not: $!";
            """])).ShouldEnd(0).ShouldSay("reached");
    });

    [NeedingFact]
    public Task What_it_uses_and_keeps_is_bounded_and_a_full_disk_ends_no_conversation() =>
        StoryAsync(async () =>
    {
        const string question = "which ports are open?";
        Task<Ended> SayAsync() => Loam.RunAsync("--session", "bounds", question);
        (await SayAsync()).ShouldEnd(0).Output.ShouldNotContain("not kept");
        if ((await Loam.RunAsync("doctor")).Output.Split('\n').Any(
            l => l.Contains(" bounds ") && l.Contains("control groups, version")))
        {
            (await File.ReadAllTextAsync($"/proc/{await PidAsync()}/cgroup"))
                .ShouldContain("/loam/mind-");
        }

        // Whoever has taken it over fills its folder: it is ended, and what is its own stays.
        var (home, much) = (Loam.Paths.MindDir, Path.Combine(Loam.Paths.MindDir, "much"));
        (await Shell.RunAsync("fallocate", "-l", "140M", much)).ShouldEnd(0);
        await Wait.ForAsync("it to be ended", async () => (await Loam.RunAsync("events"))
            .Output.Contains("holds more than 128 MiB"));
        await Wait.ForAsync("it to answer again", async () => (await SayAsync()).Exit == 0);
        File.Exists(much).ShouldBeFalse();
        (await Loam.RunAsync("sessions")).ShouldEnd(0).ShouldSay("bounds", question);

        // No room at all.
        (await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "loam-story",
            home)).ShouldEnd(0);
        try
        {
            await Shell.RunAsync("dd", "if=/dev/zero", $"of={home}/sessions.db.damaged", "bs=4k");
            (await Shell.RunAsync("pkill", "-9", "-f", Loam.Paths.MindDaemonSocket)).ShouldEnd(0);
            await Wait.ForAsync("it to answer without room", async () => (await SayAsync())
                is { Exit: 0 } said && said.Output.Contains("there is no room for it"));
        }
        finally
        {
            await Shell.RunAsync("umount", "-l", home);
            await Shell.RunAsync("pkill", "-9", "-f", Loam.Paths.MindDaemonSocket);
        }
        await Wait.ForAsync("it to keep again what is said", async () => (await SayAsync())
            is { Exit: 0 } said && !said.Output.Contains("not kept"));
        await Loam.RunAsync("sessions", "forget", "bounds");
    });

    private async Task<string> PidAsync() => (await Shell.RunAsync(
        "pgrep", "-n", "-f", $"mind --serve {Loam.Paths.MindDaemonSocket}")).Output.Trim();

    internal static string Takeover([global::System.Runtime.CompilerServices.CallerFilePath]
        string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "takeover.pl");

    /// <summary>The file as it was shown, with more memory, and with something nobody asked for.
    /// </summary>
    private static string Roomier(string asked)
    {
        const string head = "apiVersion: loam/v1\nkind: ServiceManifest";
        var image = asked.IndexOf("image: loam-test/web", StringComparison.Ordinal);
        var begin = asked.LastIndexOf(head, image, StringComparison.Ordinal);
        int[] ends = [asked.IndexOf("```", image), asked.IndexOf("</data", image)];
        var text = asked[begin..ends.Where(e => e > 0).Min()].TrimEnd();
        var indent = new string(' ', image - asked.LastIndexOf('\n', image) - 1);
        return "I give web more memory.\n\n```yaml:services.yaml\n" + text.Replace(
            "image: loam-test/web:1", "image: loam-test/web:1\n"
            + $"{indent}resources: {{memory: 512Mi}}\n{indent}privileged: true") + "\n```\n";
    }
}
