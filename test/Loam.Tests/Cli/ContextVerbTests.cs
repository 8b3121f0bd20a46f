using Loam.Cli;

namespace Loam.Tests.Cli;

/// <summary>What a model would be shown, and what would leave, as people and programs see it.
/// </summary>
public sealed class ContextVerbTests
{
    [Fact]
    public async Task Every_section_is_in_the_table_and_the_text_is_there_when_asked()
    {
        await using var running = await Running.StartAsync();
        running.Machine.Files = States.Web;
        running.Log.Add(new(FakeMachine.Noon, false, "GET / from 192.168.7.9"));
        var said = await running.LoamAsync("context", "restart", "nginx");
        said.Exit.ShouldBe(ExitCode.Done, said.Error);
        foreach (var section in new[] { "instructions", "schemas", "state", "files", "request" })
        {
            said.Output.ShouldContain(section);
        }
        said.Output.ShouldNotContain("# The request");
        var full = await running.LoamAsync(
            "context", "--full", "--logs", "nginx", "restart", "nginx");
        full.Output.ShouldContain("# The request\n\nrestart nginx");
        full.Output.ShouldContain("image: nginx:1.27-alpine");
        full.Output.ShouldContain("| GET / from 192.168.7.9");
        (await running.LoamAsync("context", "-o", "json", "x")).Output
            .ShouldContain("\"name\": \"instructions\"");
    }

    [Fact]
    public async Task What_would_leave_is_shown_to_the_letter_with_what_was_replaced()
    {
        await using var running = await Running.StartAsync();
        running.Machine.Files = States.Web;
        var said = await running.LoamAsync(
            "privacy", "show", "let anna@example.net in, password=Sommer2026");
        said.Exit.ShouldBe(ExitCode.Done, said.Error);
        said.Output.ShouldContain("let ⟦mail-1⟧ in, password=⟦secret⟧");
        said.Output.ShouldNotContain("anna@");
        said.Output.ShouldNotContain("Sommer");
        said.Output.ShouldContain("dropped: it does not come back");
        said.Output.ShouldContain("You would be asked first.");
        (await running.LoamAsync("privacy", "hide", "x")).Exit.ShouldBe(ExitCode.Invalid);
    }
}
