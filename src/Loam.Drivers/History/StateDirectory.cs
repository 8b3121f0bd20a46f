using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.Files;

namespace Loam.Drivers.History;

/// <summary>The directory where people find and edit the state files. Only seven names in it are
/// ever read or written; whatever stands under them that is not a plain small text is refused.
/// </summary>
internal sealed class StateDirectory(string path)
{
    private const uint NewMode = 0x1a4; // 0644

    private readonly ConcurrentDictionary<string, string> _last = [];

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static ImmutableArray<string> Names { get; } =
        [.. FileKinds.All.Select(k => k.File), StateSet.Lock];

    /// <exception cref="HostException">NotFound: the directory is gone; Unsupported: a link,
    /// pipe, directory, huge or binary file stands under one of the names.</exception>
    public StateSet Read()
    {
        if (!Directory.Exists(path))
        {
            throw new HostException(Fault.NotFound, $"The state directory {path} is gone.",
                "Restart the daemon to have it made again; the approved texts are in the history.");
        }
        var files = StateSet.Empty;
        foreach (var name in Names)
        {
            if (AtomicFile.Read(PathOf(name), Limits.StateFileBytes) is { } bytes)
            {
                files = files.With(name, Same(name, Decode(name, bytes)));
            }
        }
        return files;
    }

    /// <summary>A text that was read before is the same string: readings are kept with it.
    /// </summary>
    private string Same(string name, string text) =>
        _last.TryGetValue(name, out var last) && last == text ? last : _last[name] = text;

    /// <summary>Goes from one generation's texts to the next one's. A file that is not as the
    /// first says is a person's edit and stays.</summary>
    public void Advance(StateSet before, StateSet after)
    {
        foreach (var name in after.ChangedFrom(before))
        {
            if (!Holds(name, before[name]))
            {
                continue;
            }
            if (after[name] is { } text)
            {
                AtomicFile.Write(PathOf(name), Strict.GetBytes(text), NewMode);
            }
            else
            {
                AtomicFile.Delete(PathOf(name));
            }
        }
    }

    private bool Holds(string name, string? text)
    {
        try
        {
            var present = AtomicFile.Read(PathOf(name), Limits.StateFileBytes);
            return text is null ? present is null
                : present.AsSpan().SequenceEqual(Strict.GetBytes(text)) && present is not null;
        }
        catch (HostException e) when (e.Fault == Fault.Unsupported)
        {
            return false; // whatever it is, we did not write it
        }
    }

    private string PathOf(string name) => Path.Combine(path, name);

    private string Decode(string name, byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new HostException(Fault.Unsupported,
                $"{PathOf(name)} is not text in UTF-8 (byte {e.Index}).",
                "Save it as UTF-8 in the editor.");
        }
    }
}
