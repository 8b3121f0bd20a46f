using System.Runtime.CompilerServices;
using Loam.Mind.Gateway;

namespace Loam.Tests.Mind.Thinking;

/// <summary>A model that says what a test wants of it, and remembers what it was asked.</summary>
internal sealed class SaidModel(ModelInfo info, params Func<ModelRequest, string>[] answers) : IModel
{
    public const string Fails = "\0fails", Refuses = "\0refuses", CutOff = "\0cut off";

    private int _answered;

    public ModelInfo Info => info;

    public List<ModelRequest> Asked { get; } = [];

    /// <summary>Everything that reached it the last time.</summary>
    public string Text => string.Join('\n', Asked[^1].Messages.SelectMany(m => m.Parts)
        .OfType<TextPart>().Select(p => p.Text));

    public static SaidModel Here(params string[] answers) => new(
        new("ollama", "small", PrivacyClass.Local, ModelPrice.Free, 8192, true),
        [.. answers.Select(a => (Func<ModelRequest, string>)(_ => a))]);

    public static SaidModel Away(params string[] answers) => new(
        new("anthropic", "large", PrivacyClass.Cloud, ModelPrice.Free, 128_000, true),
        [.. answers.Select(a => (Func<ModelRequest, string>)(_ => a))]);

    public async IAsyncEnumerable<ModelEvent> AskAsync(
        ModelRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        Asked.Add(request);
        await Task.Yield();
        var answer = answers[Math.Min(_answered++, answers.Length - 1)](request);
        if (answer == Fails)
        {
            throw new ModelException(ModelFault.Invalid, $"{info} is broken.", "Mend it.");
        }
        if (answer == Refuses)
        {
            yield return new ModelEnd(EndReason.Refused);
            yield break;
        }
        var isCutOff = answer.StartsWith(CutOff, StringComparison.Ordinal);
        yield return new TextDelta(isCutOff ? answer[CutOff.Length..] : answer);
        yield return new ModelUsage(100, 10);
        yield return new ModelEnd(isCutOff ? EndReason.MaxTokens : EndReason.Complete);
    }
}
