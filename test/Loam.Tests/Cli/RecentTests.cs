using System.Text.Json;
using Loam.Api;
using Loam.Cli.Commands;
using Loam.Core;

namespace Loam.Tests.Cli;

public sealed class RecentTests
{
    [Theory]
    [InlineData('a')]
    [InlineData('ü')]
    [InlineData('"')]
    public void A_long_conversation_goes_on_with_its_newest_turns(char letter)
    {
        List<string> said = [.. Enumerable.Range(0, 200).Select(i => $"{i} {new(letter, 900)}")];
        const string turn = "and now?";
        var recent = Beyond.Recent(said, turn);
        recent.ToList().ShouldBe(said.TakeLast(recent.Length).ToList());
        recent.Length.ShouldBeGreaterThan(5);
        int Bytes(IEnumerable<string> before) => JsonSerializer.SerializeToUtf8Bytes(
            new ToMind("chat", Guid.NewGuid().ToString("N"), turn)
            {
                Model = true, MaySend = true, Before = [.. before],
            }, MindJson.Default.ToMind).Length;
        Bytes(recent).ShouldBeLessThan(Limits.MindLineBytes);
        // As many as there is room for.
        Bytes(said.TakeLast(recent.Length + 2)).ShouldBeGreaterThan(Limits.MindLineBytes - 1024);
        Beyond.Recent(said[..3], turn).ToList().ShouldBe(said[..3]);
    }
}
