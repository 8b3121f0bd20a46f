using Loam.System.Harness;

namespace Loam.System;

/// <summary>What the manifest lets happen without a question, and what it does not.</summary>
public abstract partial class Stories
{
    [NeedingFact]
    public Task What_may_approve_itself_is_not_asked_about() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("nginx:1.27-alpine", Port));
        Loam.WriteManifest(safety: ", auto_approve_categories: [service.restart, heal]");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(3).ShouldSay("--confirm manifest.yaml");
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);

        (await Loam.RunAsync("restart web")).ShouldEnd(0)
            .ShouldSay("Applied without asking", "service.restart");
        (await Loam.RunAsync("stop web")).ShouldEnd(3).ShouldSay("Not applied");
        (await AskAsync(Port)).ShouldContain("nginx");

        // Somebody removes the container behind Loam's back.
        var before = (await Engine.OwnAsync("web")).ShouldHaveSingleItem();
        await Engine.RemoveAsync(before);
        await Wait.ForAsync("the service to be there again", async () =>
            (await Engine.OwnAsync("web")).Any(c => c != before)
            && (await Loam.RunAsync("status")).Output.Contains(" healthy "));
        (await AskAsync(Port)).ShouldContain("nginx");
        (await Loam.RunAsync("events")).ShouldSay("drift.found", "what differs is mended");
    });
}
