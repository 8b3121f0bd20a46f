using System.Globalization;
using System.Text.Json;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Types;

/// <summary>What a format says of a text: its normal form, or what is wrong and what to write.
/// </summary>
public readonly record struct Verdict(string? Normal, string Problem, string Remedy)
{
    public static Verdict Good(string normal) => new(normal, "", "");
    public static Verdict Bad(string problem, string remedy) => new(null, problem, remedy);
}

/// <summary>Text that has to have a certain form. Numbers and words without quotes are taken as
/// they are written.</summary>
/// <param name="Words">For people: <c>absolute path</c>.</param>
/// <param name="Pattern">For editors: an ECMA 262 pattern that every good text matches; null when
/// no useful one exists.</param>
public sealed record FormatType(string Words, string? Pattern, Func<string, Verdict> Judge)
    : FieldType
{
    /// <summary>What stands here by mistake may be a key: messages do not repeat it.</summary>
    public bool Hidden { get; init; }

    /// <summary>The normal form as people write it, where that is shorter.</summary>
    public Func<string, string>? Shorten { get; init; }

    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not ScalarNode scalar || Wording.IsNothing(node))
        {
            Wording.WrongShape(node, what, Words, found);
            return null;
        }
        var verdict = Judge(scalar.Text);
        if (verdict.Normal is null && Hidden)
        {
            found.Error(Codes.BadValue, node.Span,
                $"{Wording.Upper(what)} is wrong: {verdict.Problem}.", verdict.Remedy);
            return null;
        }
        if (verdict.Normal is null)
        {
            Wording.Bad(node, what, scalar.Text, verdict.Problem, verdict.Remedy, found);
            return null;
        }
        return new TextValue(verdict.Normal, node.Span);
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        Editor.ScalarKinds(json);
        if (Pattern is not null)
        {
            json.WriteString("pattern", Pattern);
        }
    }

    public override string Describe() => Words;

    public override string Show(Value value) =>
        value is not TextValue { Text: var text } ? base.Show(value)
        : Shorten is null ? text : Shorten(text);
}

/// <summary>One of a few words.</summary>
/// <param name="Foreign">Words of other tools and the one that is meant here.</param>
public sealed record EnumType(
    IReadOnlyList<string> Choices, IReadOnlyDictionary<string, string>? Foreign = null) : FieldType
{
    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not ScalarNode scalar || Wording.IsNothing(node))
        {
            Wording.WrongShape(node, what, Describe(), found);
            return null;
        }
        if (!Choices.Contains(scalar.Text))
        {
            var meant = Foreign?.GetValueOrDefault(scalar.Text)
                ?? Nearest.To(scalar.Text, Choices);
            Wording.Bad(node, what, scalar.Text, "no such choice", meant is not null
                ? $"Write {meant}." : $"Write {Describe()}.", found);
            return null;
        }
        return new TextValue(scalar.Text, node.Span);
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach (var choice in Choices)
        {
            json.WriteStringValue(choice);
        }
        json.WriteEndArray();
    }

    public override string Describe() => Choices.Count == 1 ? Choices[0]
        : $"{string.Join(", ", Choices.SkipLast(1))} or {Choices[^1]}";
}

public sealed record BoolType : FieldType
{
    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not ScalarNode scalar || Wording.IsNothing(node))
        {
            Wording.WrongShape(node, what, Describe(), found);
            return null;
        }
        switch (scalar.Text)
        {
            case "true" or "True" or "TRUE":
                return new BoolValue(true, node.Span);
            case "false" or "False" or "FALSE":
                return new BoolValue(false, node.Span);
        }
        var remedy = scalar.Text.ToLowerInvariant() switch
        {
            "yes" or "y" or "on" or "1" => "Write true.",
            "no" or "n" or "off" or "0" => "Write false.",
            _ => "Write true or false.",
        };
        Wording.Bad(node, what, scalar.Text, "neither true nor false", remedy, found);
        return null;
    }

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("type", "boolean");

    public override string Describe() => "true or false";
}

/// <summary>A whole number.</summary>
public sealed record IntegerType(long Least, long Most) : FieldType
{
    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not ScalarNode scalar || Wording.IsNothing(node))
        {
            Wording.WrongShape(node, what, Describe(), found);
            return null;
        }
        var text = scalar.Text;
        // 010 is eight to some readers of YAML and ten to others.
        if (!Numbers.IsPlainWhole(text))
        {
            Wording.Bad(node, what, text, "not a whole number in plain digits",
                $"Write {Describe()}.", found);
            return null;
        }
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var number) || number < Least || number > Most)
        {
            Wording.Bad(node, what, text, "out of range", $"Write {Describe()}.", found);
            return null;
        }
        return new NumberValue(number, node.Span);
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "integer");
        json.WriteNumber("minimum", Least);
        if (Most != long.MaxValue)
        {
            json.WriteNumber("maximum", Most);
        }
    }

    public override string Describe() => Most == long.MaxValue
        ? $"a whole number, {Least} or more" : $"a whole number from {Least} to {Most}";
}

/// <summary>A number that may have decimals.</summary>
public sealed record DecimalType(decimal Least, decimal Most) : FieldType
{
    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not ScalarNode scalar || Wording.IsNothing(node))
        {
            Wording.WrongShape(node, what, Describe(), found);
            return null;
        }
        if (!Numbers.TryDecimal(scalar.Text, out var number) || number < Least || number > Most)
        {
            Wording.Bad(node, what, scalar.Text, "not a number in the range allowed",
                $"Write {Describe()}.", found);
            return null;
        }
        return new NumberValue(number, node.Span);
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "number");
        json.WriteNumber("minimum", Least);
        json.WriteNumber("maximum", Most);
    }

    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"a number from {Least} to {Most}");
}

/// <summary>The value of a secret. What stands there is never repeated: it may be the secret
/// itself.</summary>
public sealed record SecretValueType : FieldType
{
    public const string Encrypted = "encrypted:v1:";

    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is ScalarNode scalar && IsGood(scalar.Text))
        {
            return new TextValue(scalar.Text, node.Span);
        }
        var generate = node is ScalarNode { Text: var text }
            && text.StartsWith(FreshSecret.Prefix, StringComparison.Ordinal);
        found.Error(Codes.PlaintextSecret, node.Span,
            generate ? $"{Wording.Upper(what)} asks for a generated value of a wrong length."
                : $"{Wording.Upper(what)} is not encrypted.",
            generate
                ? $"Write generate:N with N from {FreshSecret.Shortest} to "
                    + $"{FreshSecret.Longest}, or generate:N:hex."
                : "Encrypt it with `loam secret set NAME`, or write generate:32 for a new one.");
        return null;
    }

    private static bool IsGood(string text)
    {
        if (text.StartsWith(Encrypted, StringComparison.Ordinal))
        {
            return IsBase64(text.AsSpan(Encrypted.Length));
        }
        return FreshSecret.Parse(text) is not null;
    }

    private static bool IsBase64(ReadOnlySpan<char> text)
    {
        var padding = text.EndsWith("==") ? 2 : text.EndsWith("=") ? 1 : 0;
        return text.Length > 0 && text.Length % 4 == 0
            && text[..^padding].IndexOfAnyExcept(Alphabet) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> Alphabet =
        System.Buffers.SearchValues.Create(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^(encrypted:v1:[A-Za-z0-9+/]+=*|generate:[0-9]+(:hex)?)$");
    }

    public override string Describe() =>
        "encrypted:v1: and base64, as `loam secret set` writes it, or generate:32";

    public override string Show(Value value) =>
        value is TextValue { Text: var text }
        && text.StartsWith(FreshSecret.Prefix, StringComparison.Ordinal) ? text : "(encrypted)";
}

/// <summary>Schema members several types write alike.</summary>
internal static class Editor
{
    private static readonly string[] Scalars = ["string", "number", "boolean"];

    /// <summary>A text that YAML readers may take for a number or a truth value.</summary>
    public static void ScalarKinds(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        foreach (var kind in Scalars)
        {
            json.WriteStringValue(kind);
        }
        json.WriteEndArray();
    }
}
