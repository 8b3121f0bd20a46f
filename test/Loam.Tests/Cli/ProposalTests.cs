using System.Collections.Immutable;
using Loam.Api;
using Loam.Cli;
using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Diagnostics;
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

    /// <summary>Sixty thousand single letters are few letters, and much to read.</summary>
    [Theory]
    [InlineData(Limits.MindTurns, true)]
    [InlineData(Limits.MindTurns + 1, false)]
    [InlineData(60_000, false)]
    public async Task What_was_said_is_bounded_in_turns_besides(int turns, bool isTaken)
    {
        await using var running = await Running.StartAsync();
        var read = new List<int>();
        running.Scope = (order, _, _) =>
        {
            read.Add(order.Said.Length);
            return Task.FromResult(Scope.Nothing);
        };
        var order = Order(States.Web) with { Said = [.. Enumerable.Repeat("x", turns)] };
        var client = new DaemonClient(running.Socket);
        if (isTaken)
        {
            (await client.ProposeAsync(order, true, default)).Kept.ShouldNotBeNull();
        }
        else
        {
            (await Should.ThrowAsync<CommandFailure>(
                () => client.ProposeAsync(order, true, default)))
                .Message.ShouldContain("more than 40 turns");
        }
        read.ShouldBe(isTaken ? [turns] : []);
    }

    /// <summary>Both places taken, as it was, would leave none for others.</summary>
    [Fact]
    public async Task Whose_words_take_long_keeps_nobody_else_waiting()
    {
        var (ci, peers) = (new Peer(0, [], "ada") { Token = "ci" }, 0);
        var peer = ci;
        await using var running = await Running.StartAsync(_ =>
        {
            Interlocked.Increment(ref peers);
            return peer;
        });
        var (held, begun) = (new TaskCompletionSource(), new TaskCompletionSource());
        running.Scope = async (_, source, cancel) =>
        {
            begun.TrySetResult();
            if (source == ci.Source)
            {
                await held.Task.WaitAsync(cancel);
            }
            return Scope.Nothing;
        };
        var order = Order(States.Web) with { Said = ["add a web server"] };
        Task<ProposalPlan> ProposeAsync() =>
            new DaemonClient(running.Socket).ProposeAsync(order, true, default);
        var first = ProposeAsync();
        await begun.Task;
        var second = ProposeAsync();
        await running.UntilAsync(() => peers > 1);
        try
        {
            foreach (var other in (Peer[])[new(0, [], "bob"), ci with { Token = null }])
            {
                peer = other;
                (await ProposeAsync()).Kept.ShouldNotBeNull();
            }
        }
        finally
        {
            held.SetResult();
        }
        (await first).Kept.ShouldNotBeNull();
        (await second).Kept.ShouldNotBeNull();
    }

    /// <summary>What was asked for is nothing, or cannot be, by itself: the rest is not lost.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_rest_is_kept_where_what_was_asked_for_comes_to_nothing(bool isKept)
    {
        await using var running = await Running.StartAsync();
        var made = Loam.Mind.Interpreter.Interpreter.Propose(
            StateSet.Empty, ["add redis"], FakeMachine.Noon).Files;
        var at = made["services.yaml"].IndexOf("    - name: redis",
            made["services.yaml"].IndexOf("services:", StringComparison.Ordinal),
            StringComparison.Ordinal);
        var order = new ProposalOrder("mcp test", "I add redis.",
            made.SetItem("services.yaml", made["services.yaml"].Insert(
                at, "    - name: miner\n      image: evil/miner:1\n")), 0)
        {
            Said = ["add redis"],
        };
        // Alone, it has an error that only a plan finds.
        running.Machine.Finds = request => request.Unasked.IsEmpty
            ? [new(Codes.BadValue, Severity.Error, null, "It needs the miner.", "")] : [];
        var client = new DaemonClient(running.Socket);
        var answer = await client.ProposeAsync(order, isKept, default);
        answer.Change.ShouldNotBeNull().CanApply.ShouldBeTrue();
        answer.Change.Request.Unasked.ShouldContain("Service miner is added.");
        answer.Unasked.ShouldBe(answer.Change.Request.Unasked);
        answer.Rest.ShouldBeNull();
        var open = (await client.ProposalsAsync(default)).Proposals;
        open.Select(p => p.Id).ShouldBe(isKept ? [answer.Kept!.Id] : []);
        if (isKept)
        {
            answer.Kept!.Unasked.ShouldBe(answer.Unasked);
            (await running.LoamAsync("approve", answer.Kept.Id, "--yes")).Exit
                .ShouldBe(ExitCode.Done);
            running.Machine.Files["services.yaml"].ShouldBe(order.Texts["services.yaml"]);
        }
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
