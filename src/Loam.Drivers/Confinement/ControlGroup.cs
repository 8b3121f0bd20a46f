using System.Collections.Immutable;
using System.Globalization;

namespace Loam.Drivers.Confinement;

/// <summary>A control group: all that a confined program and whatever it starts use together,
/// memory that is shared with others and files in memory included. Of either version of the
/// kernel's.
/// https://docs.kernel.org/admin-guide/cgroup-v2.html</summary>
/// <param name="Folders">One, or one for each controller.</param>
internal sealed record ControlGroup(ImmutableArray<string> Folders)
{
    private const string Root = "/sys/fs/cgroup", Ours = "loam", Members = "cgroup.procs";
    private const string Passing = "cgroup.subtree_control";

    private static readonly string[] s_controllers = ["memory", "pids"];

    /// <summary>One with bounds.</summary>
    /// <param name="name">One of that name is used again.</param>
    /// <param name="memory">Bytes.</param>
    /// <param name="tasks">Threads and processes.</param>
    /// <param name="root">Where control groups are; null: where they always are.</param>
    /// <returns>Null: there can be none, which <see cref="Hindrance"/> explains.</returns>
    public static ControlGroup? Make(string name, ulong memory, ulong tasks, string? root = null)
    {
        root ??= Root;
        try
        {
            return IsSecond(root) ? OfSecond(root, name, memory, tasks)
                : OfFirst(root, name, memory, tasks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The process that calls is in it from now on, and all that it becomes.</summary>
    public static void Enter(IEnumerable<string> folders)
    {
        foreach (var folder in folders)
        {
            File.WriteAllText(Path.Combine(folder, Members), "0");
        }
    }

    /// <summary>Once nobody is in it any more.</summary>
    public void Remove()
    {
        foreach (var folder in Folders)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The kernel still counts what is ending: it is used again next time.
            }
        }
    }

    /// <summary>Why there can be none, as a part of a sentence; null: there can. Changes nothing.
    /// </summary>
    public static string? Hindrance(string? root = null)
    {
        root ??= Root;
        try
        {
            if (!IsSecond(root))
            {
                return s_controllers.FirstOrDefault(c => !IsFirst(root, c)) is { } missing
                    ? $"there is no control group of the controller {missing}"
                    : s_controllers.FirstOrDefault(c => !MayWrite(Own(root, c))) is { } closed
                        ? $"the control groups of {closed} cannot be written" : null;
            }
            return s_controllers.FirstOrDefault(c => !Has(root, "cgroup.controllers", c))
                is { } off ? $"the controller {off} is off"
                : !MayWrite(root) ? $"{root} cannot be written"
                : s_controllers.All(c => Has(root, Passing, c)) ? null
                // The root of them all has no type; a container's own has processes in it.
                : File.Exists(Path.Combine(root, "cgroup.type"))
                    ? "this is a container, whose own group cannot be divided" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the control groups cannot be read: {e.Message}";
        }
    }

    /// <summary>The version that they are of.</summary>
    public static int Version => IsSecond(Root) ? 2 : 1;

    private static bool IsSecond(string root) =>
        File.Exists(Path.Combine(root, "cgroup.controllers"));

    private static bool IsFirst(string root, string controller) =>
        File.Exists(Path.Combine(root, controller, Members));

    private static bool Has(string folder, string file, string controller) =>
        File.ReadAllText(Path.Combine(folder, file)).Split(' ', '\n').Contains(controller);

    /// <summary>Opened, and not written.</summary>
    private static bool MayWrite(string folder)
    {
        try
        {
            using var file = File.OpenHandle(
                Path.Combine(folder, Members), FileMode.Open, FileAccess.Write);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ControlGroup OfSecond(string root, string name, ulong memory, ulong tasks)
    {
        var ours = Path.Combine(root, Ours);
        Pass(root);
        Directory.CreateDirectory(ours);
        Pass(ours);
        var folder = Path.Combine(ours, name);
        Directory.CreateDirectory(folder);
        Write(folder, "memory.max", memory);
        Write(folder, "pids.max", tasks);
        WriteWhereThere(folder, "memory.swap.max", 0);
        WriteWhereThere(folder, "memory.oom.group", 1);
        return new([folder]);
    }

    private static void Pass(string folder)
    {
        if (!s_controllers.All(c => Has(folder, Passing, c)))
        {
            File.WriteAllText(Path.Combine(folder, Passing),
                string.Join(' ', s_controllers.Select(c => $"+{c}")));
        }
    }

    /// <summary>Below our own groups: whatever bounds us bounds it.</summary>
    private static ControlGroup OfFirst(string root, string name, ulong memory, ulong tasks)
    {
        ImmutableArray<string> folders =
            [.. s_controllers.Select(c => Path.Combine(Own(root, c), Ours, name))];
        foreach (var (folder, file) in folders.Zip(s_controllers))
        {
            if (!IsFirst(root, file))
            {
                throw new IOException($"{file} is not there.");
            }
            Directory.CreateDirectory(folder);
        }
        Write(folders[0], "memory.limit_in_bytes", memory);
        WriteWhereThere(folders[0], "memory.memsw.limit_in_bytes", memory);
        Write(folders[1], "pids.max", tasks);
        return new(folders);
    }

    /// <summary>The group of this process, by the line <c>4:memory:/path</c>.</summary>
    private static string Own(string root, string controller)
    {
        var lines = root == Root ? File.ReadAllLines("/proc/self/cgroup") : [];
        var own = lines.Select(l => l.Split(':', 3))
            .FirstOrDefault(p => p.Length == 3 && p[1].Split(',').Contains(controller))?[2];
        var folder = Path.Join(root, controller, own);
        // In a container the path is the host's, and what is mounted is our own group itself.
        return Directory.Exists(folder) ? folder : Path.Combine(root, controller);
    }

    private static void Write(string folder, string file, ulong value) => File.WriteAllText(
        Path.Combine(folder, file), value.ToString(CultureInfo.InvariantCulture));

    private static void WriteWhereThere(string folder, string file, ulong value)
    {
        if (File.Exists(Path.Combine(folder, file)))
        {
            Write(folder, file, value);
        }
    }
}
