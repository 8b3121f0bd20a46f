using System.Text.Json;
using Loam.Core.Reconciling;
using Loam.Drivers.Models;

namespace Loam.Cli.Views;

/// <summary>Models of this machine, for people and programs.</summary>
internal static class ModelView
{
    private const int ShownSum = 12;

    public static IEnumerable<Line> Table(IReadOnlyCollection<StoredModel> models,
        IReadOnlySet<string> used, IEnumerable<KnownModel> known, Look look)
    {
        if (models.Count == 0)
        {
            yield return new("No models.");
        }
        else
        {
            var table = new Table("", "NAME", "SIZE", "CONTEXT", "NUMBERS", "CHECKSUM");
            foreach (var model in models)
            {
                var header = Header(model);
                table.Add(used.Contains(model.File) ? new("●", Ink.Good) : new(""),
                    new(model.Name, Ink.Bold), new(Units.Memory(model.Bytes)),
                    new(header?.ContextTokens is > 0 and var tokens ? $"{tokens}" : "?"),
                    header is null ? new("damaged", Ink.Bad) : new(header.Quantisation),
                    model.Sha256.Length == 0 ? new("none", Ink.Warn)
                        : new(model.Sha256[..ShownSum], Ink.Dim));
            }
            foreach (var line in table.Render(look))
            {
                yield return line;
            }
        }
        foreach (var other in known)
        {
            yield return new($"`loam model add {other.Name}`: {other.About}; needs about "
                + $"{other.MemoryGib} GiB, {other.Licence}", Ink.Dim);
        }
    }

    public static IReadOnlyList<Line> Added(StoredModel model)
    {
        var header = Header(model);
        return
        [
            new Line("✓ ", Ink.Good).Add(model.Name, Ink.Bold).Add(
                $" is there: {Units.Memory(model.Bytes)}, {header?.Quantisation}"
                + (header?.ContextTokens is > 0 and var tokens ? $", {tokens} tokens" : "")),
            new($"  checksum {model.Sha256}{(model.WasKnown ? ", as it must be"
                : ", written down: nobody knew it before")}", Ink.Dim),
            new($"  `loam model use {model.Name}` plans that it is asked.", Ink.Dim),
        ];
    }

    public static IReadOnlyList<Line> Verified(string name, HostException? fault) =>
    [
        fault is null
            ? new Line("✓ ", Ink.Good).Add(name, Ink.Bold).Add(" is as it was added.")
            : new Line("✗ ", Ink.Bad).Add(fault.Message).Add($" {fault.Remedy}", Ink.Dim),
    ];

    public static string Verified(string name, bool isWell) => JsonOutput.Write(json =>
    {
        json.WriteString("model", name);
        json.WriteBoolean("is_well", isWell);
    });

    public static string Json(
        IReadOnlyCollection<StoredModel> models, IReadOnlySet<string> used) =>
        JsonOutput.Write(json =>
        {
            json.WriteStartArray("models");
            foreach (var model in models)
            {
                One(json, model, used.Contains(model.File));
            }
            json.WriteEndArray();
        });

    private static void One(Utf8JsonWriter json, StoredModel model, bool isUsed)
    {
        var header = Header(model);
        json.WriteStartObject();
        json.WriteString("name", model.Name);
        json.WriteString("file", model.File);
        json.WriteString("source", model.Source);
        json.WriteString("sha256", model.Sha256);
        json.WriteNumber("bytes", model.Bytes);
        json.WriteString("architecture", header?.Architecture);
        json.WriteString("quantisation", header?.Quantisation);
        json.WriteNumber("context_tokens", header?.ContextTokens ?? 0);
        json.WriteBoolean("has_template", header?.HasTemplate ?? false);
        json.WriteBoolean("is_used", isUsed);
        json.WriteEndObject();
    }

    private static GgufHeader? Header(StoredModel model)
    {
        try
        {
            return GgufHeader.Read(model.File);
        }
        catch (HostException)
        {
            return null;
        }
    }
}
