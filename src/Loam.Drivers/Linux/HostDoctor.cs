using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Confinement;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native;
using Loam.Drivers.Files;
using Loam.Drivers.Firewall;
using Loam.Drivers.Logins;
using Loam.Drivers.Models;
using Loam.Drivers.Network;
using Loam.Drivers.Sandboxes;

namespace Loam.Drivers.Linux;

public enum CheckResult
{
    Good,
    /// <summary>Something is missing that not everybody needs.</summary>
    Note,
    /// <summary>Loam cannot do its work.</summary>
    Bad,
}

/// <param name="Name">What was looked at, in a word or two.</param>
/// <param name="Says">What was found.</param>
/// <param name="Remedy">What to do; null: nothing.</param>
public sealed record HostCheck(
    string Name, CheckResult Result, string Says, string? Remedy = null);

/// <summary>Looks whether a host has what Loam needs. Changes nothing.</summary>
public static class HostDoctor
{
    private const long LittleSpace = 2L << 30, NoSpace = 200L << 20;

    private static readonly Version s_oldestKernel = new(5, 10);

    /// <param name="loam">Absolute path of our program.</param>
    public static async Task<IReadOnlyList<HostCheck>> CheckAsync(
        string loam, InstancePaths paths, CancellationToken cancel) =>
    [
        Rights(), Kernel(), await GitAsync(cancel), Firewall(), Memory(), Space(paths), Data(paths),
        Trust(), Zones(), Names(), Interfaces(), Backups(), Logins(),
        await SandboxAsync(loam, cancel), Mind(), Bounds(), Conversations(), Programs(),
    ];

    /// <summary>An engine that the daemon could use; asked only while it does not run.</summary>
    public static async Task<HostCheck> EngineAsync(CancellationToken cancel)
    {
        const string Name = "engine";
        var search = await EngineFinder.FindAsync(null, cancel);
        search.Engine?.Dispose();
        return search.Info is { } info
            ? new(Name, CheckResult.Good, $"{info.Brand} {info.Version}")
            : PrivateEngine.IsInstalled
                ? new(Name, CheckResult.Good, "none runs, and dockerd is installed: Loam starts a "
                    + "private one")
            : PrivateContainerd.IsInstalled
                ? new(Name, CheckResult.Good, "none runs, and containerd and crun are installed: "
                    + "Loam starts its own")
                : new(Name, CheckResult.Bad, "neither Docker nor Podman answers",
                    "Install one: `apt-get install docker.io`, or containerd and crun.");
    }

    /// <summary>Whether a model can run on this machine. A process of its own loads the library:
    /// it is somebody else's code.</summary>
    /// <param name="loam">Our program.</param>
    public static async Task<HostCheck> LocalModelsAsync(string loam, CancellationToken cancel)
    {
        const string Name = "own models";
        if (LlamaFolder.Find() is not { } folder)
        {
            return new(Name, CheckResult.Note,
                "llama.cpp is not installed: no model can run on this machine",
                "Where that is wanted: `apt-get install loam-llama`.");
        }
        try
        {
            var probe = await Command.RunAsync(
                loam, [ModelPlan.Verb, "--probe", folder], "", cancel);
            var said = probe.Output.Trim();
            return probe.ExitCode == 0
                ? new(Name, CheckResult.Good, $"llama.cpp {said}")
                : new(Name, CheckResult.Note, said.Split('\n')[0],
                    "`apt-get install loam-llama` brings the one that fits.");
        }
        catch (HostException fault)
        {
            return new(Name, CheckResult.Note, fault.Message, fault.Remedy);
        }
    }

    private static HostCheck Rights() => Libc.EffectiveUser() == 0
        ? new("rights", CheckResult.Good, "root")
        : new("rights", CheckResult.Note, $"{Environment.UserName}: not everything can be seen",
            "Run `sudo loam doctor` to look at everything.");

    private static HostCheck Kernel()
    {
        var version = Environment.OSVersion.Version;
        return version >= s_oldestKernel ? new("kernel", CheckResult.Good, version.ToString(3))
            : new("kernel", CheckResult.Bad, $"{version.ToString(3)} is too old for the firewall",
                $"Use {s_oldestKernel} or newer: Debian 11 has it.");
    }

    private static async Task<HostCheck> GitAsync(CancellationToken cancel)
    {
        if (Command.Find("git") is null)
        {
            return new("git", CheckResult.Bad, "not installed",
                "It keeps the generations: `apt-get install git`.");
        }
        var said = (await Command.RunAsync("git", ["--version"], "", cancel)).Output.Trim();
        return new("git", CheckResult.Good, said.Split(' ')[^1]);
    }

    private static HostCheck Firewall() => Command.Find("nft") is null
        ? new("firewall", CheckResult.Note, "nft is not installed: no firewall can be declared",
            "`apt-get install nftables`.")
        : NftablesKernel.Generation() is null
            ? new("firewall", CheckResult.Note, "the kernel says nothing about nftables",
                "Load nf_tables: `modprobe nf_tables`.")
            : new("firewall", CheckResult.Good, "nftables");

    private static HostCheck Logins() => LoginLogs.Find("/", TimeProvider.System) is { } log
        ? new("logins", CheckResult.Good, log.Name)
        : new("logins", CheckResult.Note, "neither a journal nor /var/log/auth.log tells who came "
            + "in: nobody can be shut out for failing", "`apt-get install rsyslog`.");

    private static HostCheck Mind() => Landlock.Version < 1
        ? new("models", CheckResult.Note, "the kernel has no Landlock: no model can be asked",
            "Boot 5.13 or newer with landlock in `cat /sys/kernel/security/lsm`.")
        : Landlock.Version < Landlock.WithNetwork
            ? new("models", CheckResult.Note, $"Landlock, version {Landlock.Version}, knows no "
                + "network: who takes over what listens for `api.listen` could reach out by it",
                "Where that matters: boot 6.7 or newer.")
            : new("models", CheckResult.Good, $"confined by Landlock, version {Landlock.Version}");

    private static HostCheck Bounds() => ControlGroup.Hindrance() is { } why
        ? new("bounds", CheckResult.Note, $"{why}: the processes for models and for the network "
            + "are bounded one by one, without what they share",
            "Where that matters: run Loam where it may make control groups.")
        : new("bounds", CheckResult.Good, $"control groups, version {ControlGroup.Version}");

    private static HostCheck Conversations()
    {
        const string library = "libsqlite3.so.0";
        return NativeLibrary.TryLoad(library, out var handle) && Free(handle)
            ? new("sessions", CheckResult.Good, "SQLite")
            : new("sessions", CheckResult.Note, $"{library} is not installed: no conversation "
                + "outlives the mind", "`apt-get install libsqlite3-0`.");
    }

    private static bool Free(nint library)
    {
        NativeLibrary.Free(library);
        return true;
    }

    private static HostCheck Backups() => Command.Find("restic") is null
        ? new("backups", CheckResult.Note, "restic is not installed: no copies can be made",
            "`apt-get install restic`.")
        : new("backups", CheckResult.Good, "restic");

    /// <summary>The rest of what Loam runs, by package.</summary>
    private static HostCheck Programs()
    {
        var missing = ProgramTable.All.Where(p => p.What is not null
            && p.Need != ProgramNeed.WhereThere && Command.Find(p.Name) is null)
            .GroupBy(p => p.Package).ToList();
        return missing.Count == 0 ? new("programs", CheckResult.Good, "all are there")
            : new("programs", CheckResult.Note, string.Join("; ", missing.Select(
                m => $"{m.First().Name} is not installed: no {m.First().What}")),
                $"Where that is wanted: `apt-get install {string.Join(' ', missing.Select(
                    m => m.Key))}`.");
    }

    private static HostCheck Memory() =>
        File.Exists("/sys/fs/cgroup/cgroup.controllers")
            ? File.ReadAllText("/sys/fs/cgroup/cgroup.controllers").Contains("memory",
                StringComparison.Ordinal)
                ? new("limits", CheckResult.Good, "control groups, version 2")
                : NoLimits("the memory controller is off")
            : Directory.Exists("/sys/fs/cgroup/memory")
                ? new("limits", CheckResult.Good, "control groups, version 1")
                : NoLimits("there are no control groups");

    private static HostCheck NoLimits(string why) => new("limits", CheckResult.Bad,
        $"{why}, so that no service can be limited",
        "Mount them: `mount -t cgroup2 none /sys/fs/cgroup`; or boot with "
        + "cgroup_enable=memory.");

    private static HostCheck Space(InstancePaths paths)
    {
        var place = paths.DataDir;
        while (!Directory.Exists(place))
        {
            place = Path.GetDirectoryName(place)!;
        }
        var free = new DriveInfo(place).AvailableFreeSpace;
        var says = string.Create(CultureInfo.InvariantCulture,
            $"{free / (double)(1 << 30):0.0} GiB free below {place}");
        return free < NoSpace ? new("disk", CheckResult.Bad, says, "Free some space there.")
            : free < LittleSpace ? new("disk", CheckResult.Note, says,
                "Images need more: free some space there.")
            : new("disk", CheckResult.Good, says);
    }

    private static HostCheck Data(InstancePaths paths)
    {
        try
        {
            return Libc.Stat(paths.DataDir) switch
            {
                null => new("data", CheckResult.Good,
                    $"{paths.DataDir} is made at the first start"),
                { IsDirectory: false } other => new("data", CheckResult.Bad,
                    $"{paths.DataDir} is {other.Sort}", "Move it aside."),
                { User: var user } when user != 0 && Libc.EffectiveUser() == 0 => new("data",
                    CheckResult.Bad, $"{paths.DataDir} belongs to user {user}, who could read "
                    + "the key", $"chown -R root:root {paths.DataDir}"),
                _ => new("data", CheckResult.Good, paths.DataDir),
            };
        }
        catch (HostException fault)
        {
            return new("data", CheckResult.Bad, fault.Message, fault.Remedy);
        }
    }

    private static async Task<HostCheck> SandboxAsync(string loam, CancellationToken cancel) =>
        !Sandbox.CanRun
            ? new("sandbox", CheckResult.Note,
                "bwrap is not installed: no job runs on the machine itself",
                "`apt-get install bubblewrap`.")
            : await Sandbox.FaultAsync(loam, cancel) is { } fault
                ? new("sandbox", CheckResult.Note, fault,
                    "`sysctl user.max_user_namespaces` must be above 0, and bubblewrap 0.8 or "
                    + "newer.")
                : new("sandbox", CheckResult.Good, "bubblewrap");

    private static HostCheck Trust() => File.Exists("/etc/ssl/certs/ca-certificates.crt")
        || Directory.Exists("/etc/pki/tls/certs")
            ? new("trust", CheckResult.Good, "root certificates are there")
            : new("trust", CheckResult.Note, "no root certificates: no registry can be trusted",
                "`apt-get install ca-certificates`.");

    private static HostCheck Interfaces() => new("interfaces", CheckResult.Good,
        InterfaceSetup.OfThisHost.Links.List() is { Count: > 0 } links
            ? string.Join("; ", links.Select(l => l.Name)
                .GroupBy(n => InterfaceSetup.OfThisHost.PlaceOf(n).Manager)
                .Select(g => $"{string.Join(", ", g)}: {InterfaceSteps.Word(g.Key)} in charge"))
            : "none but the machine's own loop");

    private static HostCheck Names()
    {
        const string Name = "names";
        var place = ResolverPlace.Find(new HostTree("/"));
        return place.Trouble is { } trouble
            ? new(Name, CheckResult.Note, trouble, "No name servers can be declared.")
            : new(Name, CheckResult.Good, place.Manager == NamesBy.File
                ? $"{place.Path} is a plain file" : $"{ResolverSteps.Word(place.Manager)} is in "
                    + "charge");
    }

    private static HostCheck Zones() => Directory.Exists("/usr/share/zoneinfo/Europe")
        ? new("time zones", CheckResult.Good, TimeZoneInfo.Local.Id)
        : new("time zones", CheckResult.Note, "none: every schedule is in UTC",
            "`apt-get install tzdata`.");
}
