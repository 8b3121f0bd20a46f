using System.Globalization;
using System.Text.Json;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Types;

/// <summary>An amount of bytes: <c>128Mi</c>, <c>500M</c> or a plain number.</summary>
/// <param name="Least">Fewest bytes allowed.</param>
public sealed record SizeType(long Least) : FieldType
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("Pi", 1L << 50), ("Ti", 1L << 40), ("Gi", 1L << 30), ("Mi", 1L << 20), ("Ki", 1L << 10),
        ("P", 1_000_000_000_000_000), ("T", 1_000_000_000_000), ("G", 1_000_000_000),
        ("M", 1_000_000), ("K", 1000), ("k", 1000),
    ];

    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not ScalarNode scalar || Wording.IsNothing(node))
        {
            Wording.WrongShape(node, what, Describe(), found);
            return null;
        }
        var text = scalar.Text;
        if (!TryRead(text, out var bytes))
        {
            Wording.Bad(node, what, text, "not a size", Meant(text), found);
            return null;
        }
        if (bytes < Least)
        {
            Wording.Bad(node, what, text, "too small",
                $"Write at least {Show(new NumberValue(Least))}.", found);
            return null;
        }
        return new NumberValue(bytes, node.Span);
    }

    private static bool TryRead(string text, out long bytes)
    {
        bytes = 0;
        var cut = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        var unit = text.AsSpan(cut);
        long factor = unit.Length == 0 ? 1 : 0;
        foreach (var (name, size) in Units)
        {
            if (unit.SequenceEqual(name))
            {
                factor = size;
                break;
            }
        }
        if (factor == 0 || !Numbers.TryDecimal(text.AsSpan(0, cut), out var number)
            || number < 0 || number > long.MaxValue / factor)
        {
            return false;
        }
        var exact = number * factor;
        if (exact != decimal.Truncate(exact))
        {
            return false;
        }
        bytes = (long)exact;
        return true;
    }

    /// <summary>Other tools write 512MB, 512m or 512 MiB for it.</summary>
    private static string Meant(string text)
    {
        var cut = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        var letter = text[cut..].Trim().ToLowerInvariant() switch
        {
            "b" => "",
            "k" or "kb" or "ki" or "kib" => "Ki",
            "m" or "mb" or "mi" or "mib" => "Mi",
            "g" or "gb" or "gi" or "gib" => "Gi",
            "t" or "tb" or "ti" or "tib" => "Ti",
            _ => null,
        };
        return letter is not null && cut > 0 && TryRead(text[..cut] + letter, out _)
            ? $"Write {text[..cut]}{letter}."
            : "Write a number with Ki, Mi, Gi or Ti, such as 128Mi, or with K, M, G or T.";
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("integer");
        json.WriteEndArray();
        json.WriteString("pattern", @"^[0-9]+(\.[0-9]+)?([KMGTP]i?|k)?$");
    }

    public override string Describe() => "a size such as 128Mi or 10Gi";

    public override string Show(Value value) => Words((long)((NumberValue)value).Number);

    /// <summary>In the largest unit, rounded: <c>3.2Gi</c>.</summary>
    public static string About(long bytes)
    {
        foreach (var (unit, size) in Units.AsSpan(0, 5))
        {
            if (bytes >= size)
            {
                return string.Create(
                    CultureInfo.InvariantCulture, $"{bytes / (double)size:0.#}{unit}");
            }
        }
        return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
    }

    /// <summary>As it can stand in a file: <c>64Mi</c>.</summary>
    public static string Words(long bytes)
    {
        foreach (var (unit, size) in Units.AsSpan(0, 5))
        {
            if (bytes >= size && bytes % size == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / size}{unit}");
            }
        }
        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A span of time in milliseconds: <c>30s</c>, <c>1h30m</c>.</summary>
/// <param name="Least">Fewest milliseconds allowed.</param>
public sealed record DurationType(long Least) : FieldType
{
    /// <summary>Ten years: more is a typing error.</summary>
    private const long Most = 3650 * 86_400_000L;

    private static readonly (string Unit, long Milliseconds)[] Units =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not ScalarNode scalar || Wording.IsNothing(node))
        {
            Wording.WrongShape(node, what, Describe(), found);
            return null;
        }
        var text = scalar.Text;
        if (!TryRead(text, out var milliseconds))
        {
            var remedy = Numbers.IsPlainWhole(text)
                ? $"Say the unit: {text}s for seconds, {text}m for minutes."
                : "Write a number with ms, s, m, h or d, such as 30s, 10m or 7d.";
            Wording.Bad(node, what, text, "not a duration", remedy, found);
            return null;
        }
        if (milliseconds < Least || milliseconds > Most)
        {
            Wording.Bad(node, what, text, "out of range",
                $"Write between {ShowMilliseconds(Least)} and {ShowMilliseconds(Most)}.", found);
            return null;
        }
        return new NumberValue(milliseconds, node.Span);
    }

    /// <summary>Parts go from the largest unit to the smallest, each at most once.</summary>
    public static bool TryRead(string text, out long milliseconds)
    {
        milliseconds = 0;
        if (text == "0")
        {
            return true;
        }
        var rest = text.AsSpan();
        var next = 0;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            // Nine digits of days still fit in 64 bits.
            if (digits is <= 0 or > 9)
            {
                return false;
            }
            var number = long.Parse(rest[..digits], NumberStyles.None,
                CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest : rest[..letters];
            var found = false;
            for (; next < Units.Length && !found; next++)
            {
                if (unit.SequenceEqual(Units[next].Unit))
                {
                    milliseconds += number * Units[next].Milliseconds;
                    found = true;
                }
            }
            if (!found)
            {
                return false;
            }
            rest = rest[unit.Length..];
        }
        return text.Length > 0;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("integer");
        json.WriteEndArray();
        json.WriteString("pattern", "^(0|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$");
    }

    public override string Describe() => "a duration such as 30s, 10m or 7d";

    public override string Show(Value value) =>
        ShowMilliseconds((long)((NumberValue)value).Number);

    private static string ShowMilliseconds(long milliseconds)
    {
        foreach (var (unit, size) in Units)
        {
            if (milliseconds >= size && milliseconds % size == 0)
            {
                return string.Create(
                    CultureInfo.InvariantCulture, $"{milliseconds / size}{unit}");
            }
        }
        return "0s";
    }
}

/// <summary>Processor time in thousandths of a core: <c>"0.5"</c> or <c>500m</c>.</summary>
public sealed record CpuType : FieldType
{
    /// <summary>Engines refuse less; more cores than any machine has is a typing error.</summary>
    private const int Least = 1;
    private const int Most = 1024 * 1000;

    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not ScalarNode scalar || Wording.IsNothing(node))
        {
            Wording.WrongShape(node, what, Describe(), found);
            return null;
        }
        var text = scalar.Text;
        var isMilli = text.EndsWith('m');
        if (!Numbers.TryDecimal(isMilli ? text.AsSpan(0, text.Length - 1) : text, out var number)
            || number < 0 || number > Most)
        {
            Wording.Bad(node, what, text, "not a number of cores", Remedy, found);
            return null;
        }
        var milli = isMilli ? number : number * 1000;
        if (milli != decimal.Truncate(milli) || milli is < Least or > Most)
        {
            Wording.Bad(node, what, text, "finer than a thousandth of a core, or out of range",
                Remedy, found);
            return null;
        }
        return new NumberValue(Numbers.Trim(milli), node.Span);
    }

    private const string Remedy = "Write cores such as \"0.5\" or thousandths such as 500m.";

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("number");
        json.WriteEndArray();
        json.WriteString("pattern", @"^([0-9]+(\.[0-9]{1,3})?|[0-9]+m)$");
    }

    public override string Describe() => "cores such as \"0.5\", or thousandths such as 500m";

    public override string Show(Value value)
    {
        var milli = ((NumberValue)value).Number;
        return milli % 1000 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{milli / 1000:0}")
            : string.Create(CultureInfo.InvariantCulture, $"{milli:0}m");
    }
}
