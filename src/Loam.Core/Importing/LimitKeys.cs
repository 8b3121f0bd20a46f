using System.Globalization;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Importing;

/// <summary>What a service may use, and how often it runs.</summary>
internal static class LimitKeys
{
    private static readonly string[] s_known = ["resources", "replicas", "mode", "restart_policy"];

    public static void Memory(ImportedService service, Node node)
    {
        var text = node.Text(service.Variables) ?? "";
        if (ComposeUnits.Size(text) is { } bytes and >= Resources.ServicesFile.LeastMemory)
        {
            service.SetIn("resources", "memory", EditValue.Of(ComposeUnits.Written(bytes)));
        }
        else if (text is not ("0" or "-1"))
        {
            service.Lost(node, "mem_limit", $"'{text}' is no limit of memory");
        }
    }

    public static void Cpus(ImportedService service, Node node)
    {
        if (decimal.TryParse(node.Text(service.Variables), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var cores) && cores is >= 0.001m and <= 1024)
        {
            service.SetIn("resources", "cpu", EditValue.Of(
                Math.Round(cores, 3).ToString("0.###", CultureInfo.InvariantCulture)));
        }
    }

    public static void Pids(ImportedService service, Node node)
    {
        if (Number(service, node) is { } most and > 0)
        {
            service.SetIn("resources", "pids", EditValue.Of(most));
        }
    }

    public static void Scale(ImportedService service, Node node)
    {
        if (Number(service, node) is { } copies and >= 0 and <= Limits.Replicas)
        {
            service.Set("replicas", EditValue.Of(copies));
        }
    }

    public static void Deploy(ImportedService service, Node node)
    {
        if (node is not MappingNode map)
        {
            return;
        }
        if (map["replicas"] is { } replicas)
        {
            Scale(service, replicas);
        }
        var resources = map["resources"] as MappingNode;
        var limits = resources?["limits"] as MappingNode;
        foreach (var (key, value) in limits?.Entries ?? [])
        {
            Action<ImportedService, Node>? keep = key.Text switch
            {
                "memory" => Memory,
                "cpus" => Cpus,
                "pids" => Pids,
                _ => null,
            };
            keep?.Invoke(service, value);
        }
        if ((resources?["reservations"] as MappingNode)?["devices"] is { } devices)
        {
            service.Lost(devices, "deploy.resources.reservations.devices",
                "no graphics processor is handed to it; devices can name /dev/dri");
        }
        if ((map["restart_policy"] as MappingNode)?["condition"].Text(service.Variables)
            is { } condition)
        {
            service.Set("restart", EditValue.Of(condition switch
            {
                "none" => "never",
                "on-failure" => "on-failure",
                _ => "always",
            }));
        }
        foreach (var (key, _) in map.Entries.Where(e => !s_known.Contains(e.Key.Text)))
        {
            service.Lost(key, $"deploy.{key.Text}", "it is of use to a swarm only");
        }
    }

    private static int? Number(ImportedService service, Node node) =>
        int.TryParse(node.Text(service.Variables), NumberStyles.None,
            CultureInfo.InvariantCulture, out var number) ? number : null;
}
