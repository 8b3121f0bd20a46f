namespace Loam.Core.StateFiles;

/// <summary>What a change of a field does to the running thing.</summary>
public enum Change
{
    /// <summary>The thing is made anew.</summary>
    Replace,
    /// <summary>The running thing takes the new value.</summary>
    InPlace,
    /// <summary>Only the record changes; the host is not touched.</summary>
    Record,
}

/// <summary>One row of a kind's table. Parsing, validation, JSON Schema, diff and the reference
/// page all come from these rows.</summary>
/// <param name="Sentence">What it means, one sentence for the reference page.</param>
public sealed record Field(string Name, FieldType Type, string Sentence)
{
    public bool Required { get; init; }

    /// <summary>The default as a person would write it; null: no default, the field is absent.
    /// </summary>
    public string? Default { get; init; }

    public Change Change { get; init; } = Change.Replace;

    /// <summary>False while no driver makes the field true: a written value other than the
    /// default then parses and validates, and a plan refuses it by name (decision 8).</summary>
    public bool Applied { get; init; } = true;

    /// <summary>Written at all, it asks for something, even where all in it are defaults.
    /// </summary>
    public bool IsRequest { get; init; }

    /// <summary>A change needs the file's name typed (decision 6).</summary>
    public bool Restricted { get; init; }
}

/// <summary>A mapping with a known set of fields.</summary>
/// <param name="Name">What one is called in messages: <c>service</c>, <c>port</c>.</param>
/// <param name="Key">The field that names an item in its list, if any.</param>
public sealed record Schema(string Name, string Sentence, IReadOnlyList<Field> Fields)
{
    public string? Key { get; init; }

    /// <summary>One entry in flow style, for messages and the reference page.</summary>
    public string? Example { get; init; }

    public Field? this[string name] => Fields.FirstOrDefault(f => f.Name == name);
}

/// <summary>One of the six files.</summary>
/// <param name="File"><c>services.yaml</c></param>
/// <param name="Kind"><c>ServiceManifest</c></param>
public sealed record FileKind(string File, string Kind, Schema Spec);
