using Loam.Core.Logins;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>Forms of texts that only the network has.</summary>
internal static class NetworkFormats
{
    private static readonly string[] StateWords =
        ["established", "related", "new", "invalid", "untracked"];

    /// <summary>The kernel takes 15 bytes, without / and blanks.</summary>
    public static readonly FormatType InterfaceName = new(
        "an interface such as eth0", "^[^/\\s]{1,15}$",
        text => text.Length is > 0 and <= 15 && text is not ("." or "..")
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or '+')
            ? Verdict.Good(text)
            : Verdict.Bad("not the name of an interface",
                "Write at most 15 letters, digits, . _ and -, such as eth0."));

    /// <summary>Normal form: the words in one order, joined with commas.</summary>
    public static readonly FormatType States = new(
        "states of a connection such as established,related", null, JudgeStates);

    public static readonly FormatType Failure = new(
        "words such as login failed from {address}", null,
        text => FailureWording.Fault(text) is { } fault ? Verdict.Bad("not such words",
            $"Write a text that {fault}.") : Verdict.Good(text));

    public static readonly FormatType Rate = new(
        "a rate such as 10/minute", "^[0-9]+/(second|minute|hour|day)$", JudgeRate);

    private static Verdict JudgeStates(string text)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        foreach (var word in words)
        {
            if (!StateWords.Contains(word))
            {
                return Verdict.Bad("not states of a connection",
                    Nearest.To(word, StateWords) is { } meant ? $"Write {meant}."
                        : $"Write some of {string.Join(", ", StateWords)}, joined with commas.");
            }
        }
        return Verdict.Good(string.Join(',', StateWords.Where(words.Contains)));
    }

    private static Verdict JudgeRate(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash is > 0 and <= 9 && text.AsSpan(0, slash).IndexOfAnyExceptInRange('0', '9') < 0
            && text[0] != '0'
            && text[(slash + 1)..] is "second" or "minute" or "hour" or "day"
            ? Verdict.Good(text)
            : Verdict.Bad("not a rate",
                "Write a number per second, minute, hour or day, such as 10/minute.");
    }
}
