using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>What is said of volumes.</summary>
internal sealed record VolumeAttribute : ClauseAttribute
{
    /// <summary>Names of volumes that are there.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Services whose volumes are meant.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>The name a new one shall have; null: none was said.</summary>
    public string? Name { get; init; }
    public Amount? Size { get; init; }
    public string? Path { get; init; }
    public string? Owner { get; init; }
    public string? Permissions { get; init; }
    public bool? Encrypted { get; init; }
    public string? FileSystem { get; init; }

    public bool SaysNothing => Size is null && Path is null && Owner is null
        && Permissions is null && Encrypted is null && FileSystem is null;
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
