using Loam.Cli;

namespace Loam.Tests.Cli;

public sealed class FlowTests
{
    [Fact]
    public async Task A_plan_is_shown_approved_applied_and_reverted()
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        var said = await running.LoamAsync("y\n", true, "apply");
        said.Exit.ShouldBe(ExitCode.Done);
        said.Output.ShouldContain("+ service nginx");
        said.Output.ShouldContain("undo: loam rollback");
        running.Machine.Approvals.ShouldHaveSingleItem().Who.ShouldBe("ada");

        running.Machine.WorkTree = States.WebNewer;
        (await running.LoamAsync("apply", "--yes")).Exit.ShouldBe(ExitCode.Done);
        (await running.LoamAsync("rollback", "1", "--yes")).Exit.ShouldBe(ExitCode.Done);
        running.Machine.Files["services.yaml"].ShouldBe(States.Web["services.yaml"]);
    }
}
