using System.Globalization;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers.Native;

/// <summary>Who a container runs as, by the image's own lists of users and groups.</summary>
internal static class ImageUsers
{
    /// <param name="wanted"><c>user</c>, <c>uid</c>, either with <c>:group</c> or <c>:gid</c>;
    /// empty: root.</param>
    /// <exception cref="HostException">NotFound: the image has no such user or group.</exception>
    public static OciUser Find(string wanted, LayeredFiles files, string container)
    {
        var colon = wanted.IndexOf(':', StringComparison.Ordinal);
        var (name, group) = colon < 0 ? (wanted, "") : (wanted[..colon], wanted[(colon + 1)..]);
        name = name.Length == 0 ? "0" : name;
        var users = Fields(files, "etc/passwd", 4);
        var entry = users.FirstOrDefault(u => u[0] == name)
            ?? users.FirstOrDefault(u => u[2] == name);
        if ((entry is null ? Number(name) : Number(entry[2])) is not { } uid)
        {
            throw Unknown("user", name, container);
        }
        var groups = Fields(files, "etc/group", 3);
        if (group.Length > 0)
        {
            var gid = Number(groups.FirstOrDefault(g => g[0] == group)?[2] ?? group)
                ?? throw Unknown("group", group, container);
            return new(uid, gid, []);
        }
        var own = entry is null ? 0 : Number(entry[3]) ?? 0;
        var further = entry is null ? [] : groups
            .Where(g => g.Length > 3 && g[3].Split(',').Contains(entry[0]))
            .Select(g => Number(g[2])).OfType<uint>().Where(g => g != own);
        return new(uid, own, [.. further.Distinct().Order()]);
    }

    private static List<string[]> Fields(LayeredFiles files, string path, int least) =>
        [.. files.Lines(path).Select(l => l.TrimEnd('\r').Split(':'))
            .Where(f => f.Length >= least)];

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;

    private static HostException Unknown(string what, string name, string container) => new(
        Fault.NotFound, $"Container {container}: its image has no {what} {name}.",
        "Check `user`, or give a number.");
}
