using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Importing;

/// <summary>What lies around a compose file.</summary>
/// <param name="File">Its name, for places.</param>
/// <param name="Folder">Its folder: where relative paths begin.</param>
/// <param name="Home">The home directory that <c>~</c> means; null: root's.</param>
/// <param name="ReadFile">A file's text by its absolute path; null when it cannot be read.</param>
/// <param name="Seal">Encrypts a secret's value for the machine.</param>
public sealed record ComposeSources(
    string File, string Folder, string? Home, ComposeVariables Variables,
    Func<string, string?> ReadFile, Func<string, string> Seal);

/// <summary>What is gathered while a compose file is read.</summary>
internal sealed class ImportContext(ComposeSources sources)
{
    private const int LongestName = 63;

    public ComposeSources Sources { get; } = sources;
    public ComposeVariables Variables => Sources.Variables;
    public List<ImportNote> Notes { get; } = [];
    public List<ImportRight> Rights { get; } = [];

    /// <summary>Names that containers had in compose, to the services' names.</summary>
    public Dictionary<string, string> Called { get; } = new(StringComparer.Ordinal);

    public void Note(Kept kept, Node? at, string subject, string key, string message)
    {
        var note = new ImportNote(kept, at?.Span, subject, key, message);
        if (!Notes.Exists(n => n.Subject == subject && n.Key == key && n.Message == message))
        {
            Notes.Add(note);
        }
    }

    /// <summary>A name as the state files want it: <c>My_App</c> is <c>my-app</c>.</summary>
    public static string NameOf(string raw)
    {
        var name = string.Concat(raw.ToLowerInvariant()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        name = name.Length > LongestName ? name[..LongestName].TrimEnd('-') : name;
        return Formats.Name.Judge(name).Normal is not null ? name : "service";
    }
}
