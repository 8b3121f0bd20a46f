using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Names of volume groups, volumes, networks, services and certificates refer to
/// declared ones.</summary>
internal static class References
{
    /// <summary>Programs of the host itself that can be guarded by a ban.</summary>
    private static readonly string[] HostPrograms = ["sshd", "ssh", "loam"];

    public static void Run(Declared declared, DiagnosticBag found)
    {
        var services = declared.Names(ServicesFile.File, declared.Services);
        var networks = declared.Names(ServicesFile.File, declared.Networks);
        var volumes = declared.Names(StorageFile.File, declared.Volumes);
        var certificates = declared.Names(SecurityFile.File, declared.Certificates);
        var groups = declared.Names(StorageFile.File, declared.Groups);
        networks?.Add(ServicesFile.DefaultNetwork);
        foreach (var (name, spec) in declared.Volumes)
        {
            Check("Volume group", spec["group"], groups, $"volume {name}", StorageFile.File,
                found);
        }
        foreach (var (name, spec) in declared.Services)
        {
            Places(spec, volumes, networks, $"service {name}", found);
            CheckAll("Service", spec.List("depends_on"), services, $"depends_on of service {name}",
                ServicesFile.File, found);
        }
        foreach (var job in declared[ScheduledFile.File].Spec?.Maps("jobs") ?? [])
        {
            Check("Service", job["container"], services, $"container of job {job.Text("name")}",
                ServicesFile.File, found);
            Places(job, volumes, networks, $"job {job.Text("name")}", found);
        }
        foreach (var ban in declared.Network?.Maps("bans") ?? [])
        {
            if (!HostPrograms.Contains(ban.Text("service")))
            {
                Check("Service", ban["service"], services, "bans", ServicesFile.File, found);
            }
        }
        foreach (var (name, spec) in declared.Certificates)
        {
            CheckAll("Service", spec.List("used_by"), services,
                $"used_by of certificate {name}", ServicesFile.File, found);
        }
        Check("Certificate", declared.Manifest?.Map("api")?["tls"], certificates, "api.tls",
            SecurityFile.File, found);
    }

    private static void Places(MapValue spec, HashSet<string>? volumes,
        HashSet<string>? networks, string where, DiagnosticBag found)
    {
        foreach (var use in spec.Maps("volumes"))
        {
            if (use["source"] is TextValue source && !source.Text.StartsWith('/'))
            {
                Check("Volume", source, volumes, where, StorageFile.File, found);
            }
        }
        CheckAll("Network", spec.List("networks"), networks, where, ServicesFile.File, found);
    }

    private static void CheckAll(
        string kind, IEnumerable<Value> names, HashSet<string>? known, string where, string file,
        DiagnosticBag found)
    {
        foreach (var name in names)
        {
            Check(kind, name, known, where, file, found);
        }
    }

    private static void Check(
        string kind, Value? value, HashSet<string>? known, string where, string file,
        DiagnosticBag found)
    {
        if (value is not TextValue name || known is null || known.Contains(name.Text))
        {
            return;
        }
        var nearest = Nearest.To(name.Text, known);
        found.Error(Codes.UnknownReference, value.At,
            $"{kind} {name.Text} in {where} is not declared.",
            nearest is not null ? $"Write {nearest}, or declare {name.Text} in {file}."
                : $"Declare {name.Text} in {file}, or correct the name.");
    }
}
