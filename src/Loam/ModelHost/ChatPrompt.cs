using System.Security.Cryptography;
using System.Text;
using Loam.ModelHost.Llama;

namespace Loam.ModelHost;

/// <summary>A conversation in a model's tokens. Marks of turns come from the template alone: what
/// was said cannot end its turn, whatever stands in it.</summary>
internal static class ChatPrompt
{
    private const int NonceBytes = 8;

    /// <summary>Whether the file's own template is used; else a plain one is.</summary>
    public static bool HasTemplate(LoadedModel model) =>
        model.Apply([("user", "a")]) is { Length: > 0 };

    public static int[] Of(
        LoadedModel model, IReadOnlyList<(string Role, string Text)> messages)
    {
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes));
        var places = messages.Select((m, at) => (m.Role, Text: $"<{nonce}-{at}>")).ToList();
        var frame = model.Apply(places);
        if (frame is null || !IsWhole(frame, places.Select(p => p.Text)))
        {
            // A template that leaves something out, such as instructions, would lose it.
            frame = Plain(places);
        }
        var tokens = new List<int>();
        var at = 0;
        for (var message = 0; message < messages.Count; message++)
        {
            var place = frame.IndexOf(places[message].Text, at, StringComparison.Ordinal);
            tokens.AddRange(model.Tokens(frame[at..place], message == 0, parsesMarks: true));
            tokens.AddRange(model.Tokens(messages[message].Text, false, parsesMarks: false));
            at = place + places[message].Text.Length;
        }
        tokens.AddRange(model.Tokens(frame[at..], false, parsesMarks: true));
        return [.. tokens];
    }

    /// <summary>Each once, and in order.</summary>
    private static bool IsWhole(string frame, IEnumerable<string> parts)
    {
        var at = 0;
        foreach (var part in parts)
        {
            at = frame.IndexOf(part, StringComparison.Ordinal) is var first && first >= at
                && frame.LastIndexOf(part, StringComparison.Ordinal) == first
                ? first + part.Length : int.MaxValue;
            if (at == int.MaxValue)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>For a model of which nobody knows how it was taught.</summary>
    private static string Plain(IEnumerable<(string Role, string Text)> messages)
    {
        var text = new StringBuilder();
        foreach (var (role, said) in messages)
        {
            text.Append("### ").Append(role).Append('\n').Append(said).Append("\n\n");
        }
        return text.Append("### assistant\n").ToString();
    }
}
