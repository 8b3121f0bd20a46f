using System.Runtime.CompilerServices;
using Loam.Mind.Gateway;
using Loam.Mind.Privacy;

namespace Loam.Mind.Thinking;

/// <summary>Takes what is private out of whatever leaves the machine. A model of this machine sees
/// the request as it is.</summary>
public sealed class PrivateAsking
{
    private readonly ConditionalWeakTable<ModelRequest, Redactor> _redactors = [];

    /// <summary>For <see cref="GatewayRules.Prepare"/>.</summary>
    public ValueTask<ModelRequest> PrepareAsync(
        ModelRequest request, ModelInfo info, CancellationToken cancel)
    {
        if (info.Privacy == PrivacyClass.Local)
        {
            return ValueTask.FromResult(request);
        }
        if (!_redactors.TryGetValue(request, out var redactor))
        {
            throw new ModelException(ModelFault.Withheld,
                "Nobody said what of this request is private.", "Report it: this is a fault.");
        }
        return ValueTask.FromResult(request with
        {
            Messages = [.. request.Messages.Select(m => m.IsEcho ? m : m with
            {
                Parts = [.. m.Parts.Select(p => Redacted(p, redactor))],
            })],
        });
    }

    /// <summary>As the gateway answers; what was replaced stands in it as it was sent.</summary>
    public IAsyncEnumerable<ModelEvent> AskAsync(ModelGateway gateway, ModelRequest request,
        Redactor redactor, CancellationToken cancel)
    {
        _redactors.AddOrUpdate(request, redactor);
        return gateway.AskAsync(request, cancel);
    }

    private static MessagePart Redacted(MessagePart part, Redactor redactor) => part switch
    {
        TextPart text => new TextPart(redactor.Redact(text.Text)),
        ToolCallPart call => call with { Arguments = redactor.Redact(call.Arguments) },
        ToolResultPart result => result with { Text = redactor.Redact(result.Text) },
        _ => part,
    };
}
