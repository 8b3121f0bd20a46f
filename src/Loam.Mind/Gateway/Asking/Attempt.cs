using Loam.Mind.Gateway.Spending;

namespace Loam.Mind.Gateway.Asking;

/// <summary>An answer that has begun.</summary>
/// <param name="first">Its first piece.</param>
/// <param name="reserved">Null: it costs nothing.</param>
internal sealed class Attempt(
    IModel model, CircuitBreaker breaker, IAsyncEnumerator<ModelEvent> events, ModelEvent first,
    Reservation? reserved)
{
    private bool _isTold;

    public ModelInfo Info => model.Info;

    public ModelEvent First => first;

    /// <summary>What is paid, or at most; null: nobody knows.</summary>
    public long? Cost { get; private set; } =
        model.Info.Price is { IsFree: true } ? 0 : reserved?.Worst;

    public void Count(ModelUsage usage)
    {
        if (model.Info.Price is { } price)
        {
            Cost = price.Cost(usage.Input, usage.Output);
            reserved?.Settle(Cost.Value);
        }
    }

    /// <exception cref="ModelException">It broke off: what was said stays said.</exception>
    public async Task<ModelEvent?> NextAsync()
    {
        try
        {
            return await events.MoveNextAsync() ? events.Current : null;
        }
        catch (ModelException failure)
        {
            _isTold = true;
            breaker.Failed(failure.RetryAfter);
            throw;
        }
    }

    public void Succeeded()
    {
        _isTold = true;
        breaker.Succeeded();
    }

    public async ValueTask EndAsync()
    {
        if (!_isTold)
        {
            breaker.Left();
        }
        await events.DisposeAsync();
    }
}
