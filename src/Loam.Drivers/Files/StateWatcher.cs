using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Loam.Core;
using Loam.Core.StateFiles;

namespace Loam.Drivers.Files;

/// <summary>Somebody may have edited state files, and has been quiet since.</summary>
/// <param name="Files">Names that were touched; all seven when the directory itself was.</param>
public sealed record StateTouched(ImmutableSortedSet<string> Files);

/// <summary>Says when state files may have changed: saved in place, by a temporary file and
/// rename, removed, or with the whole directory. It is a hint: Loam's own writes and events
/// without a change come too, so the reader compares texts.</summary>
public sealed class StateWatcher : IDisposable
{
    /// <summary>A writer that never pauses is looked at after this many debounce times.</summary>
    private const int MostPauses = 10;

    private static readonly ImmutableSortedSet<string> Names =
        [.. FileKinds.All.Select(k => k.File), StateSet.Lock];

    private readonly Channel<string> _touched = Channel.CreateBounded<string>(
        new BoundedChannelOptions(64)
        {
            // A full queue already says that there is something to look at.
            FullMode = BoundedChannelFullMode.DropWrite,
        });

    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly FileSystemWatcher _above;
    private FileSystemWatcher? _inside;

    /// <param name="directory">The state directory; its parent exists.</param>
    public StateWatcher(string directory, TimeProvider time)
    {
        _directory = Path.TrimEndingDirectorySeparator(directory);
        _time = time;
        _above = new(Path.GetDirectoryName(_directory)!, Path.GetFileName(_directory))
        {
            NotifyFilter = NotifyFilters.DirectoryName,
        };
        _above.Created += (_, _) => WatchInside();
        _above.Renamed += (_, _) => WatchInside();
        _above.Deleted += (_, _) => WatchInside();
        _above.EnableRaisingEvents = true;
        WatchInside();
    }

    /// <summary>One signal for each burst of edits, <see cref="Limits.EditDebounce"/> after its
    /// last; at once one for what happened before. Ends when cancelled.</summary>
    public async IAsyncEnumerable<StateTouched> SignalsAsync(
        [EnumeratorCancellation] CancellationToken cancel)
    {
        while (await _touched.Reader.WaitToReadAsync(cancel))
        {
            var files = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
            for (var pauses = 0; pauses < MostPauses; pauses++)
            {
                var more = false;
                while (_touched.Reader.TryRead(out var name))
                {
                    files.UnionWith(name.Length == 0 ? Names : [name]);
                    more = true;
                }
                if (!more)
                {
                    break;
                }
                await Task.Delay(Limits.EditDebounce, _time, cancel);
            }
            yield return new(files.ToImmutable());
        }
    }

    public void Dispose()
    {
        _above.Dispose();
        lock (_lock)
        {
            _inside?.Dispose();
            _inside = null;
        }
        _touched.Writer.TryComplete();
    }

    /// <summary>Watches the directory that stands there now: one that was made anew is another
    /// one to the kernel.</summary>
    private void WatchInside()
    {
        lock (_lock)
        {
            _inside?.Dispose();
            _inside = null;
            try
            {
                if (Directory.Exists(_directory))
                {
                    _inside = new(_directory)
                    {
                        NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite
                            | NotifyFilters.Size,
                    };
                    _inside.Changed += (_, e) => Touch(e.Name);
                    _inside.Created += (_, e) => Touch(e.Name);
                    _inside.Deleted += (_, e) => Touch(e.Name);
                    _inside.Renamed += (_, e) =>
                    {
                        Touch(e.OldName);
                        Touch(e.Name);
                    };
                    // Events were lost: look at everything.
                    _inside.Error += (_, _) => _touched.Writer.TryWrite("");
                    _inside.EnableRaisingEvents = true;
                }
            }
            catch (Exception e) when (e is ArgumentException or IOException)
            {
                // Gone again in between; the event of its next creation comes here.
                _inside?.Dispose();
                _inside = null;
            }
        }
        // What was written before the watch stood would otherwise be missed.
        _touched.Writer.TryWrite("");
    }

    private void Touch(string? name)
    {
        if (name is not null && Names.Contains(name))
        {
            _touched.Writer.TryWrite(name);
        }
    }
}
