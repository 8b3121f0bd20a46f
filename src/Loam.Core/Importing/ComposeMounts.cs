using Loam.Core.StateFiles;

namespace Loam.Core.Importing;

/// <summary>What a service mounts, in compose's short form <c>[SOURCE:]TARGET[:ro]</c> and its long
/// one.</summary>
internal static class ComposeMounts
{
    /// <param name="Source">Empty: a volume without a name.</param>
    /// <param name="Kind"><c>volume</c>, <c>bind</c> or <c>tmpfs</c>.</param>
    public readonly record struct Mount(string Kind, string Source, string Target, bool ReadOnly);

    /// <returns>Null: it is none.</returns>
    public static Mount? Read(Node node, ComposeVariables variables)
    {
        if (node is MappingNode map)
        {
            return map["target"].Text(variables) is not { } target ? null
                : new(map["type"].Text(variables) ?? "volume",
                    map["source"].Text(variables) ?? map["src"].Text(variables) ?? "", target,
                    map["read_only"].IsTrue(variables));
        }
        if (node.Text(variables) is not { } text)
        {
            return null;
        }
        return text.Split(':') switch
        {
            [var target] => new("volume", "", target, false),
            [var source, var target] => new(KindOf(source), source, target, false),
            [var source, var target, var options] =>
                new(KindOf(source), source, target, options.Split(',').Contains("ro")),
            _ => null,
        };
    }

    private static string KindOf(string source) =>
        source.StartsWith('/') || source.StartsWith('.') || source.StartsWith('~')
            ? "bind" : "volume";

    /// <summary>An absolute path, read from the compose file's folder.</summary>
    public static string Absolute(string source, string folder, string? home) =>
        Path.GetFullPath(source.StartsWith('~') ? (home ?? "/root") + source[1..]
            : Path.Combine(folder, source)) is var full && full.Length > 1
            ? full.TrimEnd('/') : "/";
}
