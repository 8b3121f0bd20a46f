using System.Text.RegularExpressions;

namespace Loam.Core.StateFiles.Editing;

internal enum ScalarKind { Text, Number, YesOrNo, Nothing }

/// <summary>What a plain scalar reads as in some YAML reader, of version 1.1 or 1.2.</summary>
internal static partial class ScalarKinds
{
    public static ScalarKind Of(string text) =>
        IsNothing(text) ? ScalarKind.Nothing
        : YesOrNo().IsMatch(text) ? ScalarKind.YesOrNo
        : Number().IsMatch(text) ? ScalarKind.Number
        : ScalarKind.Text;

    public static bool IsNothing(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    [GeneratedRegex("^(?:true|false|yes|no|on|off|y|n)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex YesOrNo();

    /// <summary>Numbers of every base, with parts of sixty (<c>22:30</c>), and dates.</summary>
    [GeneratedRegex("""
        ^(?:
          [-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?
        | [-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?
        | [-+]?0[xX][0-9a-fA-F_]+ | [-+]?0[oO][0-7_]+ | [-+]?0[bB][01_]+
        | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
        | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
        | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\ ].*)?
        )$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
