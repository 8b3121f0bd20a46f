using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>How much of what was said the reading explains. Words nobody took speak against it,
/// values far more than others.</summary>
internal static class Confidence
{
    public const double Threshold = 0.55;

    public static double Of(IReadOnlyList<Clause> clauses) =>
        Math.Clamp(1 - clauses.Sum(Missed), 0, 1);

    /// <summary>What speaks against the reading of one clause; 0: nothing.</summary>
    public static double Missed(Clause clause)
    {
        var missed = 0.0;
        var reason = false;
        for (var at = 0; at < clause.Count; at++)
        {
            reason |= StartsReason(clause[at]);
            missed += clause[at].Corrected ? 0.04 : 0;
            missed += clause.IsFree(at) ? Weight(clause[at], reason) : 0;
        }
        return missed;
    }

    /// <summary>A value, a field or a name was not understood, not only some word.</summary>
    public static bool MissesMuch(IReadOnlyList<Clause> clauses) => clauses.Any(c =>
        Enumerable.Range(0, c.Count).Any(at => c.IsFree(at) && Weight(c[at], false) >= 0.2
            && !c[at].IsGlue("if")));

    /// <summary>What was not understood, as it was typed.</summary>
    public static List<string> Unread(IReadOnlyList<Clause> clauses)
    {
        var unread = new List<string>();
        foreach (var clause in clauses)
        {
            for (var at = 0; at < clause.Count; at++)
            {
                if (clause.IsFree(at) && Weight(clause[at], false) > 0)
                {
                    unread.Add(clause[at].Original);
                }
            }
        }
        return unread;
    }

    /// <summary>What follows says why or what for; it may use any words.</summary>
    private static bool StartsReason(Lexeme lexeme) =>
        lexeme.IsGlue("because") || lexeme.IsGlue("for");

    private static double Weight(Lexeme lexeme, bool reason) => lexeme.Readings[0].Part switch
    {
        // Which belongs to which is not read.
        _ when lexeme.Text == "respectively" => 0.5,
        Part.Unknown or Part.Domain or Part.Email or Part.Url => reason ? 0.02 : 0.12,
        Part.Verb => reason ? 0 : lexeme.Is(Part.Noise) ? 0 : 0.12,
        Part.Topic => reason ? 0 : 0.2,
        Part.Field => reason || lexeme.IsField("service") || lexeme.IsField("status")
            || lexeme.Is(Part.Noise) ? 0 : 0.2,
        Part.Glue => lexeme.IsGlue("if") ? 0.25 : lexeme.IsGlue("not") ? 0.3 : 0,
        Part.Amount => lexeme.Key(Part.Amount)![0] == 'x' ? 0.5 : 0.1,
        Part.Mention => reason ? 0 : 0.2,
        Part.Command or Part.Image or Part.PortPair or Part.Path or Part.Mount
            or Part.Assignment or Part.Cidr or Part.Address or Part.PortRange or Part.Key
            or Part.Identifier or Part.Number or Part.Version => 0.5,
        Part.Quoted => 0.25,
        _ => 0,
    };
}
