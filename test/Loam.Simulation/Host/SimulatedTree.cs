using Loam.Core.Resources;
using Loam.Drivers.Files;
using Loam.Drivers.Network;

namespace Loam.Simulation.Host;

/// <summary>The machine's own files in memory.</summary>
public sealed class SimulatedTree : IHostTree
{
    private readonly SortedDictionary<string, HostFile> _files;

    public SimulatedTree() : this(new(StringComparer.Ordinal))
    {
    }

    private SimulatedTree(SortedDictionary<string, HostFile> files) => _files = files;

    /// <summary>The same files, without hooks.</summary>
    public SimulatedTree Unwatched => new(_files);

    /// <summary>Hooks at each call, and before one that changes something.</summary>
    public Action<string> Check { get; set; } = _ => { };
    public Action<string> Changing { get; set; } = _ => { };

    /// <summary>Somebody puts a file there by hand.</summary>
    public HostFile this[string path]
    {
        get => _files.GetValueOrDefault(path, HostFile.Absent);
        set
        {
            if (value.IsAbsent)
            {
                _files.Remove(path);
                return;
            }
            _files[path] = value;
        }
    }

    /// <summary>Everything, as one text.</summary>
    public string Snapshot() =>
        string.Join('\n', _files.Select(f => $"{f.Key}: {f.Value.Text} > {f.Value.Link}"));

    public HostFile Look(string path)
    {
        Check($"look {path}");
        return this[path];
    }

    public void Put(string path, HostFile file, uint mode)
    {
        var call = $"put {path}";
        Check(call);
        Changing(call);
        this[path] = file;
        Check($"{call} done");
    }

    public IReadOnlyList<string> List(string directory) =>
        [.. _files.Keys.Where(f => f.StartsWith(directory + "/", StringComparison.Ordinal))
            .Select(f => f[(directory.Length + 1)..])];

    public bool Exists(string path) => _files.ContainsKey(path)
        || _files.Keys.Any(f => f.StartsWith(path + "/", StringComparison.Ordinal));
}

/// <summary>The kernel's name of the machine.</summary>
public sealed class SimulatedHostName : IHostName
{
    private string _name = "debian";

    public Action<string> Check { get; set; } = _ => { };
    public Action<string> Changing { get; set; } = _ => { };

    public string Get()
    {
        Check("hostname");
        return _name;
    }

    public void Set(string name)
    {
        var call = $"hostname {name}";
        Check(call);
        Changing(call);
        _name = name;
        Check($"{call} done");
    }
}
