using System.Collections.Immutable;
using Loam.Core.Auditing;
using Loam.Core.Backups;
using Loam.Core.Bans;
using Loam.Core.Firewall;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>What the state files say the machine should be. Immutable; made only by
/// <c>StateReader</c> from text that had no errors.</summary>
public sealed class DesiredState
{
    public static readonly DesiredState Empty = new() { Files = StateSet.Empty };

    private readonly Lazy<FirewallTable?> _table = new((FirewallTable?)null);
    private readonly Lazy<BackupSettings> _backups;

    public DesiredState() => _backups = new(() => BackupSettings.Of(this));

    /// <summary>The texts it was read from.</summary>
    public required StateSet Files { get; init; }

    public ImmutableSortedDictionary<ResourceId, Resource> Resources { get; init; } =
        ImmutableSortedDictionary<ResourceId, Resource>.Empty;

    public ImmutableSortedDictionary<string, Service> Services { get; init; } =
        ImmutableSortedDictionary<string, Service>.Empty;
    public ImmutableSortedDictionary<string, Network> Networks { get; init; } =
        ImmutableSortedDictionary<string, Network>.Empty;
    public ImmutableSortedDictionary<string, Volume> Volumes { get; init; } =
        ImmutableSortedDictionary<string, Volume>.Empty;
    public ImmutableSortedDictionary<string, VolumeGroup> Groups { get; init; } =
        ImmutableSortedDictionary<string, VolumeGroup>.Empty;
    /// <summary>By the directory where each is attached.</summary>
    public ImmutableSortedDictionary<string, Mount> Mounts { get; init; } =
        ImmutableSortedDictionary<string, Mount>.Empty;
    public ImmutableSortedDictionary<string, Secret> Secrets { get; init; } =
        ImmutableSortedDictionary<string, Secret>.Empty;
    public FirewallRules Firewall
    {
        get;
        init
        {
            field = value;
            _table = new(() => FirewallTable.Of(value));
        }
    } = FirewallRules.None;

    /// <summary>The same rules make the same table: it is not made again.</summary>
    private Lazy<FirewallTable?> SameTable { init => _table = value; }

    /// <summary>What the firewall is for the kernel; null: none is to be in force.</summary>
    public FirewallTable? FirewallTable => _table.Value;
    public ImmutableSortedDictionary<string, Job> Jobs { get; init; } =
        ImmutableSortedDictionary<string, Job>.Empty;
    public ImmutableSortedDictionary<string, User> Users { get; init; } =
        ImmutableSortedDictionary<string, User>.Empty;
    public ImmutableSortedDictionary<string, Certificate> Certificates { get; init; } =
        ImmutableSortedDictionary<string, Certificate>.Empty;
    /// <summary>By the service at which somebody may fail.</summary>
    public ImmutableSortedDictionary<string, BanRule> Bans { get; init; } =
        ImmutableSortedDictionary<string, BanRule>.Empty;

    /// <summary>The machine's name; null: it is not declared, and stays as it is.</summary>
    public string? Hostname { get; init; }

    /// <summary>Its time zone; null: likewise.</summary>
    public string? Timezone { get; init; }

    /// <summary>How names are resolved; null: Loam writes nothing.</summary>
    public Resolver? Resolver { get; init; }
    public ImmutableSortedDictionary<string, Interface> Interfaces { get; init; } =
        ImmutableSortedDictionary<string, Interface>.Empty;
    public Settings Settings { get; init; } = new();

    /// <summary>What copies are made of, when and where to.</summary>
    public BackupSettings Backups => _backups.Value;

    /// <summary>What each file declares, checked and in its normal form, by the file's name.
    /// Absent: there is no such file.</summary>
    public ImmutableDictionary<string, MapValue> Specs { get; init; } =
        ImmutableDictionary<string, MapValue>.Empty;

    /// <summary>False: the list is absent, so its things are left as they are (decision 1).
    /// </summary>
    public bool ManagesServices { get; init; }
    public bool ManagesNetworks { get; init; }
    public bool ManagesUsers { get; init; }
    public bool ManagesCertificates { get; init; }
    public bool ManagesInterfaces { get; init; }
    public bool ManagesMounts { get; init; }

    /// <summary>Written fields that no driver makes true yet, each as a diagnostic.</summary>
    public ImmutableArray<Diagnostics.Diagnostic> NotYet { get; init; } = [];

    /// <summary>Reference (<see cref="ImageReference.Name"/>) to what it was resolved to.
    /// </summary>
    public ImmutableSortedDictionary<string, ResolvedImage> Images { get; init; } =
        ImmutableSortedDictionary<string, ResolvedImage>.Empty;

    /// <summary>Every image and what uses it, services first.</summary>
    public IEnumerable<ImageUse> ImageUses =>
        Services.Values.Select(s => new ImageUse(new(ResourceKind.Service, s.Name), s.Image,
            IsNeeded: s.Replicas > 0))
        .Concat(Jobs.Values.Where(j => j.Image is not null)
            .Select(j => new ImageUse(j.Id, j.Image!, IsNeeded: true)));

    /// <summary>The same state with these pins, also in its <c>images.lock</c>.</summary>
    public DesiredState With(ImmutableSortedDictionary<string, ResolvedImage> images) => new()
    {
        Files = images.IsEmpty ? Files.Without(StateSet.Lock)
            : Files.With(StateSet.Lock, ImagesLock.Write(images.Values)),
        Resources = Resources,
        Services = Services,
        Networks = Networks,
        Groups = Groups,
        Volumes = Volumes,
        Mounts = Mounts,
        Secrets = Secrets,
        Firewall = Firewall,
        SameTable = _table,
        Jobs = Jobs,
        Users = Users,
        Certificates = Certificates,
        Bans = Bans,
        Hostname = Hostname,
        Timezone = Timezone,
        Resolver = Resolver,
        Interfaces = Interfaces,
        Settings = Settings,
        Specs = Specs,
        ManagesServices = ManagesServices,
        ManagesNetworks = ManagesNetworks,
        ManagesUsers = ManagesUsers,
        ManagesCertificates = ManagesCertificates,
        ManagesInterfaces = ManagesInterfaces,
        ManagesMounts = ManagesMounts,
        NotYet = NotYet,
        Images = images,
    };
}

/// <summary>That a service or a job runs from an image.</summary>
/// <param name="IsNeeded">It does not run without it.</param>
public sealed record ImageUse(ResourceId By, ImageReference Image, bool IsNeeded);

/// <summary>An image pinned: by the registry's digest, or, for one that only the engine has, by
/// its ID (decision 20).</summary>
/// <param name="Digest"><c>sha256:…</c> of the manifest or, with <paramref name="IsLocalId"/>, of
/// the image's configuration.</param>
/// <param name="Size">Compressed bytes to download; null when unknown.</param>
public sealed record ResolvedImage(string Reference, string Digest, bool IsLocalId, long? Size)
{
    /// <summary>Ten hex digits, for people.</summary>
    public string ShortDigest => Digest.Length > 17 ? Digest[7..17] : Digest;
}

/// <summary>What the manifest says about Loam itself.</summary>
public sealed record Settings
{
    public const int DefaultChangesPerHour = 20;

    public string? Name { get; init; }
    public bool RequireApproval { get; init; } = true;
    public bool RollbackOnHealthFailure { get; init; } = true;
    /// <summary>Categories of changes that need no question.</summary>
    public ImmutableArray<string> SelfApproving { get; init; } = [];
    public int MaxChangesPerHour { get; init; } = DefaultChangesPerHour;
    public ImmutableArray<RegistrySetting> Registries { get; init; } = [];
    public ImmutableArray<string> RestrictedFiles { get; init; } = [];
    public AuditSettings Audit { get; init; } = new();

    /// <summary>Who is told what happens.</summary>
    public ImmutableArray<Notifier> Notifiers { get; init; } = [];

    /// <summary>Which models help to understand requests.</summary>
    public LlmSettings Llm { get; init; } = new();

    /// <summary>Who comes in over the network.</summary>
    public ApiSettings Api { get; init; } = new();
}

public sealed record RegistrySetting(
    string Host, string? Mirror, string? Username, string? PasswordSecret);
