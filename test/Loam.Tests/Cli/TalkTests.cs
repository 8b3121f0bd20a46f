using System.Text.Json;
using System.Text.RegularExpressions;
using Loam.Cli;

namespace Loam.Tests.Cli;

public sealed partial class TalkTests
{
    [Fact]
    public async Task A_request_is_revised_and_applied()
    {
        await using var running = await Running.StartAsync();
        var said = await running.LoamAsync("on 8080 instead\ny\n", true, "set up a web server");
        said.Exit.ShouldBe(ExitCode.Done);
        said.Output.ShouldContain("8080 → 80");
        running.Machine.Files["services.yaml"].ShouldNotBeNull().ShouldContain("8080");
        said.Output.ShouldContain("undo: loam rollback");
        running.Machine.Approvals.ShouldHaveSingleItem().How.ShouldBe("typed");
    }

    [Fact]
    public async Task The_shell_reads_lines_where_there_is_no_terminal()
    {
        await using var running = await Running.StartAsync();
        var said = await running.LoamAsync("set up a web server\nexplain\ny\n"
            + "which ports are open?\nstatus\nadd redis\nn\nhistory\nexit\n", false);
        said.Exit.ShouldBe(ExitCode.Done);
        Golden.Check("shell-piped", Address().Replace(said.Output, "http://HOST"));
    }

    [GeneratedRegex(@"http://[\d.]+")]
    private static partial Regex Address();

    [Fact]
    public async Task Propose_prints_one_object_and_needs_no_daemon()
    {
        await using var running = await Running.StartAsync();
        var directory = running["files"];
        Directory.CreateDirectory(directory);
        var said = await running.LoamAsync(
            "propose", "--state", directory, "-o", "json", "add redis", "with 512MB");
        said.Exit.ShouldBe(ExitCode.Done);
        using var json = JsonDocument.Parse(said.Output);
        json.RootElement.GetProperty("outcome").GetString().ShouldBe("proposal");
        json.RootElement.GetProperty("files").GetProperty("services.yaml").GetString()
            .ShouldNotBeNull().ShouldContain("redis");
        Directory.EnumerateFiles(directory).ShouldBeEmpty();
    }
}
