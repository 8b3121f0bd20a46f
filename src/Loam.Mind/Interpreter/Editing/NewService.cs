using Loam.Core.Catalog;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>Declares new services: an app of the catalogue with all it brings, or an image and
/// nothing else.</summary>
internal static class NewService
{
    private const string Storage = "storage.yaml";
    private const string Security = "security.yaml";

    /// <param name="name">The service's name, not yet taken.</param>
    /// <param name="image">The app's image in the version wanted.</param>
    /// <param name="network">Joined, and made if there is none of that name; null: the default.
    /// </param>
    /// <param name="publish">False: the ports stay inside.</param>
    public static Reply Add(
        Draft draft, App app, string name, string image, string? network, bool publish)
    {
        var (ports, notes) = Ports(draft, app, name, publish);
        var host = publish ? Main(ports) : null;
        DeclareSecrets(draft, app, name);
        var needs = app.Needs.Select(n => Need(draft, n, app, name, network)).ToList();
        var environment = Environment(draft, app, name, host)
            .Concat(needs.SelectMany(n => n.Environment)).ToList();
        var dependencies = needs.Select(n => EditValue.Of(n.Service)).ToList();
        var entries = new List<(string, EditValue)>
        {
            ("name", EditValue.Of(name)),
            ("image", EditValue.Of(image)),
        };
        AddIf(entries, "command", app.Command
            .Select(w => EditValue.Of(AppText.Fill(draft, app, name, w, host))));
        if (app.User is { } user)
        {
            entries.Add(("user", EditValue.Of(user)));
        }
        AddIf(entries, "ports", ports.Select(p => p.Entry));
        if (environment.Count > 0)
        {
            entries.Add(("environment", EditValue.Map(
                [.. environment.Select(e => (e.Key, EditValue.Of(e.Value)))])));
        }
        AddIf(entries, "volumes", app.Volumes
            .Select(v => Mount($"{name}-{v.Name}", v.Target, false)).Concat(
                app.Content.Where(c => c.Source is not null)
                    .Select(c => Mount(c.Source!, c.Target, c.ReadOnly))));
        entries.Add(("resources", Resources(app)));
        entries.Add(("healthcheck", AppWriting.Probe(app.Probe)));
        AddIf(entries, "networks", network is null ? [] : [EditValue.Of(network)]);
        AddIf(entries, "depends_on", dependencies);
        AddIf(entries, "cap_add", app.Capabilities.Select(EditValue.Of));
        AddIf(entries, "devices", app.Devices.Select(EditValue.Of));
        Declare(draft, app, name, network);
        draft.Append(ServicesFile.File, Draft.Services, EditValue.Map([.. entries]));
        notes.AddRange(new[] { AppText.AddressNote(draft, app, name, host), app.Note }
            .OfType<string>());
        return Said(draft, name) with { Notes = [.. notes] };
    }

    /// <summary>A service of an image the catalogue does not know.</summary>
    public static Reply Add(Draft draft, ImageReference image, string name, string? network)
    {
        var entries = new List<(string, EditValue)>
        {
            ("name", EditValue.Of(name)),
            ("image", EditValue.Of(image.Short)),
        };
        AddIf(entries, "networks", network is null ? [] : [EditValue.Of(network)]);
        if (network is not null)
        {
            DeclareNetwork(draft, network);
        }
        draft.Append(ServicesFile.File, Draft.Services, EditValue.Map([.. entries]));
        var reply = Reply.Done($"run {image.Short} as {name}");
        return image.TagIsImplied
            ? reply.Note($"No version was said, so the newest {image.Product} is meant.") : reply;
    }

    public static void DeclareNetwork(Draft draft, string network)
    {
        if (!draft.State.Networks.ContainsKey(network))
        {
            draft.Append(ServicesFile.File, EditPath.Parse("spec.networks"),
                EditValue.Map(("name", EditValue.Of(network))));
        }
    }

    public static void DeclareVolume(Draft draft, string volume, string? owner)
    {
        if (draft.State.Volumes.ContainsKey(volume))
        {
            return;
        }
        var entry = owner is null ? EditValue.Map(("name", EditValue.Of(volume)))
            : EditValue.Map(("name", EditValue.Of(volume)), ("owner", EditValue.Of(owner)));
        draft.Append(Storage, EditPath.Parse("spec.volumes"), entry);
    }

    public static EditValue Mount(string source, string target, bool readOnly)
    {
        var entries = new List<(string, EditValue)>
        {
            ("source", EditValue.Of(source)), ("target", EditValue.Of(target)),
        };
        if (readOnly)
        {
            entries.Add(("readonly", EditValue.Of(true)));
        }
        return EditValue.Map([.. entries]);
    }

    private static void AddIf(
        List<(string, EditValue)> entries, string field, IEnumerable<EditValue> items)
    {
        var list = items.ToArray();
        if (list.Length > 0)
        {
            entries.Add((field, EditValue.List(list)));
        }
    }

    /// <summary>The port people reach the app by: the first it publishes.</summary>
    private static int? Main(List<(int? Host, EditValue Entry)> ports) =>
        ports.FirstOrDefault(p => p.Host is not null).Host;

    private static (List<(int? Host, EditValue Entry)>, List<string>) Ports(
        Draft draft, App app, string name, bool publish)
    {
        var ports = new List<(int? Host, EditValue Entry)>();
        var notes = new List<string>();
        foreach (var port in app.Ports)
        {
            var entries = new List<(string, EditValue)>
            {
                ("container", EditValue.Of(port.Container)),
            };
            int? host = null;
            if (port.Publish is { } wanted && publish)
            {
                var free = draft.FreePort(wanted, port.Protocol);
                host = free;
                entries.Add(("host", EditValue.Of(free)));
                if (free != wanted)
                {
                    notes.Add($"Port {wanted} is taken by "
                        + $"{draft.PublisherOf(wanted, port.Protocol)}, so {name} gets {free}.");
                }
            }
            if (port.Protocol != "tcp")
            {
                entries.Add(("protocol", EditValue.Of(port.Protocol)));
            }
            ports.Add((host, EditValue.Map([.. entries])));
        }
        return (ports, notes);
    }

    private static IEnumerable<KeyValuePair<string, string>> Environment(
        Draft draft, App app, string name, int? host) =>
        app.Environment.Select(e => KeyValuePair.Create(
                e.Key, AppText.Fill(draft, app, name, e.Value, host)))
            .Concat(app.Secrets.Where(s => s.Variable is not null).Select(s =>
                KeyValuePair.Create(s.Variable!, AppText.Reference(name, s.Name))));

    private static EditValue Resources(App app)
    {
        var entries = new List<(string, EditValue)>
        {
            ("cpu", EditValue.Of(app.Resources.Cpu)),
            ("memory", EditValue.Of(app.Resources.Memory)),
        };
        if (app.Resources.Pids is { } pids)
        {
            entries.Add(("pids", EditValue.Of(pids)));
        }
        return EditValue.Map([.. entries]);
    }

    private static void Declare(Draft draft, App app, string name, string? network)
    {
        if (network is not null)
        {
            DeclareNetwork(draft, network);
        }
        foreach (var volume in app.Volumes)
        {
            DeclareVolume(draft, $"{name}-{volume.Name}", volume.Owner);
        }
    }

    private static void DeclareSecrets(Draft draft, App app, string name)
    {
        foreach (var secret in app.Secrets)
        {
            DeclareSecret(draft, AppText.SecretName(name, secret.Name),
                new(secret.Length, secret.IsHex));
        }
    }

    public static void DeclareSecret(Draft draft, string secret, FreshSecret wanted)
    {
        if (!draft.State.Secrets.ContainsKey(secret))
        {
            draft.Append(Security, EditPath.Parse("spec.secrets"), EditValue.Map(
                ("name", EditValue.Of(secret)), ("value", EditValue.Of($"{wanted}"))));
        }
    }

    /// <summary>Secrets that came with a needed app, and whose place its user's took.</summary>
    private static void ForgetSecrets(Draft draft, App app, string service)
    {
        foreach (var secret in app.Secrets.Select(s => AppText.SecretName(service, s.Name)))
        {
            if (!draft.Base.Secrets.ContainsKey(secret) && draft.State.Secrets.ContainsKey(secret)
                && draft.Files[ServicesFile.File]?.Contains($"${{secrets.{secret}}}",
                    StringComparison.Ordinal) == false)
            {
                draft.Remove(Security, EditPath.Parse("spec.secrets").Item("name", secret));
            }
        }
    }

    private sealed record Needed(
        string Service, IReadOnlyList<KeyValuePair<string, string>> Environment);

    /// <summary>Declares the app another one needs, as a service of its own; one that serves
    /// many is used if it is there.</summary>
    private static Needed Need(Draft draft, AppNeed need, App user, string name, string? network)
    {
        var app = AppCatalog.Named(need.App)!;
        var there = need.Shared ? Present(draft, app, network) : null;
        var service = there ?? (draft.State.Services.ContainsKey(app.Name)
            ? $"{name}-{app.Name}" : app.Name);
        if (need.Environment.Concat(need.ItsEnvironment)
            .Any(e => e.Value.Contains("{secret}", StringComparison.Ordinal)))
        {
            DeclareSecret(draft, AppText.SecretName(name, need.Secret), new(32, false));
        }
        if (!draft.State.Services.ContainsKey(service))
        {
            Add(draft, app, service, app.Image.Short, network, publish: false);
            foreach (var (key, value) in need.ItsEnvironment)
            {
                draft.Set(ServicesFile.File,
                    Draft.Path(service, "environment").Key(key), EditValue.Of(Filled(value)));
            }
            ForgetSecrets(draft, app, service);
        }
        return new(service, [.. need.Environment.Select(e =>
            KeyValuePair.Create(e.Key, Filled(e.Value)))]);

        string Filled(string value) => AppText.Fill(
            draft, user, name, AppText.Fill(value, need, name, service), null);
    }

    /// <summary>A service of that app that another one on that network can reach.</summary>
    private static string? Present(Draft draft, App app, string? network) =>
        draft.State.Services.Values.FirstOrDefault(s => s.Replicas > 0
            && s.Image.Repository == app.Image.Repository
            && (network is null ? s.Networks.IsEmpty : s.Networks.Contains(network)))?.Name;

    /// <summary>What was made, as it stands now.</summary>
    public static Reply Said(Draft draft, string name)
    {
        var service = draft.State.Services[name];
        var product = service.Image.Product;
        var text = "run " + (product == name || name.Contains(product, StringComparison.Ordinal)
                ? name : $"{service.Image.Short} as {name}")
            + (service.DependsOn.IsEmpty ? "" : $" with {Wording.List(service.DependsOn)}");
        var published = service.Ports.Where(p => p.Host is not null)
            .Select(p => $"{p.Host}").Distinct().ToList();
        var ports = published.Count == 0 ? ""
            : $" and publish it on port{(published.Count > 1 ? "s" : "")} "
                + Wording.List(published)
                + (service.Ports.Where(p => p.Host is not null).Select(p => p.Address).Distinct()
                    .ToList() is [not "0.0.0.0" and { } only] ? $", on {only} only" : "");
        return Reply.Done(text + ports).With(Risk.Low);
    }
}
