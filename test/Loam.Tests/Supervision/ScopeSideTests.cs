using Loam.Core.Approving;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.Files;
using Loam.Supervision;
using Loam.Tests.Conformance;
using Loam.Tests.Files;

namespace Loam.Tests.Supervision;

/// <summary>What reads what words cover, when it cannot.</summary>
[NeedsRoot]
public sealed class ScopeSideTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly EventLog _events = new(TimeProvider.System);

    public void Dispose() => _scratch.Dispose();

    [NeedingFact]
    public async Task Why_it_failed_is_told_and_nothing_counts_as_asked_for()
    {
        Directory.CreateDirectory(_scratch.Paths.DataDir);
        Directory.CreateDirectory(_scratch.Paths.RunDir);
        var program = _scratch["loam"];
        File.WriteAllText(program,
            "#!/bin/sh\nprintf 'no \\033[31mway: its file is gone\\nat once\\n' >&2\nexit 3\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var scope = await new ScopeSide(_scratch.Paths, program, 0, _events, TimeProvider.System)
            .ReadAsync(new ScopeOrder(StateSet.Empty, ["add redis"]), default);
        scope.ShouldBe(Scope.Nothing);
        _events.Kept().ShouldHaveSingleItem().Error
            .ShouldBe("It ended with 3: no  [31mway: its file is gone");
        File.Exists(_scratch.Paths.ScopeAnswer).ShouldBeFalse();
    }
}
