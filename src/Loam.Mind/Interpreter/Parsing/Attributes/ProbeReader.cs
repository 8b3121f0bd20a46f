using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>check api every 10 seconds at /healthz on port 3000</c>.</summary>
internal static class ProbeReader
{
    private static readonly string[] s_seconds = ["ms", "s", "min", "h", "m"];

    public static void Read(Clause clause)
    {
        var field = clause.Find(Part.Field, "health");
        if (field < 0 && clause.Verb != "probe")
        {
            return;
        }
        var off = clause.Verb is "remove" or "unset" or "stop" || clause.Negated
            || clause.Has(Part.Glue, "without");
        var probe = new ProbeAttribute(off, null, null, null, null, null, null);
        if (field >= 0)
        {
            clause.Use(field);
        }
        for (var at = 0; at < clause.Count; at++)
        {
            probe = clause.IsFree(at) ? Take(clause, at, probe) : probe;
        }
        clause.Attributes.Add(probe);
    }

    private static ProbeAttribute Take(Clause clause, int at, ProbeAttribute probe)
    {
        var lexeme = clause[at];
        if (lexeme.Is(Part.Path) && probe.Path is null)
        {
            clause.Use(at);
            return probe with { Path = lexeme.Original };
        }
        if (!lexeme.IsNumber)
        {
            return probe;
        }
        var near = Field(clause, at);
        if (s_seconds.Contains(lexeme.Unit))
        {
            clause.Use(at);
            var time = Duration(lexeme);
            return near switch
            {
                "timeout" => probe with { Timeout = time },
                "startperiod" => probe with { StartPeriod = time },
                _ => probe with { Interval = time },
            };
        }
        if (near is "retries" or "port" && lexeme.Value is > 0 and < 65536)
        {
            clause.Use(at);
            return near == "port" ? probe with { Port = (int)lexeme.Value }
                : probe with { Retries = (int)lexeme.Value };
        }
        return probe;
    }

    private static string Duration(Lexeme lexeme) =>
        lexeme.Value.ToString(CultureInfo.InvariantCulture)
        + (lexeme.Unit is "min" ? "m" : lexeme.Unit);

    /// <summary>The field said right before or after a value, marked used.</summary>
    private static string? Field(Clause clause, int at)
    {
        foreach (var near in (int[])[clause.NextValue(at, -1), clause.NextValue(at)])
        {
            if (near >= 0 && clause[near].Key(Part.Field) is
            { } key and ("timeout" or "startperiod" or "retries" or "port" or "interval"))
            {
                clause.Use(near);
                return key;
            }
        }
        return null;
    }
}
