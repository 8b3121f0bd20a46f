using System.Collections.Immutable;
using System.Text;
using Loam.Mind.Answers;
using Loam.Mind.Gateway;
using Loam.Mind.Privacy;

namespace Loam.Mind.Thinking;

/// <summary>One answer as it comes.</summary>
/// <param name="restore">Puts back what was replaced on the way to the model.</param>
internal sealed class Round(Func<string, string> restore)
{
    private const int LongestMark = 64;

    private readonly List<ToolCall> _calls = [];
    private int _heard;
    private bool _isFenced;

    public StringBuilder Text { get; } = new();

    /// <summary>Who answers; null: nobody yet.</summary>
    public ModelInfo? By { get; private set; }

    /// <summary>It was answered before and kept.</summary>
    public bool IsRecalled { get; private set; }

    public ImmutableArray<string> PassedOver { get; private set; } = [];

    /// <summary>Micro-US-dollars; null: unknown, as it is of an answer that broke off.</summary>
    public long? Cost { get; private set; } = 0;

    public EndReason End { get; private set; }

    /// <summary>It came from outside this machine.</summary>
    public bool IsAway => By?.Privacy == PrivacyClass.Cloud;

    public IReadOnlyList<ToolCallPart> Uses =>
        [.. _calls.Select(c => new ToolCallPart(c.Id, c.Name, c.Arguments))];

    /// <param name="hear">Gets what stands before the first fence.</param>
    public async Task TakeAsync(ModelEvent piece, Func<string, Task> hear)
    {
        switch (piece)
        {
            case ModelChosen chosen:
                (By, PassedOver) = (chosen.Info, chosen.PassedOver);
                Cost = null;
                break;
            case TextDelta delta:
                Text.Append(delta.Text);
                await TellAsync(hear).ConfigureAwait(false);
                break;
            case ToolCall call:
                _calls.Add(call);
                break;
            case ModelCost cost:
                (Cost, IsRecalled) = (cost.Cost, cost.FromCache);
                break;
            case ModelEnd end:
                End = end.Reason;
                break;
        }
    }

    /// <summary>What is said back to the model: its answer, and what is wrong with it.</summary>
    /// <param name="show">A whole file, as data.</param>
    public IEnumerable<ModelMessage> Back(
        RepairStep step, AnswerBasis basis, Func<string, string> show)
    {
        var words = step.Text + string.Concat(step.Files.Where(f => basis.Present[f] is not null)
            .Select(f => $"\n\n{f} as it is:\n{show(f)}"));
        var text = Text.Length > 0 ? Text.ToString() : "(nothing)";
        if (_calls.Count == 0)
        {
            return
            [
                ModelMessage.Assistant(text) with { IsEcho = true }, ModelMessage.User(words),
            ];
        }
        return
        [
            new(Speaker.Assistant,
                [.. Text.Length > 0 ? (MessagePart[])[new TextPart(text)] : [], .. Uses])
            {
                IsEcho = true,
            },
            new(Speaker.User, [.. _calls.Select((c, i) =>
                new ToolResultPart(c.Id, i == 0 ? words : "See the first.", IsError: true))]),
        ];
    }

    private async Task TellAsync(Func<string, Task> hear)
    {
        if (_isFenced)
        {
            return;
        }
        var text = Text.ToString(_heard, Text.Length - _heard);
        var fence = text.IndexOf('`', StringComparison.Ordinal);
        _isFenced = fence >= 0;
        var shown = Whole(fence < 0 ? text : text[..fence]);
        if (shown.Length > 0)
        {
            _heard += shown.Length;
            await hear(Plain(shown)).ConfigureAwait(false);
        }
    }

    private string Plain(string text) => IsAway ? restore(text) : text;

    /// <summary>What stands for something private is never given on by halves.</summary>
    private static string Whole(string text)
    {
        var open = text.LastIndexOf(Placeholders.Open);
        return open < 0 || text.IndexOf(Placeholders.Close, open) >= 0
            || text.Length - open > LongestMark ? text : text[..open];
    }
}
