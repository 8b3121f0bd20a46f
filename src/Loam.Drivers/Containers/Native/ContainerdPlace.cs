using System.Text.RegularExpressions;

namespace Loam.Drivers.Containers.Native;

/// <summary>Where the engine of our own keeps its things.</summary>
/// <param name="Instance">Whose it is.</param>
/// <param name="DataRoot">Images, containers, their logs; stays.</param>
/// <param name="RunRoot">Sockets, configuration, the state of what runs; short, since a socket's
/// path has 107 bytes.</param>
/// <param name="Mirror">Mirror of Docker Hub, with <c>http://</c> or <c>https://</c>; null: none.
/// </param>
/// <param name="Program">Loam's own, which keeps the logs.</param>
public sealed partial record ContainerdPlace(
    string Instance, string DataRoot, string RunRoot, string? Mirror, string Program)
{
    /// <summary>By this name an engine is known for one of ours: the host's own has another.
    /// </summary>
    public const string SocketName = "loam-containerd.sock";

    public string Socket => Path.Combine(RunRoot, SocketName);
    internal string PidFile => Path.Combine(RunRoot, "containerd.pid");
    internal string StartLock => Path.Combine(RunRoot, "containerd.lock");
    internal string Config => Path.Combine(RunRoot, "containerd.toml");
    internal string State => Path.Combine(RunRoot, "state");
    internal string Root => Path.Combine(DataRoot, "containerd");
    internal string Log => Path.Combine(RunRoot, "containerd.log");
    /// <summary>crun, as the shim calls it.</summary>
    internal string Runtime => Path.Combine(RunRoot, "crun");
    internal string RuntimeState => Path.Combine(RunRoot, "crun.d");
    internal string Streams => Path.Combine(RunRoot, "streams");

    /// <summary>What Loam keeps of a container: log, name files, whether it shall run.</summary>
    internal string FolderOf(string id) => Path.Combine(DataRoot, "containers", id);

    /// <summary>The place of an engine that runs, from its configuration.</summary>
    /// <param name="socket">Its socket.</param>
    internal static ContainerdPlace Of(string socket)
    {
        var run = Path.GetDirectoryName(socket)!;
        var config = Path.Combine(run, "containerd.toml");
        var root = File.Exists(config) ? RootLine().Match(File.ReadAllText(config)) : Match.Empty;
        return new("", root.Success ? Path.GetDirectoryName(root.Groups[1].Value)! : run, run,
            null, Environment.ProcessPath ?? "");
    }

    [GeneratedRegex("^root = \"(.*)\"$", RegexOptions.Multiline)]
    private static partial Regex RootLine();
}
