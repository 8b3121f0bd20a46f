using System.Diagnostics;

namespace Loam.Tests.Init;

/// <summary>What the first process of a machine starts, as the first of a PID namespace.</summary>
[NeedsPidNamespace]
public sealed class ChildrenTests
{
    /// <summary>As the first process the runtime reaps, too, and what it reaps is lost.</summary>
    [NeedingFact]
    public async Task Each_end_is_heard_of()
    {
        using var first = Process.Start(new ProcessStartInfo("unshare",
        [
            "--pid", "--fork", "--mount-proc", "--kill-child", Environment.ProcessPath!, "exec",
            typeof(ChildrenTests).Assembly.Location, "start", "200",
        ]))!;
        try
        {
            await first.WaitForExitAsync();
            first.ExitCode.ShouldBe(0);
        }
        finally
        {
            first.Kill(entireProcessTree: true);
        }
    }
}
