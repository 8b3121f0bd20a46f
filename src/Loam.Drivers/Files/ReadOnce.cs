using Loam.Core;
using Loam.Core.Resources;

namespace Loam.Drivers.Files;

/// <summary>A look at files in which each is read once, however often it is asked for.</summary>
internal sealed class ReadOnce(IHostTree tree) : IHostTree
{
    private readonly Dictionary<string, HostFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _lists =
        new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _there = new(StringComparer.Ordinal);

    public HostFile Look(string path) => Once(_files, path, tree.Look);

    public IReadOnlyList<string> List(string directory) => Once(_lists, directory, tree.List);

    public bool Exists(string path) => Once(_there, path, tree.Exists);

    public void Put(string path, HostFile file, uint mode) =>
        throw new InvariantException("a look changes nothing");

    private static T Once<T>(Dictionary<string, T> seen, string path, Func<string, T> look) =>
        seen.TryGetValue(path, out var known) ? known : seen[path] = look(path);
}
