using System.Globalization;
using System.Text.Json;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles;

/// <summary>What a field accepts: reads a node into a normal value, and describes itself to an
/// editor (JSON Schema) and to a person.</summary>
public abstract record FieldType
{
    /// <summary>Reads a node; null when it does not fit, with the finding in
    /// <paramref name="found"/>.</summary>
    /// <param name="what">The field as a message names it: <c>memory of service web</c>.</param>
    public abstract Value? Read(Node node, string what, DiagnosticBag found);

    /// <summary>Writes the members of this type's JSON Schema object (2020-12).</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);

    /// <summary>For people: <c>size such as 128Mi</c>.</summary>
    public abstract string Describe();

    /// <summary>A value of this type as a person would write it in one line: <c>128Mi</c>, not
    /// 134217728. Reading it again gives the same value.</summary>
    public virtual string Show(Value value) => value switch
    {
        TextValue text => text.Text,
        NumberValue number => number.Number.ToString(CultureInfo.InvariantCulture),
        BoolValue flag => flag.IsTrue ? "true" : "false",
        _ => value.Canonical(),
    };
}
