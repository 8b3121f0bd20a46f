using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What is said of volumes.</summary>
internal sealed record VolumeAttribute : ClauseAttribute
{
    /// <summary>Names of volumes that are there.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Services whose volumes are meant.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>Services one of which is meant: "the database" where there are two.</summary>
    public Choice? OneOf { get; init; }

    /// <summary>The name a new one shall have; null: none was said.</summary>
    public string? Name { get; init; }

    /// <summary>Names beside those, of which none is there.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>The volume whose ways it shall have.</summary>
    public string? Like { get; init; }
    public Amount? Size { get; init; }
    public string? Path { get; init; }
    public string? Owner { get; init; }
    public string? Permissions { get; init; }
    public bool? Encrypted { get; init; }
    public string? FileSystem { get; init; }

    public bool SaysNothing => Size is null && Path is null && Owner is null
        && Permissions is null && Encrypted is null && FileSystem is null;
}

/// <summary>Services of which an answer will leave those that are meant.</summary>
internal sealed class Choice(IEnumerable<string> services)
{
    public List<string> Services { get; } = [.. services];
    public bool IsMade { get; private set; }

    /// <summary>False: the answer names none of them.</summary>
    public bool Make(Clause answer)
    {
        var named = Services.Where(s => answer.Lexemes.Any(l => l.Named(Known.Service) == s
            || l.Namings.Any(n => s.StartsWith(n.Name, StringComparison.Ordinal)))).ToList();
        var all = answer.Lexemes.Any(l => l.Is(Part.Reference, "them")
            || l.Is(Part.Reference, "all") || l.IsGlue("each"));
        if (named.Count == 0 && !all)
        {
            return false;
        }
        Services.RemoveAll(s => !all && !named.Contains(s));
        IsMade = true;
        return true;
    }
}

/// <summary>What is said of a mounted file system.</summary>
/// <param name="Target">Where it is mounted; null: not said.</param>
/// <param name="Known">Targets of the state that were named.</param>
internal sealed record FileSystemAttribute(
    string? Source, string? Target, string? Type, IReadOnlyList<string> Known) : ClauseAttribute
{
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Something is to be mounted that is not yet.</summary>
    public bool Asked { get; init; }

    /// <summary>Options that shall go.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}
