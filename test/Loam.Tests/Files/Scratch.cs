using Loam.Drivers.Files;

namespace Loam.Tests.Files;

/// <summary>A directory of one test's own, removed afterwards, laid out as an instance.</summary>
public sealed class Scratch : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("loam-test-").FullName;

    public InstancePaths Paths => new()
    {
        StateDir = Path.Combine(Root, "state"),
        DataDir = Path.Combine(Root, "data"),
        RunDir = Path.Combine(Root, "run"),
        BackupDir = Path.Combine(Root, "backups"),
    };

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
