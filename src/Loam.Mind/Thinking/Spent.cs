using System.Collections.Immutable;

namespace Loam.Mind.Thinking;

/// <summary>What all that was asked of models for one request came to.</summary>
internal sealed class Spent
{
    private ImmutableArray<string> _passedOver = [];
    private bool _isRecalled;

    /// <summary>Who answered last; empty: nobody.</summary>
    public string By { get; private set; } = "";

    /// <summary>Micro-US-dollars; null: unknown.</summary>
    public long? Cost { get; private set; } = 0;

    public void Add(Round round)
    {
        By = round.By?.ToString() ?? By;
        Cost += round.Cost;
        _isRecalled = round.IsRecalled;
        foreach (var reason in round.PassedOver)
        {
            PassOver(reason);
        }
    }

    /// <param name="reason">Why somebody did not answer, a sentence.</param>
    public void PassOver(string reason)
    {
        if (!_passedOver.Contains(reason))
        {
            _passedOver = _passedOver.Add(reason);
        }
    }

    public Thought On(Thought thought)
    {
        var by = thought.By ?? (By.Length > 0 ? By : null);
        return thought with
        {
            By = by,
            Cost = Cost,
            PassedOver = [.. _passedOver.Where(p => p != thought.Words)],
            IsRecalled = _isRecalled && thought.Kind == ThoughtKind.Answer,
        };
    }
}
