using System.Globalization;
using System.Text;

namespace Loam.Simulation.Running;

/// <summary>Which service does what, in one of the states a scenario goes through.</summary>
internal sealed record ServiceDraft(string Name, string Image)
{
    public int? HostPort { get; init; }
    public string? Volume { get; init; }
    public string? Network { get; init; }
    public string? DependsOn { get; init; }
    public int Replicas { get; init; } = 1;
    public int Memory { get; init; } = 64;
    public int Variable { get; init; }
    public bool UsesSecret { get; init; }
}

/// <summary>States a person might want one after the other, drawn from a seed.</summary>
internal static class Scenario
{
    private static readonly string[] s_names = ["web", "cache", "db", "app", "queue"];
    private static readonly string[] s_networks = ["front", "back"];

    /// <summary>Image names the simulated registry knows, by what their containers do.</summary>
    public const string Good = "app-good", Slow = "app-slow", Silent = "app-silent",
        Crashing = "app-crashing", OneShot = "app-late-stop";

    public static List<ServiceDraft> Begin(Chance chance)
    {
        var services = new List<ServiceDraft>();
        foreach (var name in s_names.Take(1 + chance.Below(4)))
        {
            services.Add(Draw(chance, name, services));
        }
        return services;
    }

    /// <summary>The next wish: something added, changed, scaled, stopped or removed.</summary>
    public static List<ServiceDraft> Next(Chance chance, List<ServiceDraft> now)
    {
        var next = new List<ServiceDraft>(now);
        for (var changes = 1 + chance.Below(2); changes > 0; changes--)
        {
            Change(chance, next);
        }
        return [.. next.Select(s => s.DependsOn is null || next.Exists(o => o.Name == s.DependsOn)
            ? s : s with { DependsOn = null })];
    }

    private static void Change(Chance chance, List<ServiceDraft> next)
    {
        var free = s_names.Where(n => !next.Exists(s => s.Name == n)).ToList();
        if (next.Count == 0 || (free.Count > 0 && chance.OneIn(3)))
        {
            next.Add(Draw(chance, free[0], next));
            return;
        }
        var at = chance.Below(next.Count);
        var old = next[at];
        switch (chance.Below(8))
        {
            case 0:
                next.RemoveAt(at);
                break;
            case 1:
                next[at] = old with { Replicas = chance.Below(3), HostPort = null };
                break;
            case 2:
                next[at] = old with { Memory = old.Memory + 32 };
                break;
            case 3:
                next[at] = old with
                {
                    // Data that another version must take over are the harder case.
                    Image = old.Volume is not null && chance.OneIn(2)
                        ? old.Image.Split(':')[0] + Version(chance) : DrawImage(chance),
                };
                break;
            case 4:
                next[at] = old with { HostPort = Port(chance, next), Replicas = 1 };
                break;
            case 5:
                next[at] = old with { Volume = old.Volume is null ? old.Name + "-data" : null };
                break;
            case 6:
                next[at] = old with { UsesSecret = !old.UsesSecret };
                break;
            default:
                next[at] = old with { Variable = old.Variable + 1 };
                break;
        }
    }

    private static ServiceDraft Draw(Chance chance, string name, List<ServiceDraft> others) =>
        new(name, DrawImage(chance))
        {
            HostPort = chance.OneIn(2) ? Port(chance, others) : null,
            Volume = chance.OneIn(3) ? name + "-data" : null,
            Network = chance.OneIn(2) ? chance.Pick(s_networks) : null,
            DependsOn = others.Count > 0 && chance.OneIn(3) ? chance.Pick(others).Name : null,
            UsesSecret = chance.OneIn(3),
        };

    private static int? Port(Chance chance, List<ServiceDraft> others)
    {
        var port = 8000 + chance.Below(20);
        return others.Exists(s => s.HostPort == port) ? null : port;
    }

    private static string DrawImage(Chance chance) => chance.Below(10) switch
    {
        0 => Silent,
        1 => Crashing,
        2 => Slow,
        3 => OneShot,
        _ => Good,
    } + Version(chance);

    private static string Version(Chance chance) =>
        ":" + (1 + chance.Below(3)).ToString(CultureInfo.InvariantCulture);

    /// <param name="storage">As <see cref="Disks.Draw"/> gives it.</param>
    public static Dictionary<string, string> Texts(
        List<ServiceDraft> services, Func<IEnumerable<string>, string> storage)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["services.yaml"] = Services(services),
        };
        texts["storage.yaml"] = Head("StorageConfig")
            + storage(services.Select(s => s.Volume).OfType<string>());
        return texts;
    }

    private static string Services(List<ServiceDraft> services)
    {
        var text = new StringBuilder(Head("ServiceManifest"));
        var networks = services.Select(s => s.Network).OfType<string>().Distinct().Order();
        text.Append(string.Concat(networks.Select((n, i) =>
            (i == 0 ? "  networks:\n" : "") + $"    - name: {n}\n")));
        text.Append(services.Count == 0 ? "  services: []\n" : "  services:\n");
        foreach (var service in services)
        {
            Append(text, service);
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, ServiceDraft service)
    {
        void Line(string line) => text.Append("      ").Append(line).Append('\n');
        text.Append("    - name: ").Append(service.Name).Append('\n');
        Line($"image: {service.Image}");
        Line($"replicas: {service.Replicas}");
        Line("ports:");
        Line("  - container: 80");
        if (service.HostPort is not null)
        {
            Line($"    host: {service.HostPort}");
        }
        Line($"resources: {{memory: {service.Memory}Mi}}");
        Line("environment:");
        Line($"  VALUE: \"{service.Variable}\"");
        if (service.UsesSecret)
        {
            Line($"  PASSWORD: ${{secrets.{service.Name}_password}}");
        }
        Line("healthcheck: {tcp: {port: 80}, interval: 1s, retries: 5}");
        if (service.Volume is not null)
        {
            Line($"volumes: [{{source: {service.Volume}, target: /data}}]");
        }
        if (service.Network is not null)
        {
            Line($"networks: [{service.Network}]");
        }
        if (service.DependsOn is not null)
        {
            Line($"depends_on: [{service.DependsOn}]");
        }
    }

    /// <summary>security.yaml with every secret that is used: those there are keep their value.
    /// </summary>
    /// <param name="users">As <see cref="People.Draw"/> gives it.</param>
    public static string Security(IEnumerable<ServiceDraft> services,
        IReadOnlyDictionary<string, string> present, string users)
    {
        var names = services.Where(s => s.UsesSecret).Select(s => s.Name + "_password")
            .Union(present.Keys).Order(StringComparer.Ordinal).ToList();
        return Head("SecurityConfig") + (names.Count == 0 ? "  secrets: []\n" : "  secrets:\n"
            + string.Concat(names.Select(n => $"    - name: {n}\n      value: "
                + (present.TryGetValue(n, out var value) ? value : "generate:24") + "\n")))
            + users;
    }

    /// <summary>The certificates of a security.yaml; one time in three the list is absent.
    /// </summary>
    public static string Certificates(Chance chance, List<ServiceDraft> services)
    {
        if (chance.OneIn(3))
        {
            return "";
        }
        var names = ((string[])["site", "mail"]).Where(_ => chance.OneIn(2)).ToList();
        return names.Count == 0 ? "  certificates: []\n" : "  certificates:\n"
            + string.Concat(names.Select(n => $"    - name: {n}\n      provider: self-signed\n"
                + $"      domains: [{n}{chance.Below(2)}.example.com]\n"
                + (chance.OneIn(4) ? "      path: /srv/tls\n" : "")
                + (services.Count > 0 && chance.OneIn(2)
                    ? $"      used_by: [{chance.Pick(services).Name}]\n" : "")));
    }

    private static readonly string[] s_firewalls =
    [
        "{}",
        "{enabled: false}",
        "{rules: [{name: ssh, protocol: tcp, port: 22, action: accept}]}",
        "{default_input_policy: accept, rules: [{name: no-mail, port: 25, action: drop}]}",
    ];

    /// <summary>A network.yaml, one time in five without a firewall.</summary>
    public static string Network(Chance chance) => Head("NetworkConfig") + Naming.Draw(chance) + Linking.Draw(chance)
        + (!chance.OneIn(5) ? $"  firewall: {chance.Pick(s_firewalls)}\n"
            : chance.OneIn(2) ? "  bans: []\n" : "  bans: [{service: sshd}]\n");

    /// <summary>A scheduled.yaml: jobs in services and in fresh containers.</summary>
    public static string Jobs(Chance chance, List<ServiceDraft> services)
    {
        var jobs = new List<string>();
        foreach (var name in ((string[])["dump", "tidy"]).Where(_ => chance.OneIn(2)))
        {
            var network = services.Find(s => s.Network is not null)?.Network;
            jobs.Add($"    - name: {name}\n      schedule: \"{chance.Below(60)} 3 * * *\"\n"
                + "      command: [work]\n"
                + (services.Count > 0 && chance.OneIn(3)
                    ? $"      container: {chance.Pick(services).Name}\n"
                    : $"      image: {DrawImage(chance)}\n" + (network is not null
                        && chance.OneIn(2) ? $"      networks: [{network}]\n" : "")));
        }
        return Head("ScheduledTasks") + (jobs.Count == 0 ? "  jobs: []\n"
            : "  jobs:\n" + string.Concat(jobs));
    }

    private static string Head(string kind) =>
        $"apiVersion: loam/v1\nkind: {kind}\nmetadata:\n  name: simulated\nspec:\n";
}
