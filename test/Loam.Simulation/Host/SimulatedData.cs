using System.Text;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Backups;

namespace Loam.Simulation.Host;

/// <summary>What programs keep in their volumes: records that clients wrote, in a format that only
/// one version of the program reads.</summary>
/// <param name="check">A point at which the process may die.</param>
/// <param name="violation">Something that must not happen did.</param>
public sealed class SimulatedData(Action<string> check, Action<string> violation) : IDataFolders
{
    private const string Target = "/data";
    private const string End = "end of the dump";

    private readonly Dictionary<string, Contents> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemoryStream> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _written = new(StringComparer.Ordinal);
    private int _records;

    public static DumpWay Way { get; } = new(Target, ["dump"], End, ["load"]);

    /// <summary>What a directory leads to: itself, or what is attached there.</summary>
    public Func<string, string> PlaceOf { get; set; } = path => path;

    /// <summary>An image is gone, and what was in it.</summary>
    public void Forget(string place) => _folders.Remove(place);

    public bool IsEmpty(string path) =>
        !_folders.TryGetValue(PlaceOf(path), out var contents) || contents.Format is null;

    /// <summary>A container comes up on what is in its volume.</summary>
    /// <returns>False: it cannot read that, and never becomes healthy.</returns>
    public bool Start(ContainerSpec spec)
    {
        if (PathOf(spec) is not { } path)
        {
            return true;
        }
        var contents = At(path);
        var (product, version) = FormatOf(spec);
        // What a first start that failed left behind is nobody's data yet.
        if (contents.Format is { } there && there.Product == product && there.Version != version
            && contents.Records.Count > 0)
        {
            return false;
        }
        contents.Format = (product, version);
        return true;
    }

    /// <summary>Runs a command that reads or writes all data.</summary>
    public void Pipe(ContainerSpec spec, Stream? input, Stream? output)
    {
        if (PathOf(spec) is not { } path)
        {
            return;
        }
        var contents = At(path);
        if (output is not null)
        {
            output.Write(Encoding.UTF8.GetBytes($"{string.Join(' ', contents.Records)}\n{End}\n"));
        }
        if (input is not null)
        {
            using var reader = new StreamReader(input, leaveOpen: true);
            if (contents.Records.Count > 0)
            {
                violation($"{spec.Service}: a dump was read where there were data already");
            }
            contents.Records.AddRange((reader.ReadLine() ?? "").Split(' ',
                StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));
        }
    }

    /// <summary>Clients write to whatever runs; what they wrote while nothing was changed is
    /// there for good.</summary>
    public void Use(IEnumerable<ContainerSpec> running)
    {
        foreach (var path in running.Select(PathOf).OfType<string>().Distinct())
        {
            At(path).Records.Add(++_records);
            if (!_written.TryGetValue(path, out var written))
            {
                _written[path] = written = [];
            }
            written.Add(_records);
        }
    }

    /// <summary>Nothing is lost, and nothing half done is left lying about.</summary>
    public void Check()
    {
        foreach (var (path, written) in _written.Where(
            w => w.Value.Except(At(w.Key).Records).Any()))
        {
            violation($"records in {path} are lost: {written.Count} written, "
                + $"{At(path).Records.Count} there");
        }
        foreach (var file in _files.Keys)
        {
            violation($"the dump {file} was left behind");
        }
    }

    public bool Exists(string path)
    {
        check($"exists {path}");
        return _folders.ContainsKey(path) || _files.ContainsKey(path);
    }

    public bool IsFixed(string path) => PlaceOf(path) != path;

    public void Move(string from, string to)
    {
        check($"move {from}");
        if (_folders.ContainsKey(to) || !_folders.Remove(from, out var contents))
        {
            throw new HostException(Fault.Conflict, $"{from} cannot be moved to {to}.");
        }
        _folders[to] = contents;
        check($"moved {from}");
    }

    public void MakeLike(string path, string other)
    {
        check($"make {path}");
        _folders[path] = new();
        check($"made {path}");
    }

    public void Remove(string path)
    {
        check($"remove {path}");
        _folders.Remove(path);
        _files.Remove(path);
        check($"removed {path}");
    }

    public Stream Write(string file)
    {
        check($"write {file}");
        return _files[file] = new();
    }

    public Stream Read(string file)
    {
        check($"read {file}");
        return new MemoryStream(_files[file].ToArray());
    }

    private Contents At(string path)
    {
        if (!_folders.TryGetValue(path, out var contents))
        {
            _folders[path] = contents = new();
        }
        return contents;
    }

    private string? PathOf(ContainerSpec spec) =>
        spec.Mounts.FirstOrDefault(m => m.Target == Target && !m.ReadOnly)?.HostPath is { } path
            ? PlaceOf(path) : null;

    private static (string Product, string Version) FormatOf(ContainerSpec spec)
    {
        var image = ImageReference.Parse(spec.ImageReference, out _)!;
        return (image.Product, image.Tag);
    }

    private sealed class Contents
    {
        public (string Product, string Version)? Format { get; set; }
        public List<int> Records { get; } = [];
    }
}
