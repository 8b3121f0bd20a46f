using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Catalog;

/// <summary>What the catalogue knows about one app: everything needed to declare it well when a
/// person says no more than its name.</summary>
public sealed record App
{
    /// <summary>File name without <c>.yaml</c>, and the name of the service made from it.
    /// </summary>
    public required string Name { get; init; }
    public required string Title { get; init; }

    /// <summary>A few words without a full stop: <c>relational database</c>.</summary>
    public required string Summary { get; init; }

    /// <summary>One of <see cref="AppCategory.All"/>: where it stands in a list of all.
    /// </summary>
    public required string Category { get; init; }

    /// <summary>What a person must know or do after it is set up; null: nothing.</summary>
    public string? Note { get; init; }
    public required ImageReference Image { get; init; }

    /// <summary>Versions worth offering, newest first, as they stand in a tag.</summary>
    public ImmutableArray<string> Majors { get; init; } = [];

    /// <summary>Lower-case words that mean exactly this app.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>Lower-case words for what it does, shared with other apps: <c>cache</c>.
    /// </summary>
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>Roles for which this app is chosen when none is named.</summary>
    public ImmutableArray<string> DefaultFor { get; init; } = [];

    /// <summary>The network made for it when there is none to join.</summary>
    public string? Network { get; init; }
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>User, or uid and gid, that it is run as, where the image's own is not right.
    /// </summary>
    public string? User { get; init; }

    /// <summary>Linux capabilities beyond the few that every container has.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>Devices of the host that it cannot do without.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];
    public ImmutableArray<AppPort> Ports { get; init; } = [];
    public ImmutableArray<AppVolume> Volumes { get; init; } = [];
    public ImmutableArray<AppContent> Content { get; init; } = [];

    /// <summary>Variables; <c>{name}</c> stands for the service's name, <c>{host}</c> for the
    /// machine's, <c>{url}</c> for the address people reach the service by,
    /// <c>{secret:NAME}</c> for one of <see cref="Secrets"/>.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];
    public ImmutableArray<AppSecret> Secrets { get; init; } = [];

    /// <summary>Variables that the image also reads from a file named by <c>NAME_FILE</c>.
    /// </summary>
    public ImmutableHashSet<string> FileVariables { get; init; } = [];
    public required AppProbe Probe { get; init; }
    public required AppResources Resources { get; init; }
    public ImmutableArray<AppNeed> Needs { get; init; } = [];
    public ImmutableArray<AppSetting> Settings { get; init; } = [];
    public AppData? Data { get; init; }

    /// <summary>Run inside the container; writes everything it holds to standard output. Without
    /// <see cref="Restore"/>: makes its files fit to be copied.</summary>
    public ImmutableArray<string> Dump { get; init; } = [];

    /// <summary>Words near the end of every whole dump; null: it has none.</summary>
    public string? DumpEnd { get; init; }

    /// <summary>Run inside the container; reads what <see cref="Dump"/> wrote.</summary>
    public ImmutableArray<string> Restore { get; init; } = [];

    /// <summary>How its log says that a login failed, as <c>failure</c> of <c>bans</c> does.
    /// </summary>
    public ImmutableArray<string> LoginFailures { get; init; } = [];

    /// <summary>Holds data that outlive a container.</summary>
    public bool HasData => Data is not null;
}

/// <param name="Publish">Host port offered by default; null: other services only.</param>
/// <param name="Words">What people call it: <c>web</c>, <c>ssh</c>.</param>
public sealed record AppPort(
    int Container, int? Publish, string Protocol, ImmutableArray<string> Words);

/// <param name="Name">The volume is called <c>SERVICE-NAME</c>.</param>
/// <param name="Owner"><c>uid:gid</c> the image runs as, where that is not root.</param>
public sealed record AppVolume(string Name, string Target, string? Owner);

/// <summary>A place for a directory that the person has.</summary>
/// <param name="Source">Host directory mounted unless another is named; null: only when named.
/// </param>
public sealed record AppContent(
    string Target, string? Source, bool ReadOnly, ImmutableArray<string> Words);

/// <param name="Name">The secret is called <c>SERVICE_NAME</c>.</param>
/// <param name="Length">Characters generated.</param>
/// <param name="Variable">Environment variable that is exactly this secret; null: it stands in
/// another variable as <c>{secret:NAME}</c>.</param>
/// <param name="IsHex">Of hexadecimal digits only.</param>
public sealed record AppSecret(string Name, int Length, string? Variable, bool IsHex);

/// <summary>Exactly one of the three is set.</summary>
/// <param name="HttpPath">GET on <paramref name="Port"/>.</param>
/// <param name="Test">Argument vector, run inside the container.</param>
/// <param name="Interval">As written in a state file; null: the default.</param>
public sealed record AppProbe(
    string? HttpPath, int? Port, ImmutableArray<string> Test, string? Interval,
    string? StartPeriod, int? Retries);

/// <summary>Limits as written in a state file.</summary>
public sealed record AppResources(string Memory, string Cpu, int? Pids);

/// <summary>Another app that must be there. <c>{service}</c> stands for its service's name,
/// <c>{secret}</c> for a password made for the two of them, <c>{its:NAME}</c> for a secret it
/// has by itself, <c>{secret:NAME}</c> for one of the app's own.</summary>
/// <param name="Secret">The shared password is called <c>SERVICE_SECRET</c>.</param>
/// <param name="Shared">One that is there already is used, if it is on the same network.</param>
public sealed record AppNeed(
    string App, string Secret, bool Shared,
    ImmutableArray<KeyValuePair<string, string>> Environment,
    ImmutableArray<KeyValuePair<string, string>> ItsEnvironment)
{
    public const string UsualSecret = "db_password";
}

public enum SettingType { Number, Size, Megabytes, Duration, Text, Switch }

/// <summary>Something people ask for that is an argument or variable of the image.
/// <c>{value}</c> stands for the value.</summary>
/// <param name="Command">The whole command with the argument; several settings of one app share
/// the first word and are joined.</param>
public sealed record AppSetting(
    string Name, ImmutableArray<string> Words, SettingType Type, ImmutableArray<string> Command,
    string? Variable);

public enum Breaking { None, Minor, Major }

/// <param name="Volume">The volume that matters.</param>
/// <param name="Breaking">The part of the version whose change makes the data unreadable.</param>
public sealed record AppData(string Volume, Breaking Breaking);
