using System.Collections.Immutable;
using Loam.Core.Bans;
using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Checks;

namespace Loam.Core.StateFiles;

/// <summary>From files without errors to typed resources and what each depends on.</summary>
internal static class StateBuilder
{
    public static DesiredState Build(
        StateSet files, Declared declared, ImmutableSortedDictionary<string, ResolvedImage> images)
    {
        var resources = ImmutableSortedDictionary.CreateBuilder<ResourceId, Resource>();
        void Add(ResourceKind kind, string name, MapValue spec, ImmutableArray<ResourceId> needs) =>
            resources.Add(new(kind, name), new(new(kind, name), spec, needs, spec.At));

        void AddAll(ResourceKind kind, IReadOnlyList<(string Name, MapValue Spec)> things)
        {
            foreach (var (name, spec) in things)
            {
                Add(kind, name, spec, []);
            }
        }

        foreach (var (kind, things) in ByKind(declared))
        {
            AddAll(kind, things);
        }
        var places = new StoragePlaces(declared);
        AddStorage(declared, places, Add);
        var services = ImmutableSortedDictionary.CreateBuilder<string, Service>(
            StringComparer.Ordinal);
        foreach (var (name, spec) in declared.Services)
        {
            var image = ServiceReader.Image(spec);
            Invariant.Require(image is not null, "a service without errors has an image");
            var normal = ServiceReader.Normal(spec, image);
            services.Add(name, ServiceReader.Read(normal, image));
            Add(ResourceKind.Service, name, normal, Needs(normal, places));
        }
        foreach (var (id, spec) in OfTheMachine(declared))
        {
            Add(id.Kind, id.Name, spec, []);
        }
        AddJobs(declared, resources, places);
        var servicesSpec = declared[ServicesFile.File].Spec;
        return new()
        {
            Files = files,
            Resources = resources.ToImmutable(),
            Services = services.ToImmutable(),
            Networks = ByName(declared.Networks, NetworkOf),
            Groups = ByName(declared.Groups, GroupOf),
            Volumes = ByName(declared.Volumes, VolumeOf),
            Mounts = ByName(declared.Mounts, MountOf),
            Secrets = ByName(declared.Secrets,
                (name, spec) => new Secret(name, spec.Text("value")!)),
            Firewall = FirewallRules.Of(declared.Network),
            Jobs = ByName(declared.Jobs, (_, spec) => Job.Of(spec)),
            Users = ByName(declared.Users, User.Of),
            Certificates = ByName(declared.Certificates, Certificate.Of),
            Bans = ByName(declared.Bans, BanRule.Of),
            Hostname = declared.Hostname?.Text,
            Timezone = declared.Timezone?.Text,
            Interfaces = ByName(declared.Interfaces, Interface.Of),
            Resolver = Resolver.Of(declared.Network?.Map("dns")),
            Settings = SettingGroups.Typed(declared),
            Specs = declared.Files.Where(f => f.Spec is not null)
                .ToImmutableDictionary(f => f.Kind.File, f => f.Spec!),
            ManagesServices = servicesSpec?.Has("services") == true,
            ManagesNetworks = servicesSpec?.Has("networks") == true,
            ManagesUsers = declared.Security?.Has("users") == true,
            ManagesCertificates = declared.Security?.Has("certificates") == true,
            ManagesInterfaces = declared.Network?.Has("interfaces") == true,
            ManagesMounts = declared[StorageFile.File].Spec?.Has("mounts") == true,
            NotYet = Unapplied.Find(declared),
            Images = images,
        };
    }

    /// <summary>Things that need nothing else.</summary>
    private static (ResourceKind, IReadOnlyList<(string Name, MapValue Spec)>)[] ByKind(
        Declared declared) =>
    [
        (ResourceKind.Secret, declared.Secrets), (ResourceKind.Network, declared.Networks),
        (ResourceKind.User, declared.Users), (ResourceKind.Certificate, declared.Certificates),
        (ResourceKind.Ban, declared.Bans), (ResourceKind.Group, declared.Groups),
        (ResourceKind.Setting, [.. SettingGroups.Changed(declared)]),
    ];

    /// <summary>Things of which a machine has one.</summary>
    private static IEnumerable<(ResourceId, MapValue)> OfTheMachine(Declared declared)
    {
        foreach (var (id, value) in ((ResourceId, TextValue?)[])
            [(ResourceId.Hostname, declared.Hostname), (ResourceId.Timezone, declared.Timezone)])
        {
            if (value is not null)
            {
                yield return (id,
                    new MapValue([KeyValuePair.Create<string, Value>(id.Name, value)], value.At));
            }
        }
        if (declared.Network?.Map("firewall") is { } firewall)
        {
            yield return (ResourceId.Firewall, firewall);
        }
        foreach (var (name, spec) in declared.Interfaces)
        {
            yield return (new(ResourceKind.Interface, name), spec);
        }
        if (declared.Network?.Map("dns") is { Entries.IsEmpty: false } dns)
        {
            yield return (ResourceId.Dns, dns);
        }
    }

    private static ImmutableSortedDictionary<string, T> ByName<T>(
        IReadOnlyList<(string Name, MapValue Spec)> things, Func<string, MapValue, T> make) =>
        things.ToImmutableSortedDictionary(
            t => t.Name, t => make(t.Name, t.Spec), StringComparer.Ordinal);

    /// <summary>A size makes ext4 the default file system.</summary>
    private static MapValue Normal(MapValue volume) =>
        !volume.Has("size") || volume["filesystem"]?.At is not null ? volume
            : new([.. volume.Entries.Select(e => e.Key != "filesystem" ? e
                : KeyValuePair.Create<string, Value>(e.Key, new TextValue("ext4")))], volume.At);

    private static void AddJobs(Declared declared,
        ImmutableSortedDictionary<ResourceId, Resource>.Builder resources, StoragePlaces places)
    {
        foreach (var (name, spec) in declared.Jobs)
        {
            var id = new ResourceId(ResourceKind.Job, name);
            var normal = ServiceReader.Image(spec) is { } image
                ? ServiceReader.Normal(spec, image) : spec;
            resources.Add(id, new(id, normal, Needs(spec, places), normal.At));
        }
    }

    private static void AddStorage(Declared declared, StoragePlaces places,
        Action<ResourceKind, string, MapValue, ImmutableArray<ResourceId>> add)
    {
        foreach (var (name, spec) in declared.Volumes)
        {
            add(ResourceKind.Volume, name, Normal(spec),
                [
                    .. places.Above(spec.Text("path")),
                    .. spec.Text("group") is { } group
                        ? (ResourceId[])[new(ResourceKind.Group, group)] : [],
                ]);
        }
        foreach (var (target, spec) in declared.Mounts)
        {
            add(ResourceKind.Mount, target, spec, [.. places.Above(target), .. Needs(spec)]);
        }
    }

    private static Network NetworkOf(string name, MapValue spec) =>
        new(name, spec.Flag("internal") == true);

    private static VolumeGroup GroupOf(string name, MapValue spec) =>
        new(name, [.. spec.Texts("devices")]);

    private static Volume VolumeOf(string name, MapValue spec) => new(
        name, spec.Text("path"), spec.Text("permissions"), spec.Text("owner"))
    {
        Size = Normal(spec).Text("filesystem") == "ext4" ? spec.Number("size") is { } size
            ? (long)size : null : null,
        IsEncrypted = spec.Flag("encrypted") == true,
        Group = spec.Text("group"),
    };

    private static Mount MountOf(string target, MapValue spec) => new(
        target, spec.Text("source")!, spec.Text("type")!, string.Join(',', spec.Texts("options")),
        SecretRefs.In(spec).FirstOrDefault());

    private static IEnumerable<ResourceId> Needs(MapValue mount) =>
        SecretRefs.In(mount).Select(s => new ResourceId(ResourceKind.Secret, s));

    /// <summary>What a service or a job needs, by its fields.</summary>
    private static ImmutableArray<ResourceId> Needs(MapValue spec, StoragePlaces places)
    {
        var needs = new SortedSet<ResourceId>();
        foreach (var name in SecretRefs.In(spec))
        {
            needs.Add(new(ResourceKind.Secret, name));
        }
        foreach (var use in ServiceReader.Volumes(spec))
        {
            if (places.Of(use.Source) is { } place)
            {
                needs.Add(place);
            }
        }
        foreach (var network in spec.Texts("networks")
            .Where(n => n != ServicesFile.DefaultNetwork))
        {
            needs.Add(new(ResourceKind.Network, network));
        }
        foreach (var other in spec.Texts("depends_on"))
        {
            needs.Add(new(ResourceKind.Service, other));
        }
        if (spec.Text("container") is { } container)
        {
            needs.Add(new(ResourceKind.Service, container));
        }
        return [.. needs];
    }
}
