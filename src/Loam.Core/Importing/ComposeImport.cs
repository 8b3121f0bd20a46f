using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Importing;

/// <summary>What came of a compose file.</summary>
/// <param name="Files">The state with it.</param>
/// <param name="Services">Names of the new services.</param>
public sealed record Imported(
    StateSet Files, ImmutableArray<string> Services, ImmutableArray<ImportNote> Notes,
    ImmutableArray<ImportRight> Rights);

/// <summary>A compose file as state files: text to text. What cannot be kept is said, never
/// passed over.</summary>
public static class ComposeImport
{
    private static readonly EditPath s_services = EditPath.Parse("spec.services");
    private static readonly EditPath s_networks = EditPath.Parse("spec.networks");
    private static readonly EditPath s_volumes = EditPath.Parse("spec.volumes");
    private static readonly EditPath s_secrets = EditPath.Parse("spec.secrets");

    private static readonly string[] s_topLevel =
        ["services", "networks", "volumes", "secrets", "configs", "version", "name"];

    /// <param name="present">The state in force, which it is added to.</param>
    /// <exception cref="ComposeException">It is no compose file, or something of its names is there
    /// already.</exception>
    public static Imported Read(string text, ComposeSources sources, StateSet present)
    {
        var root = ComposeYaml.Read(sources.File, text);
        if (root["services"] is not MappingNode { Entries.IsEmpty: false } declared)
        {
            throw new ComposeException(null, $"{sources.File} has no services.",
                "Name a compose file, such as docker-compose.yml.");
        }
        var context = new ImportContext(sources);
        foreach (var (key, _) in root.Entries)
        {
            if (!s_topLevel.Contains(key.Text)
                && !key.Text.StartsWith("x-", StringComparison.Ordinal))
            {
                context.Note(Kept.Lost, key, "", key.Text, "no field of Loam's is like it");
            }
        }
        var services = Services(context, declared);
        Settle(context, services);
        var secrets = new SecretKeeper(context, root["secrets"] as MappingNode);
        services.ForEach(secrets.Gather);
        services.ForEach(secrets.Refer);
        foreach (var name in sources.Variables.Missing)
        {
            context.Note(Kept.Lost, null, "", name,
                "this variable is not set; an empty text took its place");
        }
        var files = new Writing(context, present).All(services, root, secrets);
        // Two services on one port are the plan's business, which knows what else is there.
        if (StateReader.Read(files).Findings.FirstOrDefault(
            f => f.IsError && f.Code != Codes.PortClash) is { } fault)
        {
            throw new ComposeException(null,
                $"{sources.File} has something that cannot be declared: {fault.Message}",
                fault.Remedy);
        }
        return new(files, [.. services.Select(s => s.Name)], [.. context.Notes],
            [.. context.Rights]);
    }

    private static List<ImportedService> Services(ImportContext context, MappingNode declared)
    {
        var services = new List<ImportedService>();
        foreach (var (key, value) in declared.Entries)
        {
            // Of a service that says nothing it is said that it names no image.
            var own = value as MappingNode ?? new(value.Span, []);
            var name = ImportContext.NameOf(key.Text);
            if (name != key.Text)
            {
                context.Note(Kept.Otherwise, key, name, "name", $"it was called {key.Text}");
                context.Called[key.Text] = name;
            }
            var service = new ImportedService(
                context, name, Extending.Resolve(context, declared, name, own));
            ComposeKeys.Read(service);
            if (WhyLeftOut(service) is { } why)
            {
                context.Notes.RemoveAll(n => n.Subject == name);
                context.Note(Kept.LeftOut, key, name, "", why);
                context.Rights.RemoveAll(r => r.Service == name);
            }
            else if (services.Exists(s => s.Name == name))
            {
                throw new ComposeException(key.Span, $"Two services would be called {name}.",
                    "Rename one of them.");
            }
            else
            {
                service.Furnish();
                services.Add(service);
            }
        }
        return services;
    }

    private static string? WhyLeftOut(ImportedService service)
    {
        var profiles = service.Node["profiles"].Texts(service.Variables);
        return profiles.Length > 0
            ? $"it belongs to the profile {profiles[0]} and does not start by itself"
            : service.Image is { Length: > 0 } image
                ? ImageReference.Parse(image, out var reason) is not null ? null
                    : $"its image '{image}': {reason}"
            : service.Node["build"] is not null
                ? "it is built from sources, and Loam builds no images; push the image to a "
                    + "registry and name it with image"
                : "it names no image";
    }

    /// <summary>What refers to services that were left out, or to names they no longer have.
    /// </summary>
    private static void Settle(ImportContext context, List<ImportedService> services)
    {
        var names = services.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var service in services)
        {
            foreach (var gone in service.DependsOn.Where(d => !names.Contains(d)).ToList())
            {
                service.DependsOn.Remove(gone);
                context.Note(Kept.Lost, service.Node["depends_on"], service.Name, "depends_on",
                    $"it waited for {gone}, which is not among the services");
            }
            service.DependsOn.Remove(service.Name);
            foreach (var (called, name) in context.Called)
            {
                if (called != name && names.Contains(name) && service.Environment.Values.Any(
                    v => v.Contains(called, StringComparison.Ordinal)))
                {
                    context.Note(Kept.Lost, service.Node["environment"], service.Name,
                        "environment", $"it speaks of {called}, which is reached as {name} here");
                }
            }
        }
    }

    /// <summary>The edits of the state files.</summary>
    private sealed class Writing(ImportContext context, StateSet present)
    {
        private StateSet _files = present;

        public StateSet All(
            List<ImportedService> services, MappingNode root, SecretKeeper secrets)
        {
            var state = StateReader.Read(_files).State ?? throw new ComposeException(null,
                "The state files in force have errors.", "`loam validate` says which.");
            if (services.Find(s => state.Services.ContainsKey(s.Name)) is { } twice)
            {
                throw new ComposeException(twice.Node.Span,
                    $"There is a service {twice.Name} already.",
                    "Rename it in the compose file, or remove the present one first.");
            }
            Networks(services, root["networks"] as MappingNode, state);
            Volumes(services, root["volumes"] as MappingNode, state);
            foreach (var (name, value) in secrets.Found)
            {
                if (state.Secrets.ContainsKey(name))
                {
                    throw new ComposeException(null, $"There is a secret {name} already.",
                        "Remove it with `loam secret rm`, or rename the variable.");
                }
                Append(SecurityFile.File, s_secrets, EditValue.Map(
                    ("name", EditValue.Of(name)),
                    ("value", EditValue.Of(context.Sources.Seal(value)))));
            }
            foreach (var service in services)
            {
                Append(ServicesFile.File, s_services, service.Written());
            }
            return _files;
        }

        private void Networks(
            List<ImportedService> services, MappingNode? declared, DesiredState state)
        {
            foreach (var service in services)
            {
                var joins = service.Networks.Where(n => n != ServicesFile.DefaultNetwork).ToList();
                if (joins.Count > 0)
                {
                    service.Set("networks", [.. joins.Select(ImportContext.NameOf).Distinct()]);
                }
            }
            foreach (var name in services.SelectMany(s => s.Networks)
                .DistinctBy(ImportContext.NameOf).Where(n => n != ServicesFile.DefaultNetwork))
            {
                var spec = declared?[name] as MappingNode;
                if (spec?["external"] is not null)
                {
                    context.Note(Kept.Otherwise, spec, name, "external",
                        "a network of Loam's by that name, with none of the containers that were "
                        + "on the other one");
                }
                if (spec?["driver"].Text(context.Variables) is { } driver and not "bridge")
                {
                    context.Note(Kept.Lost, spec, name, "driver",
                        $"it was made by {driver}; here it is a bridge");
                }
                if (!state.Networks.ContainsKey(ImportContext.NameOf(name)))
                {
                    Append(ServicesFile.File, s_networks, spec?["internal"].IsTrue(
                        context.Variables) == true
                        ? EditValue.Map(("name", EditValue.Of(ImportContext.NameOf(name))),
                            ("internal", EditValue.Of(true)))
                        : EditValue.Map(("name", EditValue.Of(ImportContext.NameOf(name)))));
                }
            }
        }

        private void Volumes(
            List<ImportedService> services, MappingNode? declared, DesiredState state)
        {
            foreach (var raw in services.SelectMany(s => s.Volumes)
                .DistinctBy(ImportContext.NameOf))
            {
                var name = ImportContext.NameOf(raw);
                var spec = declared?[raw] as MappingNode;
                if (state.Volumes.ContainsKey(name))
                {
                    context.Note(Kept.Otherwise, spec, name, "volumes",
                        "the volume that is there already is used");
                    continue;
                }
                if (spec?["driver_opts"] is { } options)
                {
                    context.Note(Kept.Lost, options, name, "driver_opts",
                        "it is a directory of this machine; mounts in storage.yaml can hold what "
                        + "lies elsewhere");
                }
                context.Note(Kept.Otherwise, spec, name, "volumes",
                    "it begins empty; what an engine keeps in a volume of that name stays there");
                Append(StorageFile.File, s_volumes, EditValue.Map(("name", EditValue.Of(name))));
            }
        }

        private void Append(string file, EditPath list, EditValue item)
        {
            var text = _files[file] ?? StateEdit.NewFile(FileKinds.Of(file)!, "main");
            try
            {
                _files = _files.With(file, StateEdit.Append(text, list, item));
            }
            catch (EditException fault)
            {
                throw new ComposeException(null,
                    $"{context.Sources.File} cannot be written into {file}: {fault.Message}",
                    "Take out what is unusual about it, such as control characters in a value.");
            }
        }
    }
}
