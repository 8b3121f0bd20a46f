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
        var needs = app.Needs.Select(n => Need(draft, n, name, network)).ToList();
        var environment = Environment(app, name)
            .Concat(needs.SelectMany(n => n.Environment)).ToList();
        var dependencies = needs.Select(n => EditValue.Of(n.Service)).ToList();
        var entries = new List<(string, EditValue)>
        {
            ("name", EditValue.Of(name)),
            ("image", EditValue.Of(image)),
        };
        AddIf(entries, "command", app.Command.Select(EditValue.Of));
        AddIf(entries, "ports", ports);
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
        entries.Add(("healthcheck", Probe(app.Probe)));
        AddIf(entries, "networks", network is null ? [] : [EditValue.Of(network)]);
        AddIf(entries, "depends_on", dependencies);
        Declare(draft, app, name, network);
        draft.Append(ServicesFile.File, Draft.Services, EditValue.Map([.. entries]));
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

    private static (List<EditValue>, List<string>) Ports(
        Draft draft, App app, string name, bool publish)
    {
        var ports = new List<EditValue>();
        var notes = new List<string>();
        foreach (var port in app.Ports)
        {
            var entries = new List<(string, EditValue)>
            {
                ("container", EditValue.Of(port.Container)),
            };
            if (port.Publish is { } wanted && publish)
            {
                var free = draft.FreePort(wanted, port.Protocol);
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
            ports.Add(EditValue.Map([.. entries]));
        }
        return (ports, notes);
    }

    private static IEnumerable<KeyValuePair<string, string>> Environment(App app, string name) =>
        app.Environment.Concat(app.Secrets.Select(s =>
            KeyValuePair.Create(s.Variable, $"${{secrets.{SecretName(name, s.Name)}}}")));

    private static string SecretName(string service, string secret) =>
        $"{service.Replace('-', '_')}_{secret}";

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

    private static EditValue Probe(AppProbe probe)
    {
        var entries = new List<(string, EditValue)>();
        if (probe.HttpPath is { } path)
        {
            entries.Add(("http", EditValue.Map(
                ("path", EditValue.Of(path)), ("port", EditValue.Of(probe.Port!.Value)))));
        }
        else if (!probe.Test.IsEmpty)
        {
            entries.Add(("test", EditValue.List([.. probe.Test.Select(EditValue.Of)])));
        }
        else
        {
            entries.Add(("tcp", EditValue.Map(("port", EditValue.Of(probe.Port!.Value)))));
        }
        foreach (var (field, value) in (ReadOnlySpan<(string, string?)>)
            [("interval", probe.Interval), ("start_period", probe.StartPeriod)])
        {
            if (value is not null)
            {
                entries.Add((field, EditValue.Of(value)));
            }
        }
        if (probe.Retries is { } retries)
        {
            entries.Add(("retries", EditValue.Of(retries)));
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
        foreach (var secret in app.Secrets)
        {
            DeclareSecret(draft, SecretName(name, secret.Name), secret.Length);
        }
    }

    private static void DeclareSecret(Draft draft, string secret, int length)
    {
        if (!draft.State.Secrets.ContainsKey(secret))
        {
            draft.Append(Security, EditPath.Parse("spec.secrets"), EditValue.Map(
                ("name", EditValue.Of(secret)), ("value", EditValue.Of($"generate:{length}"))));
        }
    }

    private sealed record Needed(
        string Service, IReadOnlyList<KeyValuePair<string, string>> Environment);

    /// <summary>Declares the app another one needs, as a service of its own.</summary>
    private static Needed Need(Draft draft, AppNeed need, string name, string? network)
    {
        var app = AppCatalog.Named(need.App)!;
        var service = draft.State.Services.ContainsKey(app.Name) ? $"{name}-{app.Name}" : app.Name;
        var secret = SecretName(name, "db_password");
        DeclareSecret(draft, secret, 32);
        if (!draft.State.Services.ContainsKey(service))
        {
            Add(draft, app, service, app.Image.Short, network, publish: false);
            foreach (var (key, value) in need.ItsEnvironment)
            {
                draft.Set(ServicesFile.File,
                    Draft.Path(service, "environment").Key(key), EditValue.Of(Filled(value)));
            }
        }
        return new(service, [.. need.Environment.Select(e =>
            KeyValuePair.Create(e.Key, Filled(e.Value)))]);

        string Filled(string value) => value
            .Replace("{service}", service, StringComparison.Ordinal)
            .Replace("{secret}", $"${{secrets.{secret}}}", StringComparison.Ordinal);
    }

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
                + Wording.List(published);
        return Reply.Done(text + ports).With(Risk.Low);
    }
}
