namespace Loam.Mind.Context;

/// <summary>How many tokens a text has for a model, without any model's own tables.</summary>
/// <remarks>It counts what byte-pair tables rarely do better: five letters, two digits, one mark, a
/// line end with its indentation. FIGURES</remarks>
public static class Tokens
{
    private const int LettersOfOne = 5;
    private const int DigitsOfOne = 2;

    /// <summary>Tokens, rather too many than too few.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        var tokens = 0;
        for (var at = 0; at < text.Length;)
        {
            var c = text[at];
            var start = at;
            if (char.IsAsciiLetter(c))
            {
                while (at < text.Length && char.IsAsciiLetter(text[at]))
                {
                    at++;
                }
                tokens += (at - start + LettersOfOne - 1) / LettersOfOne;
            }
            else if (char.IsAsciiDigit(c))
            {
                while (at < text.Length && char.IsAsciiDigit(text[at]))
                {
                    at++;
                }
                tokens += (at - start + DigitsOfOne - 1) / DigitsOfOne;
            }
            else if (c is ' ' or '\n' or '\t' or '\r')
            {
                while (at < text.Length && text[at] is ' ' or '\n' or '\t' or '\r')
                {
                    at++;
                }
                // A single space belongs to the word behind it.
                tokens += at - start == 1 && c == ' ' ? 0 : 1;
            }
            else
            {
                at++;
                tokens += c < 0x80 ? 1 : c < 0x250 ? 1 : 2;
            }
        }
        return tokens;
    }
}
