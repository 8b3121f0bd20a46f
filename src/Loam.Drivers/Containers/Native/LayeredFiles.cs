using Loam.Drivers.Files;

namespace Loam.Drivers.Containers.Native;

/// <summary>Files of a container's root, read from the layers it is made of without mounting
/// them. Links are followed within the root and never out of it.
/// https://docs.kernel.org/filesystems/overlayfs.html</summary>
/// <param name="layers">Folders; the uppermost first.</param>
internal sealed class LayeredFiles(IReadOnlyList<string> layers)
{
    private const int MostLinks = 16;
    private const long LongestFile = 4 * 1024 * 1024;

    /// <param name="mounts">As the snapshotter says them.</param>
    public static LayeredFiles Of(IEnumerable<ReadOnlyMemory<byte>> mounts)
    {
        var layers = new List<string>();
        foreach (var mount in mounts.Select(ProtoMessage.Parse))
        {
            var options = mount.Texts(4).Concat(mount.Texts(3)).ToList();
            string? Option(string name) => options.FirstOrDefault(
                o => o.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
            if (mount.Text(1) != "overlay")
            {
                layers.Add(mount.Text(2));
                continue;
            }
            layers.AddRange(new[] { Option("upperdir=") }.OfType<string>());
            layers.AddRange(Option("lowerdir=")?.Split(':') ?? []);
        }
        return new(layers);
    }

    /// <summary>The lines of a text file; none when there is no such file.</summary>
    /// <param name="path">Within the root, without the first slash.</param>
    public string[] Lines(string path) => Read(path) is { } bytes
        ? System.Text.Encoding.UTF8.GetString(bytes).Split('\n') : [];

    private byte[]? Read(string path)
    {
        var (rest, done, links) = (new Stack<string>(path.Split('/').Reverse()), "", 0);
        while (rest.TryPop(out var part))
        {
            if (part is "" or ".")
            {
                continue;
            }
            if (part == "..")
            {
                done = Path.GetDirectoryName(done) ?? "";
                continue;
            }
            var next = Path.Combine(done, part);
            if (Find(next) is not { } found)
            {
                return null;
            }
            if (!found.Facts.IsLink)
            {
                done = next;
                if (rest.Count == 0)
                {
                    return found.Facts.IsRegular
                        ? AtomicFile.Read(found.Path, LongestFile) : null;
                }
                continue;
            }
            if (++links > MostLinks || new FileInfo(found.Path).LinkTarget is not { } target)
            {
                return null;
            }
            done = target.StartsWith('/') ? "" : done;
            foreach (var step in target.Split('/').Reverse())
            {
                rest.Push(step);
            }
        }
        return null;
    }

    /// <summary>What stands there in the uppermost layer that says anything of it.</summary>
    /// <param name="path">Of which every part but the last is a plain folder.</param>
    private (string Path, FileFacts Facts)? Find(string path)
    {
        foreach (var layer in layers)
        {
            var full = layer;
            foreach (var part in path.Split('/'))
            {
                full = Path.Combine(full, part);
                if (Libc.Stat(full) is not { } facts)
                {
                    break;
                }
                if (facts.IsCharacterDevice && facts.Node == (0, 0))
                {
                    // A whiteout: what lies below is gone.
                    return null;
                }
                if (full.Length == layer.TrimEnd('/').Length + 1 + path.Length)
                {
                    return (full, facts);
                }
                if (!facts.IsDirectory)
                {
                    break;
                }
            }
        }
        return null;
    }
}
