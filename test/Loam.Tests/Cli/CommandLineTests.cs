using System.Text.Json;
using Loam.Cli;
using Loam.Cli.Commands;
using Loam.Core.Reconciling;

namespace Loam.Tests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("Did you mean `loam status`?", "statsu")]
    [InlineData("Did you mean `loam rollback`?", "rolback")]
    [InlineData("has no option --hom", "status", "--hom", "x")]
    [InlineData("Did you mean --follow?", "events", "--folow")]
    [InlineData("has no option -q", "events", "-q")]
    [InlineData("needs SERVICE", "logs")]
    [InlineData("does not take 'b'", "logs", "a", "b")]
    [InlineData("--home needs a value", "status", "--home")]
    [InlineData("--yes takes no value", "apply", "--yes=1")]
    [InlineData("takes a number", "logs", "web", "-n", "many")]
    [InlineData("output format 'xml' is unknown", "status", "-o", "xml")]
    [InlineData("not the number of a generation", "revert", "-o", "json", "soon")]
    [InlineData("There is no kind 'ServiceManifset'", "schema", "ServiceManifset")]
    [InlineData("never shows a secret's value", "secret", "show", "DB")]
    [InlineData("cannot name a secret", "secret", "set", "1st")]
    [InlineData("no completion for 'tcsh'", "completion", "tcsh")]
    [InlineData("There is no directory", "validate", "/nowhere/at/all")]
    [InlineData("--engine does not take", "daemon", "--engine", "lxc")]
    [InlineData("There is no service 'wbe'", "update", "wbe")]
    public async Task What_is_wrong_is_said_with_a_remedy_and_exit_code_2(
        string expected, params string[] args)
    {
        await using var running = await Running.StartAsync();
        var said = await running.LoamAsync(args);
        said.Exit.ShouldBe(ExitCode.Invalid);
        said.Error.ReplaceLineEndings(" ").Replace("   ", " ").ShouldContain(expected);
    }

    [Fact]
    public async Task Without_a_daemon_it_says_how_to_start_one()
    {
        var running = await Running.StartAsync();
        await running.DisposeAsync();
        foreach (var verb in (string[])["status", "apply", "history", "events", "heal", "export"])
        {
            var said = await running.LoamAsync(verb);
            said.Exit.ShouldBe(ExitCode.Unreachable, verb);
            said.Error.ShouldContain("No daemon answers");
            said.Error.ShouldContain("./dev run");
        }
        (await running.LoamAsync("set up a web server")).Exit.ShouldBe(ExitCode.Unreachable);
    }

    [Fact]
    public async Task Without_a_terminal_a_plan_waits_for_yes()
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        var said = await running.LoamAsync("apply");
        said.Exit.ShouldBe(ExitCode.NotApproved);
        said.Output.ShouldContain("+ service nginx");
        said.Error.ShouldContain("--yes");
        said.Output.ShouldNotContain("\e");
        running.Machine.Approvals.ShouldBeEmpty();
        (await running.LoamAsync("apply", "-y")).Exit.ShouldBe(ExitCode.Done);
        running.Machine.Approvals.ShouldHaveSingleItem().How.ShouldBe("--yes");
    }

    [Fact]
    public async Task Yes_alone_never_covers_a_restricted_file()
    {
        await using var running = await RestrictedAsync();
        var said = await running.LoamAsync("apply", "--yes");
        said.Exit.ShouldBe(ExitCode.NotApproved);
        said.Error.ShouldContain("--confirm security.yaml");
        // At a terminal too, its name is typed.
        (await running.LoamAsync("y\nyes\n", true, "apply", "--yes")).Exit
            .ShouldBe(ExitCode.NotApproved);
        running.Machine.Approvals.Count.ShouldBe(1);
        (await running.LoamAsync("y\nsecurity.yaml\n", true, "apply")).Exit
            .ShouldBe(ExitCode.Done);
        running.Machine.Approvals[^1].Confirmed.ShouldBe(["security.yaml"]);
    }

    [Fact]
    public async Task Confirm_covers_the_file_it_names()
    {
        await using var running = await RestrictedAsync();
        (await running.LoamAsync("apply", "--yes", "--confirm", "manifest.yaml")).Exit
            .ShouldBe(ExitCode.NotApproved);
        (await running.LoamAsync("apply", "--yes", "--confirm", "security.yaml")).Exit
            .ShouldBe(ExitCode.Done);
    }

    private static async Task<Running> RestrictedAsync()
    {
        var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Stack;
        (await running.LoamAsync("apply", "--yes")).Exit.ShouldBe(ExitCode.Done);
        running.Machine.WorkTree = States.Web;
        return running;
    }

    [Theory]
    [InlineData(ApplyStatus.RolledBack, ExitCode.Failed, "Everything is as before.")]
    [InlineData(ApplyStatus.Incomplete, ExitCode.Incomplete, "It broke.")]
    [InlineData(ApplyStatus.NotApproved, ExitCode.NotApproved, "Nothing was touched.")]
    [InlineData(ApplyStatus.Nothing, ExitCode.Done, "Nothing to do")]
    public async Task Every_end_has_its_exit_code_and_sentence(
        ApplyStatus status, object exit, string sentence)
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        running.Machine.Result = _ =>
            new(status, 0, "It broke.", "Mend it.", TimeSpan.FromSeconds(2), null);
        var said = await running.LoamAsync("apply", "--yes");
        said.Exit.ShouldBe((ExitCode)exit);
        said.Output.ShouldContain(sentence);
        var json = await running.LoamAsync("apply", "--yes", "-o", "json");
        json.Exit.ShouldBe((ExitCode)exit);
        JsonDocument.Parse(json.Output).RootElement.GetProperty("result")
            .GetProperty("error").GetString().ShouldBe("It broke.");
    }

    [Fact]
    public async Task A_plan_that_changed_meanwhile_is_shown_and_asked_again()
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        var other = FakeMachine.Change(new(ChangeKind.WorkTree, "apply"),
            Core.StateFiles.StateSet.Empty, States.Stack, "other", 1);
        running.Machine.Before.Add(new(1, FakeMachine.Noon, "reconcile.waiting")
        {
            Message = "Waiting for another change to finish: add redis",
        });
        running.Machine.Result = change => change.Id == other.Id ? null!
            : new(ApplyStatus.Changed, 1, "It moved.", null, TimeSpan.Zero, other);
        var said = await running.LoamAsync("y\nn\n", true, "apply");
        said.Exit.ShouldBe(ExitCode.NotApproved);
        said.Output.ShouldContain("Waiting for another change to finish: add redis");
        said.Output.ShouldContain("now the plan is another one");
        said.Output.ShouldContain("+ service postgres");
        running.Machine.Approvals.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("services")]
    [InlineData("history")]
    [InlineData("export")]
    [InlineData("plan")]
    [InlineData("apply")]
    [InlineData("diff")]
    [InlineData("secret", "list")]
    [InlineData("schema", "ServiceManifest")]
    [InlineData("nosuchverb")]
    [InlineData("revert", "99")]
    [InlineData("which ports are open?")]
    [InlineData("add redis")]
    public async Task Json_is_one_object_whatever_happens(params string[] args)
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        var said = await running.LoamAsync([.. args, "-o", "json"]);
        using var json = JsonDocument.Parse(said.Output);
        json.RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task An_export_can_be_imported()
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        await running.LoamAsync("apply", "--yes");
        var archive = running["x.tar.gz"];
        (await running.LoamAsync("export", "--to", archive)).Exit.ShouldBe(ExitCode.Done);
        running.Machine.WorkTree = States.WebNewer;
        await running.LoamAsync("apply", "--yes");
        (await running.LoamAsync("import", archive, "--yes")).Exit.ShouldBe(ExitCode.Done);
        running.Machine.Files.Texts.ShouldBe(States.Web.Texts);

        File.WriteAllText(archive, "no archive");
        (await running.LoamAsync("import", archive)).Exit.ShouldBe(ExitCode.Invalid);
    }

    [Fact]
    public void Every_verb_has_help_with_an_example_that_parses()
    {
        foreach (var command in CommandTable.All)
        {
            foreach (var example in command.Example.Split('\n'))
            {
                if (!example.StartsWith("loam ", StringComparison.Ordinal))
                {
                    continue;
                }
                var words = Cli.Words(example.Split(" < ")[0].Split(" > ")[0]);
                Parser.Parse([.. words.Skip(1)], CommandTable.All).Command.Name
                    .ShouldBe(command.Name, example);
            }
        }
    }

    [Fact]
    public async Task Completion_knows_verbs_options_and_services()
    {
        await using var running = await Running.StartAsync();
        running.Machine.Status = running.Machine.Status with
        {
            Services = [new("web", "nginx", ServiceHealth.Healthy, "", 1, 1, [], null, 0, null,
                null, null, null)],
        };
        (await running.LoamAsync("--complete", "rev")).Output.ShouldBe("revert\n");
        (await running.LoamAsync("--complete", "logs", "")).Output.ShouldBe("web\n");
        (await running.LoamAsync("--complete", "logs", "--f")).Output.ShouldBe("--follow\n");
        (await running.LoamAsync("--complete", "completion", "z")).Output.ShouldBe("zsh\n");
    }

    private static class Cli
    {
        public static IReadOnlyList<string> Words(string line) =>
            Loam.Cli.Shell.InteractiveShell.Words(line);
    }
}
