using System.Globalization;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Numbers nobody took: "make that 4". What they count, the turn before says.
/// </summary>
internal static class BareReader
{
    public static void Read(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (clause.IsFree(at) && lexeme.Key(Part.Amount) is ['x', .. var factor]
                && decimal.TryParse(factor, NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture, out var times))
            {
                clause.Use(at);
                clause.Attributes.Add(new BareAttribute(times, "x", lexeme.Original));
                continue;
            }
            if (!clause.IsFree(at) || !(lexeme.IsNumber || lexeme.Is(Part.Version)))
            {
                continue;
            }
            clause.Use(at);
            clause.Attributes.Add(
                new BareAttribute(lexeme.Value, lexeme.Unit, lexeme.Original));
        }
    }
}
