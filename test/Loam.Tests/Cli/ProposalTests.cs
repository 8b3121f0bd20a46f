using System.Collections.Immutable;
using Loam.Api;
using Loam.Cli;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Tests.Cli;

/// <summary>What programs propose waits for a person, and they hear what became of it.</summary>
public sealed class ProposalTests
{
    private static ProposalOrder Order(StateSet state, string by = "mcp test", int from = 0) =>
        new(by, "I add a web server.", ImmutableSortedDictionary<string, string>.Empty
            .Add("services.yaml", state["services.yaml"]!), from);

    [Fact]
    public async Task A_person_approves_and_the_program_hears_of_it()
    {
        await using var running = await Running.StartAsync();
        var client = new DaemonClient(running.Socket);
        var made = await client.ProposeAsync(Order(States.Web), true, default);
        var id = made.Kept.ShouldNotBeNull().Id;
        made.Kept.For.ShouldBe("ada");
        made.Change.ShouldNotBeNull().Plan.ShouldNotBeNull().Steps.ShouldNotBeEmpty();
        running.Machine.Approvals.ShouldBeEmpty();
        (await running.LoamAsync("proposals")).Output
            .ShouldContain($"? {id}  waits for approval · mcp test, for ada");
        (await running.LoamAsync("proposals", id)).Output.ShouldContain("+");
        // Nobody is there to ask.
        (await running.LoamAsync("approve", id)).Exit.ShouldBe(ExitCode.NotApproved);

        var waiting = client.OutcomeAsync(id, 30, default);
        var said = await running.LoamAsync("y\n", true, "approve", id);
        said.Exit.ShouldBe(ExitCode.Done);
        said.Output.ShouldContain("│ I add a web server.");
        said.Output.ShouldContain("mcp test, for ada");
        var fate = (await waiting).Fate;
        fate.Stage.ShouldBe(ProposalStage.Applied);
        fate.Who.ShouldBe("ada");
        fate.Generation.ShouldBe(1);
        running.Machine.Approvals.ShouldHaveSingleItem().How.ShouldBe("typed");
        running.Machine.Files["services.yaml"].ShouldBe(States.Web["services.yaml"]);
        (await running.LoamAsync("approve", id)).Exit.ShouldBe(ExitCode.Invalid);
        (await running.LoamAsync("decline", id)).Exit.ShouldBe(ExitCode.NotApproved);
        (await running.LoamAsync("history")).Output.ShouldContain("mcp test: I add a web server.");
    }

    /// <summary>What is said of a proposal is said to whoever made it.</summary>
    [Theory]
    [InlineData("      environment: {MODE: x}\n")]
    [InlineData("      environment: {DB_PASSWORD: other}\n")]
    [InlineData("      environment: {DB_PASSWORD: kept-1, PGPASSWORD: kept-1}\n")]
    [InlineData("")]
    public async Task No_secret_is_told_to_who_proposes_what_nobody_asked_for(string instead)
    {
        const string services = "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services:\n"
            + "    - name: web\n      image: nginx:1.27\n";
        await using var running = await Running.StartAsync();
        running.Machine.Files = StateSet.Empty.With("services.yaml",
            services + "      environment: {DB_PASSWORD: hunter22 horse}\n");
        var client = new DaemonClient(running.Socket);
        var made = await client.ProposeAsync(new("mcp test", "I tidy up.",
            ImmutableSortedDictionary<string, string>.Empty.Add("services.yaml",
                services + instead), 0), true, default);
        (made.Unasked.Length > 0 || made.Findings.Any(f => f.IsError)).ShouldBeTrue();
        string.Join('\n', made.Unasked.Concat(made.Findings.Select(f => f.Message))
            .Concat(made.Kept?.Unasked ?? [])).ShouldNotContain("hunter22");
    }

    [Fact]
    public async Task What_waits_is_said_in_the_status_and_told_when_it_is_filed()
    {
        await using var running = await Running.StartAsync();
        var client = new DaemonClient(running.Socket);
        (await running.LoamAsync("status")).Output.ShouldNotContain("proposed:");
        (await client.StatusAsync(default)).Proposals.ShouldBe(0);
        var id = (await client.ProposeAsync(Order(States.Web), true, default)).Kept!.Id;
        await client.ProposeAsync(Order(States.Web), true, default);
        (await running.LoamAsync("status")).Output.ShouldContain(
            "proposed: 2 changes wait for somebody to decide. `loam proposals` shows them.");
        (await running.LoamAsync("status", "-o", "json")).Output.ShouldContain("\"proposals\":2");
        var told = running.Told.First(t => t.Type == "proposal.filed");
        (told.Name, told.Message).ShouldBe(
            (id, "mcp test proposes a change of services.yaml for ada."));
        await running.LoamAsync("decline", id);
        (await running.LoamAsync("status")).Output.ShouldContain("1 change waits for somebody");
    }

    [Fact]
    public async Task What_is_declined_is_not_applied_any_more()
    {
        await using var running = await Running.StartAsync();
        var client = new DaemonClient(running.Socket);
        var id = (await client.ProposeAsync(Order(States.Web), true, default)).Kept!.Id;
        (await running.LoamAsync("decline", id, "not", "on", "a", "Friday")).Exit
            .ShouldBe(ExitCode.Done);
        var fate = (await client.OutcomeAsync(id, 30, default)).Fate;
        (fate.Stage, fate.Why).ShouldBe((ProposalStage.Declined, "not on a Friday"));
        var said = await running.LoamAsync("approve", id, "--yes");
        said.Exit.ShouldBe(ExitCode.NotApproved);
        said.Error.ShouldContain("ada declined this proposal");
        running.Machine.Approvals.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_change_that_fails_is_told_with_why()
    {
        await using var running = await Running.StartAsync();
        running.Machine.Result = _ => new(ApplyStatus.RolledBack, 0, "nginx did not become healthy.",
            "Look at its log.", TimeSpan.Zero, null);
        var client = new DaemonClient(running.Socket);
        var id = (await client.ProposeAsync(Order(States.Web), true, default)).Kept!.Id;
        (await running.LoamAsync("approve", id, "--yes")).Exit.ShouldBe(ExitCode.Failed);
        var fate = (await client.OutcomeAsync(id, 30, default)).Fate;
        (fate.Stage, fate.Why, fate.Remedy).ShouldBe((ProposalStage.RolledBack,
            "nginx did not become healthy.", "Look at its log."));
        // It may be tried again.
        running.Machine.Result = null;
        (await running.LoamAsync("approve", id, "--yes")).Exit.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task The_policy_in_force_lets_it_through_as_for_anybody()
    {
        await using var running = await Running.StartAsync();
        running.Machine.Policy = "safety.auto_approve_categories names service.restart";
        var client = new DaemonClient(running.Socket);
        // Nobody asked for it, or nobody says so.
        (await client.ProposeAsync(Order(States.Web), true, default)).Kept!.Fate.Stage
            .ShouldBe(ProposalStage.Open);
        var id = (await client.ProposeAsync(new("mcp test", "I add redis.",
            Loam.Mind.Interpreter.Interpreter.Propose(StateSet.Empty, ["add redis"],
                FakeMachine.Noon).Files, 0) { Said = ["add redis"] }, true, default)).Kept!.Id;
        var fate = (await client.OutcomeAsync(id, 30, default)).Fate;
        fate.Stage.ShouldBe(ProposalStage.Applied);
        fate.How.ShouldBe("policy: " + running.Machine.Policy);
        running.Machine.Approvals.ShouldHaveSingleItem().IsPolicy.ShouldBeTrue();
    }

    [Fact]
    public async Task A_plan_alone_keeps_nothing_and_applies_nothing()
    {
        await using var running = await Running.StartAsync();
        running.Machine.Policy = "safety.require_approval is false";
        var client = new DaemonClient(running.Socket);
        var plan = await client.ProposeAsync(Order(States.Web), false, default);
        (plan.Kept, plan.Change!.CanApply).ShouldBe((null, true));
        (await client.ProposalsAsync(default)).Proposals.ShouldBeEmpty();
        running.Machine.Approvals.ShouldBeEmpty();
        // What is shown so is no plan that could be approved.
        await Should.ThrowAsync<CommandFailure>(async () =>
        {
            await foreach (var _ in client.ApplyAsync(
                new(plan.Change.Id, plan.Change.Plan!.Digest, "typed", []), default))
            {
            }
        });
    }

    [Fact]
    public async Task What_cannot_be_read_or_changes_nothing_is_not_kept()
    {
        await using var running = await Running.StartAsync();
        var client = new DaemonClient(running.Socket);
        var broken = States.Web.With("services.yaml", States.Web["services.yaml"] + "\nrubbish: [");
        var answer = await client.ProposeAsync(Order(broken), true, default);
        (answer.Kept, answer.Change).ShouldBe((null, null));
        answer.Findings.ShouldContain(f => f.IsError);
        running.Machine.Files = States.Web;
        var same = await client.ProposeAsync(Order(States.Web), true, default);
        (same.Kept, same.Change!.IsNothing).ShouldBe((null, true));
        await Should.ThrowAsync<CommandFailure>(
            () => client.ProposeAsync(Order(States.Web, from: 3), true, default));
        (await client.ProposalsAsync(default)).Proposals.ShouldBeEmpty();
        await Should.ThrowAsync<CommandFailure>(
            () => client.OutcomeAsync("m000000000000", 0, default));
    }

    [Fact]
    public void Who_proposes_much_pushes_out_his_own_alone()
    {
        var open = new OpenProposals(TimeProvider.System, _ => { });
        var other = open.Keep(Order(States.Web, "openai model") with { For = "ada" });
        var first = open.Keep(Order(States.Web) with { For = "ada" });
        for (var more = 0; more < 200; more++)
        {
            open.Keep(Order(States.Web, $"mcp {more}") with { For = "ada" });
        }
        open.All().Count.ShouldBe(Limits.ProposalsOfOne + 1);
        open.Of(other.Id).ShouldBe(other);
        Should.Throw<HostException>(() => open.Of(first.Id));
    }
}
