using Loam.Core.StateFiles;

namespace Loam.Mind.Answers;

internal enum BlockSort
{
    /// <summary>Of no meaning here: it stays with the words.</summary>
    Other,
    File,
    Question,
    /// <summary>YAML of which nobody says what file it is.</summary>
    Nameless,
    /// <summary>A file that is none of the six.</summary>
    WrongFile,
    /// <summary>A difference instead of a file.</summary>
    Difference,
}

/// <summary>What a block is, by what stands behind its fence: <c>yaml:services.yaml</c>, and the
/// ways models write that.</summary>
internal readonly record struct BlockName(BlockSort Sort, string Name)
{
    public static BlockName Of(string info)
    {
        var cut = info.AsSpan().IndexOfAny(" :,{\t");
        var language = (cut < 0 ? info : info[..cut]).ToLowerInvariant();
        var name = cut < 0 ? "" : Named(info[cut..]);
        var isYaml = language is "yaml" or "yml";
        if (name.Length == 0 && IsLike(info))
        {
            (name, isYaml) = (info, true);
        }
        if (language == "question")
        {
            return new(BlockSort.Question, "");
        }
        if (name.Length == 0)
        {
            return new(isYaml ? BlockSort.Nameless : BlockSort.Other, "");
        }
        if (language is "diff" or "patch")
        {
            return new(IsLike(name) ? BlockSort.Difference : BlockSort.Other, name);
        }
        return FileKinds.Of(name) is not null ? new(BlockSort.File, name)
            : new(isYaml || IsLike(name) ? BlockSort.WrongFile : BlockSort.Other, name);
    }

    /// <summary><c>services.yaml</c>, <c>title="services.yaml"</c>, <c>{file=services.yaml}</c>.
    /// </summary>
    private static string Named(string rest)
    {
        var word = rest.Trim(' ', ':', ',', '{', '}', '\t');
        var end = word.AsSpan().IndexOfAny(" \t,");
        word = end < 0 ? word : word[..end];
        var value = word.IndexOf('=', StringComparison.Ordinal);
        return (value < 0 ? word : word[(value + 1)..]).Trim('"', '\'', '}');
    }

    /// <summary>A state file's name, perhaps with a path or in other letters.</summary>
    private static bool IsLike(string name) =>
        name[(name.LastIndexOfAny(['/', '\\']) + 1)..] is var last
        && (FileKinds.All.Any(k => k.File.Equals(last, StringComparison.OrdinalIgnoreCase))
            || last.Equals(StateSet.Lock, StringComparison.OrdinalIgnoreCase));
}
