using System.Text;

namespace Loam.Mind.Gateway.Wire;

/// <summary>What one answer may hold, whatever a server sends.</summary>
internal sealed class AnswerSize(string who)
{
    /// <summary>Characters of texts and arguments together.</summary>
    private const int MostText = 8 * 1024 * 1024;

    private const int MostCalls = 128;

    private int _text;
    private int _calls;

    /// <exception cref="ModelException">Too much of it.</exception>
    public string Text(string text)
    {
        _text += text.Length;
        return _text <= MostText ? text : throw TooMuch($"more than {MostText} characters");
    }

    /// <exception cref="ModelException">Too many.</exception>
    public StringBuilder Call() =>
        ++_calls <= MostCalls ? new() : throw TooMuch($"more than {MostCalls} tool calls");

    private ModelException TooMuch(string what) => new(ModelFault.Malformed,
        $"The answer of {who} is not read: it has {what}.", "Ask for less at once.")
        { MayCost = true };
}
