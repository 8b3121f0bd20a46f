using Loam.Core.StateFiles;

namespace Loam.Core.Importing;

/// <summary>What becomes of each key that a service of a compose file can have. A key that stands
/// in none of the tables is said to be unknown.</summary>
internal static class ComposeKeys
{
    /// <summary>Keys with a field of their own in services.yaml, or several.</summary>
    private static readonly Dictionary<string, Action<ImportedService, Node>> s_kept =
        new(StringComparer.Ordinal)
        {
            ["image"] = ProgramKeys.Image,
            ["command"] = ProgramKeys.Command,
            ["entrypoint"] = ProgramKeys.Entrypoint,
            ["user"] = ProgramKeys.User,
            ["working_dir"] = (s, n) => ProgramKeys.Text(s, n, "workdir"),
            ["environment"] = EnvironmentKeys.Environment,
            ["env_file"] = EnvironmentKeys.EnvFile,
            ["secrets"] = EnvironmentKeys.Secrets,
            ["ports"] = NetworkKeys.Ports,
            ["expose"] = NetworkKeys.Expose,
            ["networks"] = NetworkKeys.Networks,
            ["network_mode"] = NetworkKeys.Mode,
            ["depends_on"] = NetworkKeys.DependsOn,
            ["links"] = NetworkKeys.Links,
            ["container_name"] = NetworkKeys.ContainerName,
            ["volumes"] = StorageKeys.Volumes,
            ["tmpfs"] = StorageKeys.Tmpfs,
            ["devices"] = RightsKeys.Devices,
            ["cap_add"] = RightsKeys.CapAdd,
            ["privileged"] = RightsKeys.Privileged,
            ["read_only"] = RightsKeys.ReadOnly,
            ["security_opt"] = RightsKeys.SecurityOpt,
            ["healthcheck"] = HealthKeys.HealthCheck,
            ["restart"] = ProgramKeys.Restart,
            ["labels"] = ProgramKeys.Labels,
            ["deploy"] = LimitKeys.Deploy,
            ["mem_limit"] = LimitKeys.Memory,
            ["cpus"] = LimitKeys.Cpus,
            ["pids_limit"] = LimitKeys.Pids,
            ["scale"] = LimitKeys.Scale,
        };

    /// <summary>Keys that say what Loam does anyway, or nothing of weight.</summary>
    private static readonly Dictionary<string, string> s_otherwise = new(StringComparer.Ordinal)
    {
        ["hostname"] = "its host name is its own; others reach it by the service's name",
        ["logging"] = "Loam keeps the last 30 MB of its output; `loam logs` shows them",
        ["cap_drop"] = "Loam leaves few capabilities to begin with; cap_add names what is needed",
        ["pull_policy"] = "an image is resolved once, and again by `loam update`",
        ["stop_grace_period"] = "it has 10 s to stop",
        ["platform"] = "the machine's own platform is used",
        ["tty"] = "no terminal is attached",
        ["stdin_open"] = "no input is attached",
        ["init"] = "the image's own program is the first process",
        ["mem_reservation"] = "only the limit counts",
        ["mem_swappiness"] = "the machine's own setting counts",
        ["cpu_shares"] = "only the limit counts",
        ["attach"] = "`loam logs` shows its output",
        ["annotations"] = "nothing here reads them",
        ["develop"] = "it is of use while building only",
        ["build"] = "",
        ["extends"] = "",
        ["profiles"] = "",
    };

    /// <summary>Keys without a counterpart: what is missing without them.</summary>
    private static readonly Dictionary<string, string> s_lost = new(StringComparer.Ordinal)
    {
        ["cgroup"] = "the cgroup namespace is the engine's default",
        ["cgroup_parent"] = "its place among the cgroups is Loam's",
        ["configs"] = "no file is put in its place; mount a directory with it instead",
        ["cpu_quota"] = "give it a limit with resources.cpu",
        ["cpuset"] = "it may run on every processor",
        ["cpu_period"] = "give it a limit with resources.cpu",
        ["credential_spec"] = "it is of use on Windows only",
        ["device_cgroup_rules"] = "name the devices themselves",
        ["dns"] = "it asks the engine's name server",
        ["dns_opt"] = "it asks the engine's name server",
        ["dns_search"] = "it asks the engine's name server",
        ["domainname"] = "it has none",
        ["external_links"] = "containers that Loam did not make are not reached by name",
        ["extra_hosts"] = "these names are not known to it",
        ["gpus"] = "no graphics processor is handed to it; devices can name /dev/dri",
        ["group_add"] = "its user is in the image's groups only",
        ["ipc"] = "it shares no memory with others",
        ["isolation"] = "it is of use on Windows only",
        ["mac_address"] = "its address is the engine's choice",
        ["memswap_limit"] = "swap is the engine's default",
        ["models"] = "no model is set up for it",
        ["oom_kill_disable"] = "it ends when it uses more than its limit",
        ["oom_score_adj"] = "it counts like any other when memory runs out",
        ["pid"] = "it does not see other processes",
        ["post_start"] = "no command is run after its start",
        ["pre_stop"] = "no command is run before its stop",
        ["provider"] = "nothing but containers is run",
        ["runtime"] = "the engine's default runtime is used",
        ["shm_size"] = "/dev/shm has the engine's 64 MB",
        ["stop_signal"] = "it is stopped by the image's own signal",
        ["storage_opt"] = "its size on disk is not limited",
        ["sysctls"] = "these settings of the kernel are left at their defaults",
        ["ulimits"] = "the engine's limits count",
        ["userns_mode"] = "its users are the engine's",
        ["uts"] = "its host name is its own",
        ["volumes_from"] = "name the volumes themselves",
        ["blkio_config"] = "its use of disks is not limited",
        ["label_file"] = "write the labels themselves",
        ["use_api_socket"] = "the engine's socket is not handed to it",
    };

    /// <summary>All keys that are known.</summary>
    public static IEnumerable<string> All =>
        s_kept.Keys.Concat(s_otherwise.Keys).Concat(s_lost.Keys);

    public static void Read(ImportedService service)
    {
        foreach (var (key, value) in service.Node.Entries)
        {
            if (value.IsNothing() || key.Text.StartsWith("x-", StringComparison.Ordinal))
            {
                continue;
            }
            if (s_kept.TryGetValue(key.Text, out var keep))
            {
                keep(service, value);
            }
            else if (s_otherwise.TryGetValue(key.Text, out var why))
            {
                if (why.Length > 0)
                {
                    service.Otherwise(key, key.Text, why);
                }
            }
            else
            {
                service.Lost(key, key.Text,
                    s_lost.GetValueOrDefault(key.Text, "no field of Loam's is like it"));
            }
        }
    }
}
