namespace Loam.Mind.Gateway;

/// <summary>No answer, or none that is whole.</summary>
/// <param name="message">A sentence: what is wrong, and with whom.</param>
/// <param name="advice">A sentence: what to do.</param>
public sealed class ModelException(ModelFault fault, string message, string advice)
    : Exception(message)
{
    public ModelFault Fault => fault;

    public string Advice => advice;

    /// <summary>How long the provider asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the provider may count the call: it may have begun to work on it.
    /// </summary>
    public bool MayCost { get; init; }

    /// <summary>Another try of the same may succeed.</summary>
    public bool MayPass => fault is ModelFault.Busy or ModelFault.Unavailable
        or ModelFault.Timeout or ModelFault.CutOff;
}

public enum ModelFault
{
    /// <summary>The provider does not understand the request (400, 422).</summary>
    Invalid,

    /// <summary>The key is missing, wrong or not enough (401, 403), or there is no money left
    /// (402).</summary>
    Denied,

    /// <summary>No such model or endpoint (404).</summary>
    NotFound,

    /// <summary>The request is too large for the provider or the model (413).</summary>
    TooLarge,

    /// <summary>Too many requests (429) or too much to do (503, 529).</summary>
    Busy,

    /// <summary>Nobody there, or an error of the provider's (5xx).</summary>
    Unavailable,

    /// <summary>Nothing came for too long.</summary>
    Timeout,

    /// <summary>The stream ended before the answer did.</summary>
    CutOff,

    /// <summary>What came is not what the provider's documentation says, or is larger than
    /// anything we read.</summary>
    Malformed,

    /// <summary>It might cost more than the budget leaves, or nobody knows what it costs.
    /// </summary>
    OverBudget,

    /// <summary>What would be sent may not go there.</summary>
    Withheld,

    /// <summary>No model is configured, or what is configured is not complete.</summary>
    NotConfigured,
}
