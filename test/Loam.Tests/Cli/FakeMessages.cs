using System.Collections.Immutable;
using Loam.Api;

namespace Loam.Tests.Cli;

/// <summary>Messages that go nowhere: what a test puts here is what there is.</summary>
internal sealed class FakeMessages : IMessages
{
    public List<NotifierStatus> All { get; } = [];
    public List<NotifierTest> Tests { get; } = [];

    public ImmutableArray<NotifierStatus> List() => [.. All];

    public Task<ImmutableArray<NotifierTest>> TestAsync(
        string? name, string who, CancellationToken cancel) =>
        Task.FromResult<ImmutableArray<NotifierTest>>(
            [.. Tests.Where(t => name is null || t.Name == name)]);
}
