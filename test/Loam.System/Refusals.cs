using Loam.System.Harness;

namespace Loam.System;

/// <summary>What is refused before any engine is asked: told on one.</summary>
public abstract class Refusals(Ground ground) : Telling(ground)
{
    [NeedingFact]
    public Task Yes_is_no_leave_for_a_restricted_change() => StoryAsync(async () =>
    {
        Loam.Write("security.yaml", "SecurityConfig",
            "secrets:\n  - name: token\n    value: generate:32");
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var before = await Facts.GenerationAsync(Loam);

        var told = Transcript("restricted");
        told.Note("somebody takes the secret out of security.yaml");
        Loam.Write("security.yaml", "SecurityConfig", "secrets: []");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(3).ShouldSay("security.yaml");
        (await Facts.GenerationAsync(Loam)).ShouldBe(before);
        (await told.RunAsync("apply", "--yes", "--confirm", "security.yaml")).ShouldEnd(0);
        told.Check();
    });

    [NeedingFact]
    public Task Exit_codes_are_those_of_the_table() => StoryAsync(async () =>
    {
        var told = Transcript("exit-codes");
        (await told.RunAsync("add memcached")).ShouldEnd(3);
        (await told.RunAsync("aply")).ShouldEnd(2);
        (await told.RunAsync("revert", "9999")).ShouldEnd(2);
        Loam.WriteServices("services:\n  - name: web\n    imag: nginx");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(2).ShouldSay("imag", "image");
        told.Check();
        (await Shell.RunAsync(Instance.Binary, "--home", "/tmp/loam-nobody", "status"))
            .ShouldEnd(4).ShouldSay("No daemon answers");
        (await Engine.OwnAsync()).ShouldBeEmpty();
    });
}
