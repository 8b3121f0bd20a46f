using Loam.Core.Diagnostics;
using Loam.Core.Messaging;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Fields that need or exclude each other within one entry.</summary>
internal static class FieldPairs
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        foreach (var (name, spec) in declared.Services)
        {
            HealthCheck(name, spec, found);
        }
        foreach (var (name, spec) in declared.Networks)
        {
            if (name == ServicesFile.DefaultNetwork)
            {
                found.Error(Codes.BadValue, spec["name"]!.At,
                    "Network default is there without being declared.",
                    "Remove it, or choose another name.");
            }
        }
        Manifest(declared.Manifest, found);
        Network(declared.Network, found);
        Certificates(declared, found);
        Jobs(declared, found);
    }

    private static void HealthCheck(string service, MapValue spec, DiagnosticBag found)
    {
        if (spec.Map("healthcheck") is not { } check)
        {
            return;
        }
        string[] kinds = [.. new[] { "test", "http", "tcp" }.Where(check.Has)];
        if (kinds.Length > 1)
        {
            found.Error(Codes.Incomplete, check[kinds[1]]!.At,
                $"Healthcheck of service {service} has {string.Join(" and ", kinds)}.",
                "Keep one of them.");
        }
        if (check.Texts("test") is ["CMD" or "CMD-SHELL" or "NONE", ..] words)
        {
            found.Error(Codes.BadValue, check["test"]!.At,
                $"Healthcheck.test of service {service} begins with {words[0]}, which is no "
                + "command.",
                words[0] == "CMD" ? "Remove CMD from the list."
                    : words[0] == "NONE" ? "Remove healthcheck."
                    : "Write the command as one string instead of a list.");
        }
        var hasPort = ServiceReader.Ports(spec).Any(p => p.Protocol == "tcp");
        foreach (var kind in new[] { "http", "tcp" })
        {
            if (check.Map(kind) is { } probe && !probe.Has("port") && !hasPort)
            {
                found.Error(Codes.Incomplete, probe.At,
                    $"Healthcheck.{kind} of service {service} names no port, and the service has "
                    + "none.", "Add `port:` with the port the program listens on.");
            }
        }
    }

    private static void Manifest(MapValue? manifest, DiagnosticBag found)
    {
        if (manifest?.Map("api") is { } api && api.Text("listen") is { } listen
            && !api.Has("tls") && !ApiSettings.IsFromHere(listen))
        {
            found.Error(Codes.Incomplete, api["listen"]!.At,
                $"Api.listen {listen} can be reached from elsewhere, and there is no tls: tokens "
                + "could be read on the way.",
                "Add `tls:` with the name of a certificate, or listen on 127.0.0.1.");
        }
        foreach (var notifier in manifest?.Maps("notify") ?? [])
        {
            var type = notifier.Text("type");
            string[] needs = type == "email" ? ["smtp", "to"] : type is null ? [] : ["url"];
            foreach (var field in needs.Where(f => !notifier.Has(f)))
            {
                found.Error(Codes.Incomplete, notifier.At,
                    $"Notifier {notifier.Text("name")} of type {type} has no {field}.",
                    $"Add `{field}:`.");
            }
            foreach (var item in notifier.List("events").OfType<TextValue>())
            {
                if (!MessageKinds.Names.Contains(item.Text))
                {
                    var nearest = Nearest.To(item.Text, MessageKinds.Names);
                    found.Error(Codes.BadValue, item.At,
                        $"Notifier {notifier.Text("name")} asks for {Wording.Quote(item.Text)}, "
                        + "which is no event that is told.",
                        nearest is not null ? $"Write {nearest}."
                            : "docs/messages.md lists the events.");
                }
            }
        }
        foreach (var registry in manifest?.Maps("registries") ?? [])
        {
            if (registry.Has("username") != registry.Has("password_secret"))
            {
                found.Error(Codes.Incomplete, registry.At,
                    $"Registry {registry.Text("host")} has only one of username and "
                    + "password_secret.", "Write both or neither.");
            }
        }
        if (manifest?.Map("llm") is { } llm && llm.Text("provider") == "local"
            && !llm.Has("model_path"))
        {
            found.Error(Codes.Incomplete, llm["provider"]!.At,
                "Llm.provider local has no model_path.",
                "Add `model_path:` with the path of a GGUF file.");
        }
    }

    private static void Network(MapValue? network, DiagnosticBag found)
    {
        foreach (var item in network?.Maps("interfaces") ?? [])
        {
            var isStatic = item.Text("type") == "static";
            if (isStatic && !item.Has("address"))
            {
                found.Error(Codes.Incomplete, item.At,
                    $"Interface {item.Text("name")} is static and has no address.",
                    "Add `address:` such as 192.168.1.10/24, or write `type: dhcp`.");
            }
            if (item.Text("type") == "dhcp" && (item["address"] ?? item["gateway"]) is { } extra)
            {
                found.Error(Codes.Incomplete, extra.At,
                    $"Interface {item.Text("name")} gets its address by DHCP.",
                    "Remove address and gateway, or write `type: static`.");
            }
        }
        foreach (var rule in network?.Map("firewall")?.Maps("rules") ?? [])
        {
            if (rule.Has("port") && rule.Text("protocol") is not ("tcp" or "udp"))
            {
                found.Error(Codes.Incomplete, rule["port"]!.At,
                    $"Rule {rule.Text("name")} has a port and protocol {rule.Text("protocol")}.",
                    "Write `protocol: tcp` or `protocol: udp`.");
            }
            foreach (var field in (string[])["source", "destination", "port"])
            {
                if (rule[field] is ListValue { Items.IsEmpty: true, At: { } at })
                {
                    found.Warn(Codes.Incomplete, at,
                        $"The empty list {field} of rule {rule.Text("name")} asks for nothing, so "
                        + "the rule holds for every one.",
                        $"Remove {field} if that is meant; else name some, or remove the rule.");
                }
            }
        }
    }

    private static void Certificates(Declared declared, DiagnosticBag found)
    {
        foreach (var (name, spec) in declared.Certificates)
        {
            var wildcard = spec.List("domains").OfType<TextValue>()
                .FirstOrDefault(d => d.Text.StartsWith('*'));
            if (wildcard is not null && spec.Text("challenge") == "http"
                && spec.Text("provider") != "self-signed")
            {
                found.Error(Codes.Incomplete, wildcard.At,
                    $"Certificate {name} is for {wildcard.Text}, which HTTP cannot prove.",
                    "Write `challenge: dns`.");
            }
            if (spec.Text("provider") != "self-signed" && spec.Text("challenge") == "dns"
                && spec.Texts("dns_hook") is [] or ["/bin/sh", ..])
            {
                found.Error(Codes.Incomplete, spec["challenge"]?.At ?? spec.At,
                    $"Certificate {name} is proved by a record, and no dns_hook sets it.",
                    "Add `dns_hook:` as a list: the program's path and its arguments. It runs on "
                    + "the machine itself, in no shell, with set or clear, name and value added.");
            }
            if (spec.Text("provider") == "acme" && !spec.Has("directory"))
            {
                found.Error(Codes.Incomplete, spec.At,
                    $"Certificate {name} of provider acme has no directory.",
                    "Add `directory:` with the URL of the ACME directory.");
            }
        }
    }

    private static void Jobs(Declared declared, DiagnosticBag found)
    {
        foreach (var job in declared[ScheduledFile.File].Spec?.Maps("jobs") ?? [])
        {
            if (job.Has("container") && job.Has("image"))
            {
                found.Error(Codes.Incomplete, job["image"]!.At,
                    $"Job {job.Text("name")} has container and image.", "Keep one of them.");
            }
            if (job.Has("container") && job["environment"] is { } environment)
            {
                found.Error(Codes.Incomplete, environment.At,
                    $"Job {job.Text("name")} runs inside a service, which has its own "
                    + "environment.", "Remove environment, or give the job an image of its own.");
            }
            foreach (var field in new[] { "networks", "volumes" })
            {
                if (!job.Has("image") && job[field] is { } value)
                {
                    found.Error(Codes.Incomplete, value.At,
                        $"Job {job.Text("name")} has {field} and no image.",
                        $"Remove {field}; it is for a fresh container, with `image:`.");
                }
            }
            if ((job.Has("container") || job.Has("image")) && job["access"] is { } access)
            {
                found.Error(Codes.Incomplete, access.At,
                    $"Job {job.Text("name")} runs in a container and has access to the host.",
                    "Remove access; it is for the host's sandbox.");
            }
        }
    }
}
