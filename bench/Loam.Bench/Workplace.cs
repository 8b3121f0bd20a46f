namespace Loam.Bench;

/// <summary>Where a run keeps its things; all of it goes when the run ends.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly string _root = FindRoot();

    public Workplace()
    {
        if (Environment.UserName != "root")
        {
            throw new BenchException("containers need root. Use sudo.");
        }
        Data = Path.Combine(_root, ".loam", $"bench-{Environment.ProcessId}");
        // A Unix socket's path has room for 107 bytes only, and a clone may lie deep.
        Run = $"/run/loam-bench-{Environment.ProcessId}";
        Directory.CreateDirectory(Data);
        Directory.CreateDirectory(Run);
    }

    public string Data { get; }
    public string Run { get; }
    public string Standins => Path.Combine(Data, "standins");
    public string ComposeFile => Tool("bench/compose/docker-compose.yml");

    /// <summary>The published executable.</summary>
    public string Loam { get; } = Environment.GetEnvironmentVariable("LOAM_BINARY")
        ?? throw new BenchException("LOAM_BINARY is not set: use ./dev bench NAME.");

    public string Tool(string name) => Path.Combine(_root, "tools", name);

    public void Dispose()
    {
        Directory.Delete(Data, recursive: true);
        Directory.Delete(Run, recursive: true);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "loam.slnx")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new BenchException("run it from a clone: ./dev bench");
    }
}
