using Loam.System.Harness;

namespace Loam.System;

/// <summary>A conversation over several commands, kept by the mind. Told on one engine, which has
/// no part in it.</summary>
[Collection("docker")]
public sealed class GoingOn(DockerGround ground) : Telling(ground)
{
    [NeedingFact]
    public Task What_was_said_is_gone_on_with_by_name_and_by_nobody_else() => StoryAsync(async () =>
    {
        await Loam.RunAsync("sessions", "forget", "lunch");
        // Nobody approves it, and the next command means it still.
        (await Loam.RunAsync("--session", "lunch", $"set up a web server on port {Port}"))
            .ShouldEnd(3).ShouldSay("nginx");
        (await Engine.OwnAsync()).ShouldBeEmpty();
        (await Loam.RunAsync("--continue", "with 96 MB")).ShouldEnd(3).ShouldSay("nginx", "96");
        (await Loam.RunAsync("sessions")).ShouldEnd(0).ShouldSay(
            "lunch", $"set up a web server on port {Port}");

        // The mind is killed in between; by its name the conversation is there.
        (await Shell.RunAsync("pkill", "-9", "-f", Loam.Paths.MindDaemonSocket)).ShouldEnd(0);
        await Wait.ForAsync("the mind to answer again", async () =>
            (await Loam.RunAsync("sessions")).Exit == 0);
        (await Loam.RunAsync("--session", "lunch", "explain more")).ShouldSay("nginx", "96Mi");
        // Another conversation knows nothing of it.
        (await Loam.RunAsync("--session", "other", "explain more")).Output.ShouldNotContain("96Mi");
        (await Loam.RunAsync("--session", "lunch", "--yes", "with 112 MB")).ShouldEnd(0);
        (await AskAsync(Port)).ShouldContain("Welcome to nginx");
        Loam.Read("services.yaml").ShouldContain("112Mi");
        var before = (await Engine.OwnAsync()).ShouldHaveSingleItem();
        (await Loam.RunAsync("--session", "lunch", "--yes", "restart it")).ShouldEnd(0);
        (await Engine.OwnAsync()).ShouldHaveSingleItem().ShouldNotBe(before);

        // Nor does another person, whatever name they give.
        Loam.WriteManifest("api: {users: [{name: bea, role: operate}]}");
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);
        await Loam.RunAsync("token", "revoke", "bea");
        var token = (await Loam.RunAsync("token", "add", "bea", "--may", "propose", "--for", "bea",
            "-o", "json")).ShouldEnd(0).Output.Split('"').First(p => p.StartsWith("loam_"));
        Task<Ended> AsBeaAsync(string path, params string[] more) => Shell.RunAsync("curl",
            ["-sS", "--unix-socket", Loam.Paths.Socket, "-H", $"Authorization: Bearer {token}",
                .. more, $"http://loam/v1/{path}"]);
        (await AsBeaAsync("sessions")).ShouldEnd(0).Output.ShouldNotContain("lunch");
        (await AsBeaAsync("conversation", "-d",
            """{"message":"explain more","session_id":"lunch"}""")).Output.ShouldNotContain("112Mi");
        (await AsBeaAsync("forget-session/lunch", "-X", "POST")).ShouldEnd(0);
        (await Loam.RunAsync("sessions")).ShouldSay("lunch");

        (await Loam.RunAsync("sessions", "forget", "lunch")).ShouldEnd(0);
        (await Loam.RunAsync("sessions")).Output.ShouldNotContain("lunch");
        (await Loam.RunAsync("sessions", "forget", "lunch")).ShouldEnd(2)
            .ShouldSay("You have no conversation 'lunch'.");
        (await Loam.RunAsync("--session", "", "restart it")).Exit.ShouldNotBe(0);
    });
}
