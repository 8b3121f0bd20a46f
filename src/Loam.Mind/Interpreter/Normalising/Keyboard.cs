namespace Loam.Mind.Interpreter.Normalising;

/// <summary>Which letters are taken for one another: neighbours on a keyboard (QWERTY), and
/// letters that sound alike.</summary>
internal static class Keyboard
{
    private static readonly string[] s_rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

    /// <summary>"Jupiter", "passwort", "seperate".</summary>
    private static readonly string[] s_alike =
        ["ae", "ei", "ai", "iy", "ou", "dt", "bp", "ck", "cs", "ks", "sz", "fv", "gj", "vw"];

    private static readonly bool[] s_near = Neighbours();
    private static readonly bool[] s_sounds = Sounds();

    /// <summary>One is struck for the other.</summary>
    public static bool IsNear(char a, char b) => Is(s_near, a, b);

    /// <summary>One is written for the other.</summary>
    public static bool IsTakenFor(char a, char b) => Is(s_near, a, b) || Is(s_sounds, a, b);

    private static bool Is(bool[] pairs, char a, char b) => char.IsAsciiLetterLower(a)
        && char.IsAsciiLetterLower(b) && pairs[(a - 'a') * 26 + b - 'a'];

    private static bool[] Neighbours()
    {
        var pairs = new bool[26 * 26];
        for (var row = 0; row < s_rows.Length; row++)
        {
            for (var at = 0; at < s_rows[row].Length; at++)
            {
                // Each row stands half a key to the right of the one above.
                Add(pairs, s_rows[row][at], Key(row, at + 1));
                Add(pairs, s_rows[row][at], Key(row + 1, at));
                Add(pairs, s_rows[row][at], Key(row + 1, at - 1));
            }
        }
        return pairs;
    }

    private static char? Key(int row, int at) => row < s_rows.Length && at >= 0
        && at < s_rows[row].Length ? s_rows[row][at] : null;

    private static bool[] Sounds()
    {
        var pairs = new bool[26 * 26];
        foreach (var pair in s_alike)
        {
            Add(pairs, pair[0], pair[1]);
        }
        return pairs;
    }

    private static void Add(bool[] pairs, char a, char? b)
    {
        if (b is { } other)
        {
            pairs[(a - 'a') * 26 + other - 'a'] = pairs[(other - 'a') * 26 + a - 'a'] = true;
        }
    }
}
