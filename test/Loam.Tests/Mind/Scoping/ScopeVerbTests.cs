using System.Text.Json;
using Loam.Core.Approving;
using Loam.Core.Json;
using Loam.Core.StateFiles;
using Loam.Mind.Scoping;
using Loam.Tests.Cli;
using Loam.Tests.Files;

namespace Loam.Tests.Mind.Scoping;

/// <summary>What words cover, read by a process of its own.</summary>
public sealed class ScopeVerbTests
{
    private static readonly ScopeOrder s_order = new(
        States.Stack.Without(StateSet.Lock), ["restart nginx", "and give it 96 MB, add n8n"]);

    [Fact]
    public void A_scope_is_the_same_after_it_was_written_and_read()
    {
        var scope = ScopeReader.Read(s_order.State, s_order.Said);
        (scope.Grants.Count, scope.Exact.Count, scope.Apps.Count, scope.Numbers.Count,
            scope.Words.Length).ShouldSatisfyAllConditions(
            c => c.Item1.ShouldBeGreaterThan(0), c => c.Item2.ShouldBeGreaterThan(0),
            c => c.Item3.ShouldBe(1), c => c.Item4.ShouldBeGreaterThan(0),
            c => c.Item5.ShouldBe(2));
        var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(
            scope, LoamJson.Default.Scope), LoamJson.Default.Scope).ShouldNotBeNull();
        read.Includes(scope).ShouldBeTrue();
        scope.Includes(read).ShouldBeTrue();
    }

    [NeedingFact]
    public async Task The_verb_answers_what_the_reader_does()
    {
        using var scratch = new Scratch();
        await File.WriteAllBytesAsync(scratch["asked"],
            JsonSerializer.SerializeToUtf8Bytes(s_order, LoamJson.Default.ScopeOrder));
        var said = await Processes.RunAsync("sh", ["-c", "exec \"$0\" scope 3< \"$1\"",
            Path.Combine(AppContext.BaseDirectory, "loam"), scratch["asked"]]);
        var read = JsonSerializer.Deserialize(
            said.Output, LoamJson.Default.Scope).ShouldNotBeNull();
        var scope = ScopeReader.Read(s_order.State, s_order.Said);
        (read.Includes(scope), scope.Includes(read)).ShouldBe((true, true), said.Output);
    }
}
