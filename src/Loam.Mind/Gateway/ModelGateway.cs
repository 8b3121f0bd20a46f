using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Mind.Gateway.Asking;
using Loam.Mind.Gateway.Spending;

namespace Loam.Mind.Gateway;

/// <summary>Asks the models of the manifest, in its order, until one answers.</summary>
/// <remarks>What a request may not reach is never asked, whatever fails before. Another try, or
/// another model, comes only as long as nothing of an answer was passed on.</remarks>
public sealed class ModelGateway
{
    private readonly ImmutableArray<(IModel Model, CircuitBreaker Breaker)> _models;
    private readonly GatewayRules _rules;
    private readonly TimeProvider _time;

    /// <param name="former">Whom it follows: what is known of an endpoint goes on to count.
    /// </param>
    public ModelGateway(ImmutableArray<IModel> models, GatewayRules rules, TimeProvider time,
        ModelGateway? former = null)
    {
        (_rules, _time) = (rules, time);
        _models = [.. models.Select(m => (m, former?._models.FirstOrDefault(
            f => f.Model.Info == m.Info).Breaker ?? new CircuitBreaker(time)))];
    }

    private ModelGateway(ImmutableArray<(IModel, CircuitBreaker)> models, ModelGateway other)
    {
        (_models, _rules, _time) = (models, other._rules, other._time);
    }

    /// <summary>The same with one model alone.</summary>
    /// <param name="name">With its provider's, or without.</param>
    /// <exception cref="ModelException">NotConfigured: none has that name.</exception>
    public ModelGateway Only(string name)
    {
        var named = _models.Where(m => m.Model.Info.ToString() == name
            || m.Model.Info.Model == name).Take(1).ToImmutableArray();
        return !named.IsEmpty ? new(named, this) : throw new ModelException(
            ModelFault.NotConfigured, $"No model is called '{name}'.", _models.IsEmpty
                ? "Name one in llm.provider of manifest.yaml."
                : $"There are {string.Join(", ", Models)}.");
    }

    /// <summary>In the order in which they are asked.</summary>
    public IEnumerable<ModelInfo> Models => _models.Select(m => m.Model.Info);

    /// <summary>Who may answer a request at all.</summary>
    public ImmutableArray<ModelInfo> For(ModelRequest request) =>
        [.. Asked(request).Select(m => m.Model.Info)];

    /// <summary>Keeps an answer that was only words, for whoever asks the very same again. One
    /// that something was proposed from is never kept: the state it was made for is another.
    /// </summary>
    public void Keep(ModelRequest request, ModelInfo by, string text) =>
        _rules.Cache?.Keep(Digest(request), by, text);

    /// <summary>Comes as <see cref="ModelChosen"/>, what the model says,
    /// <see cref="ModelCost"/>, <see cref="ModelEnd"/>.</summary>
    /// <exception cref="ModelException">Nobody answers, with all reasons; or an answer broke off.
    /// </exception>
    public async IAsyncEnumerable<ModelEvent> AskAsync(
        ModelRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var begun = _time.GetTimestamp();
        if (request.MayRecall && _rules.Cache?.Find(Digest(request)) is { } kept)
        {
            yield return new ModelChosen(kept.Info, []);
            yield return new TextDelta(kept.Text);
            yield return new ModelCost(0, _time.GetElapsedTime(begun), FromCache: true);
            yield return new ModelEnd(EndReason.Complete);
            yield break;
        }
        var passedOver = ImmutableArray.CreateBuilder<string>();
        passedOver.AddRange(_rules.Incomplete);
        var attempt = await BeginAsync(request, passedOver, cancel);
        try
        {
            yield return new ModelChosen(attempt.Info, passedOver.ToImmutable());
            for (var next = attempt.First; next is not null; next = await attempt.NextAsync())
            {
                if (next is ModelUsage usage)
                {
                    attempt.Count(usage);
                }
                if (next is ModelEnd)
                {
                    attempt.Succeeded();
                    yield return new ModelCost(
                        attempt.Cost, _time.GetElapsedTime(begun), FromCache: false);
                }
                yield return next;
            }
        }
        finally
        {
            await attempt.EndAsync();
        }
    }

    private string Digest(ModelRequest request) =>
        ResponseCache.Digest(request, [.. Asked(request).Select(m => m.Model)]);

    /// <summary>In the order in which they are asked. What a request may not reach is not among
    /// them.</summary>
    private IEnumerable<(IModel Model, CircuitBreaker Breaker)> Asked(ModelRequest request) =>
        (request.Among is { } among
            ? among.Distinct().SelectMany(i => _models.Where(m => m.Model.Info == i).Take(1))
            : _models)
        .Where(m => m.Model.Info.Privacy == PrivacyClass.Local
            || (!request.LocalOnly && _rules.CloudEnabled));

    private async Task<Attempt> BeginAsync(ModelRequest request,
        ImmutableArray<string>.Builder passedOver, CancellationToken cancel)
    {
        ModelException? last = null;
        foreach (var (model, breaker) in Asked(request))
        {
            try
            {
                return await TryAsync(model, breaker, request, cancel);
            }
            catch (ModelException failure)
            {
                passedOver.Add(failure.Message);
                last = failure;
            }
        }
        if (last is not null)
        {
            throw passedOver.Count == 1 ? last : new ModelException(
                last.Fault, string.Join(' ', passedOver), last.Advice)
                { RetryAfter = last.RetryAfter, MayCost = last.MayCost };
        }
        throw _models.IsEmpty ? new ModelException(ModelFault.NotConfigured,
            passedOver.Count > 0 ? string.Join(' ', passedOver) : "No model is configured.",
            "Name one in llm.provider of manifest.yaml.")
            : new ModelException(ModelFault.Withheld,
                request.LocalOnly ? "This may not leave the machine, and no model of it is "
                    + "configured." : "Models outside this machine are switched off.",
                request.LocalOnly ? "Add a model of this machine to llm.fallback of manifest.yaml."
                    : "Set llm.cloud_enabled of manifest.yaml, or add a model of this machine.");
    }

    private async Task<Attempt> TryAsync(IModel model, CircuitBreaker breaker,
        ModelRequest request, CancellationToken cancel)
    {
        for (var tried = 1; ; tried++)
        {
            if (!breaker.TryEnter(out var left))
            {
                throw new ModelException(ModelFault.Unavailable,
                    $"{model.Info} failed before and is left alone"
                    + $"{(left > TimeSpan.Zero ? $" for {left.TotalSeconds:0} s" : "")}.",
                    "Ask again later.") { RetryAfter = left };
            }
            try
            {
                return await OnceAsync(model, breaker, request, cancel);
            }
            catch (ModelException failure)
            {
                if (failure.MayPass || failure.Fault == ModelFault.Malformed)
                {
                    breaker.Failed(failure.RetryAfter);
                }
                else
                {
                    breaker.Left();
                }
                if (RetryPause.After(tried, failure, _rules.Draw()) is not { } pause
                    || breaker.Rest > pause)
                {
                    throw;
                }
                await Task.Delay(pause, _time, cancel);
            }
            catch
            {
                breaker.Left();
                throw;
            }
        }
    }

    private async Task<Attempt> OnceAsync(IModel model, CircuitBreaker breaker,
        ModelRequest request, CancellationToken cancel)
    {
        var sent = await _rules.Prepare(request, model.Info, cancel);
        var reserved = Reserve(model.Info, sent);
        var events = model.AskAsync(sent, cancel).GetAsyncEnumerator(cancel);
        try
        {
            return await events.MoveNextAsync()
                ? new(model, breaker, events, events.Current, reserved)
                : throw new ModelException(ModelFault.Malformed, $"{model.Info} says nothing.",
                    "Ask again.") { MayCost = true };
        }
        catch (Exception e)
        {
            await events.DisposeAsync();
            if (e is ModelException { MayCost: false })
            {
                reserved?.Settle(0);
            }
            throw;
        }
    }

    private Reservation? Reserve(ModelInfo info, ModelRequest request)
    {
        if (info.Price is { } price)
        {
            return price.IsFree ? null : _rules.Budget.Reserve(info.ToString(),
                price.Cost(WorstCase.InputTokens(request), request.MaxTokens));
        }
        return _rules.Budget.Limits is { Daily: null, Monthly: null } ? null
            : throw new ModelException(ModelFault.OverBudget,
                $"Nobody knows what {info} costs, and there is a budget.",
                "Say it in US dollars per million tokens beside its name in manifest.yaml: "
                + "`price: {input: 3, output: 15}`; 0 and 0 if it costs nothing.");
    }
}

/// <param name="Incomplete">A sentence for each model that is named and cannot be asked.</param>
/// <param name="Prepare">What is sent instead of a request to a model: such as with names taken
/// out where it leaves the machine. It may refuse by a <see cref="ModelException"/>.</param>
/// <param name="Draw">A number from 0 up to 1, for pauses.</param>
/// <param name="Cache">Null: none.</param>
public sealed record GatewayRules(
    bool CloudEnabled, Budget Budget, ResponseCache? Cache, ImmutableArray<string> Incomplete,
    Func<ModelRequest, ModelInfo, CancellationToken, ValueTask<ModelRequest>> Prepare,
    Func<double> Draw);
