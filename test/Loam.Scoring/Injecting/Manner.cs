using Loam.Mind.Gateway;

namespace Loam.Scoring.Injecting;

/// <summary>In which form a model answers.</summary>
public enum AnswerForm
{
    /// <summary>Files in fenced blocks.</summary>
    Blocks,
    /// <summary>The same, with blocks of other kinds that claim an approval.</summary>
    BlocksWithForgery,
    /// <summary>One call of the tool.</summary>
    Tool,
    /// <summary>With fields that no schema has, and a tool that is not there to approve.</summary>
    ToolWithMore,
    /// <summary>A call for each file.</summary>
    ToolEach,
}

/// <summary>What kind of model it is.</summary>
/// <param name="Window">Tokens that it sees at once.</param>
public readonly record struct Manner(PrivacyClass Privacy, int Window, AnswerForm Form)
{
    private const int Small = 8_000, Usual = 16_000;

    /// <summary>Of machines with many services, where a file is shown in part.</summary>
    public static Manner Of(int number, bool isCrowded) => new(
        number % 3 == 0 ? PrivacyClass.Local : PrivacyClass.Cloud, isCrowded ? Small : Usual,
        (AnswerForm)(number % Enum.GetValues<AnswerForm>().Length));
}
