namespace Loam.Core.Resources;

/// <summary>What stands under a name on the machine: a file, a link, or nothing.</summary>
/// <param name="Text">The file's bytes, each as the character of that number; null: no file.
/// </param>
/// <param name="Link">Where the link points, as it is written; null: no link.</param>
public sealed record HostFile(string? Text, string? Link)
{
    public static readonly HostFile Absent = new(null, null);

    public static HostFile Of(string? text) => text is null ? Absent : new(text, null);

    public static HostFile LinkTo(string target) => new(null, target);

    public bool IsAbsent => this is { Text: null, Link: null };
}

/// <summary>Where the machine's name stands.</summary>
/// <param name="Kernel">As the kernel says it.</param>
/// <param name="File">What stands in /etc/hostname; null: no file.</param>
/// <param name="Hosts">Loam's line in /etc/hosts, without its mark; null: none.</param>
public sealed record HostnameState(string Kernel, string? File, string? Hosts);

/// <summary>Where the machine's time zone stands.</summary>
/// <param name="LocalTime">/etc/localtime.</param>
/// <param name="File">What stands in /etc/timezone; null: no file.</param>
public sealed record TimezoneState(HostFile LocalTime, string? File)
{
    private const string Folder = "/zoneinfo/";

    /// <summary>The zone's name, where it is a link to one; null: it is not known.</summary>
    public string? Zone => LocalTime.Link is { } link
        && link.IndexOf(Folder, StringComparison.Ordinal) is >= 0 and var at
            ? link[(at + Folder.Length)..] : null;
}

/// <summary>The same action with the two exchanged takes it back.</summary>
public sealed record HostnameChange(HostnameState Before, HostnameState After);

public sealed record TimezoneChange(TimezoneState Before, TimezoneState After);
