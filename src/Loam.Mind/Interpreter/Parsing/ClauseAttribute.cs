using Loam.Core.Resources;

namespace Loam.Mind.Interpreter.Parsing;

internal enum AmountKind { Absolute, Factor, Add, Subtract, More, Less, Unlimited }

/// <param name="Value">In <paramref name="Unit"/>; a factor is a plain number.</param>
/// <param name="Unit">Key of the unit; empty: none was said.</param>
internal sealed record Amount(AmountKind Kind, decimal Value, string Unit)
{
    public bool IsVague => Kind is AmountKind.More or AmountKind.Less;
}

/// <summary>Something a clause says about its target, whatever the verb.</summary>
internal abstract record ClauseAttribute;

internal enum LimitKind { Memory, Cpu, Pids, Replicas }

internal sealed record LimitAttribute(LimitKind Limit, Amount Amount) : ClauseAttribute
{
    /// <summary>The service whose limit is the measure; null: that of the target.</summary>
    public string? Like { get; init; }
}

/// <param name="First">The first number said.</param>
/// <param name="Second">The second one of a pair.</param>
/// <param name="Link">What stood between or before them: <c>:</c> (host:container), <c>to</c>,
/// <c>on</c>, <c>as</c>, <c>from</c>, <c>insteadof</c>; empty: one number.</param>
/// <param name="Inner">The (first) number is called the container's.</param>
internal sealed record PortAttribute(
    int? First, int? Second, string Link, bool Inner, string? Protocol, string? Address)
    : ClauseAttribute
{
    /// <summary>It shall not be reachable there.</summary>
    public bool Off { get; init; }
}

internal sealed record ImageAttribute(ImageReference Image) : ClauseAttribute;

internal sealed record VersionAttribute(string Version) : ClauseAttribute;

/// <param name="Value">Null: the variable goes.</param>
internal sealed record VariableAttribute(string Name, string? Value) : ClauseAttribute;

/// <param name="Source">Host path or volume name; null: not said.</param>
/// <param name="Target">Path in the container; null: not said.</param>
internal sealed record MountAttribute(string? Source, string? Target, bool ReadOnly)
    : ClauseAttribute
{
    /// <summary>Of the volume, where it is to be made.</summary>
    public Amount? Size { get; init; }

    /// <summary>Where the new volume lies; null: where the engine keeps it.</summary>
    public string? Path { get; init; }

    /// <summary>Nobody said how the volume is called.</summary>
    public bool Unnamed { get; init; }
}

/// <summary>How large the volume is that its data are in.</summary>
internal sealed record StoreAttribute(Amount Size) : ClauseAttribute;

internal sealed record NetworkAttribute(string? Name, bool Internal) : ClauseAttribute;

/// <param name="On">The things waited for.</param>
internal sealed record DependsAttribute(IReadOnlyList<Target> On) : ClauseAttribute
{
    /// <summary>The things no longer waited for.</summary>
    public IReadOnlyList<Target> Instead { get; init; } = [];
}

/// <param name="Off">There shall be none.</param>
internal sealed record ProbeAttribute(
    bool Off, string? Path, int? Port, string? Interval, string? Timeout, int? Retries,
    string? StartPeriod) : ClauseAttribute
{
    /// <summary>A command that tells whether all is well; null: not said.</summary>
    public string? Test { get; init; }

    /// <summary>The status an answer over HTTP has; null: not said.</summary>
    public int? Expect { get; init; }
}

internal sealed record RestartAttribute(string Policy) : ClauseAttribute;

internal sealed record UserAttribute(string? User) : ClauseAttribute;

internal sealed record ReadOnlyAttribute(bool On) : ClauseAttribute;

internal sealed record PrivilegedAttribute(bool On) : ClauseAttribute;

internal sealed record LabelAttribute(string Name, string? Value) : ClauseAttribute;

/// <param name="Text">Null: that of the image again.</param>
/// <param name="Entry">The entry point is meant.</param>
internal sealed record CommandAttribute(string? Text, bool Entry = false) : ClauseAttribute;

/// <param name="Path">Null: that of the image again.</param>
internal sealed record WorkDirAttribute(string? Path) : ClauseAttribute;

/// <param name="Device">Path on the host, or <c>host:container</c>; null: whichever there is.
/// </param>
/// <param name="Instead">The device it takes the place of; empty: the only one there is.</param>
/// <param name="Off">It is taken away.</param>
internal sealed record DeviceAttribute(string? Device, string? Instead, bool Off)
    : ClauseAttribute
{
    /// <summary>It comes to what there is.</summary>
    public bool Adds { get; init; }
}

/// <param name="Name">Null: all that were given.</param>
/// <param name="Off">It is taken away.</param>
internal sealed record CapabilityAttribute(string? Name, bool Off) : ClauseAttribute;

/// <param name="Place">Path or volume; null: what <paramref name="Words"/> tell.</param>
/// <param name="Words">Words that say which of the mounts is meant.</param>
internal sealed record MountModeAttribute(
    string? Place, IReadOnlyList<string> Words, bool ReadOnly) : ClauseAttribute;

/// <param name="Words">As said: <c>max connections</c>; the target's app knows which it is.
/// </param>
internal sealed record SettingAttribute(string Words, string? Value, string Unit) : ClauseAttribute;

internal sealed record NameAttribute(string Name) : ClauseAttribute;

/// <summary>Copies shall be made, or made otherwise, or no more.</summary>
internal sealed record BackupAttribute : ClauseAttribute
{
    /// <summary>Null: no time was said.</summary>
    public Times.TimePhrase? When { get; init; }

    /// <summary>Copies kept, or days for which they are kept; null: not said.</summary>
    public (int Count, bool Days)? Retain { get; init; }
    public string? Destination { get; init; }

    /// <summary>The secret that the destination asks for; null: not said.</summary>
    public string? Credentials { get; init; }

    /// <summary><c>snapshot</c> or <c>archive</c>; null: not said.</summary>
    public string? Type { get; init; }

    /// <summary>No more copies.</summary>
    public bool Off { get; init; }

    /// <summary>All volumes are meant.</summary>
    public bool Everything { get; init; }

    /// <summary>All backups that there are, of the machine and of volumes.</summary>
    public bool Existing { get; init; }

    /// <summary>The volumes named are those that are not: "everything except photos".</summary>
    public bool Spares { get; init; }

    /// <summary>Copies that are there shall go, not their making.</summary>
    public bool Prunes { get; init; }

    /// <summary>The machine's own backup is meant.</summary>
    public bool Machine { get; init; }

    /// <summary>By how many minutes it moves; null: not said.</summary>
    public int? Shift { get; init; }

    /// <summary>The time comes to those that are there.</summary>
    public bool Adds { get; init; }

    /// <summary>How many are kept was spoken of, without a number.</summary>
    public bool Keeps { get; init; }

    /// <summary>One backup was spoken of: of what, and when, must be said.</summary>
    public bool Once { get; init; }

    public bool SaysNothing => When is null && Retain is null && Destination is null
        && Type is null && Shift is null;
}

/// <summary>It shall happen at a time of its own, not now.</summary>
internal sealed record ScheduleAttribute : ClauseAttribute;

/// <summary>A number or word whose field was not said: the turn before may tell.</summary>
internal sealed record BareAttribute(decimal Value, string Unit, string Text) : ClauseAttribute;
