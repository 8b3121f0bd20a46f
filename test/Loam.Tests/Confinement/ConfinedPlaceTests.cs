using Loam.Api;
using Loam.Drivers.Confinement;
using Loam.Tests.Files;

namespace Loam.Tests.Confinement;

/// <summary>What a confined program finds below /dev.</summary>
[NeedsUnshare]
public sealed class ConfinedPlaceTests : IDisposable
{
    private const string Look = """
        use Socket; $| = 1;
        socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
        print connect($s, sockaddr_un('/dev/log')) ? "log reached\n" : "log closed: $!\n";
        for my $d ('null', 'zero', 'random', 'urandom') {
          open(my $h, '<', "/dev/$d") or print "no $d: $!\n";
        }
        open(my $h, '>', '/dev/null') or print "null is closed\n";
        opendir(my $all, '/dev') or print "not listed\n";
        open(my $x, '>', '/dev/x') and print "written\n";
        print "done\n";
        """;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>Whoever can write to the system's log can write what logs in.</summary>
    [NeedingFact]
    public async Task The_log_of_the_system_cannot_be_written()
    {
        using var log = new SystemLog();
        var free = await Processes.RunAsync("unshare", [.. log.Around, "perl", "-e", Look]);
        free.Output.ShouldContain("log reached");
        var user = ConfinedUser.Mind.Of(Guid.NewGuid().ToString());
        var (doors, home) = (_scratch["doors"], _scratch["home"]);
        ConfinedFolders.Prepare(doors, home, user);
        var confined = await Processes.RunAsync("unshare", [.. log.Around,
            Path.Combine(AppContext.BaseDirectory, "loam"), ConfinedProcess.Verb, "--user",
            $"{user}", "--doors", doors, "--own", home, "--memory", $"{512 << 20}", "--",
            "/usr/bin/perl", "-e", Look]);
        confined.Output.ShouldBe("log closed: No such file or directory\nnot listed\ndone\n");
    }
}

/// <summary>Needs root, and perl in its place.</summary>
public sealed class NeedsUnshareAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("unshare", "mount", "/usr/bin/perl");
}
