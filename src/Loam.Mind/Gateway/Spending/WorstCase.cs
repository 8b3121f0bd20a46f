using System.Text;

namespace Loam.Mind.Gateway.Spending;

/// <summary>The most tokens a request can have: no tokenizer makes more than one of a byte.
/// </summary>
internal static class WorstCase
{
    /// <summary>What providers add themselves: names of roles, words about tools.</summary>
    private const int Frame = 1024;

    private const int PartFrame = 64;

    public static long InputTokens(ModelRequest request)
    {
        var sum = Frame + Bytes(request.System);
        foreach (var tool in request.Tools)
        {
            sum += PartFrame + Bytes(tool.Name) + Bytes(tool.Description) + Bytes(tool.Schema);
        }
        foreach (var part in request.Messages.SelectMany(m => m.Parts))
        {
            sum += PartFrame + part switch
            {
                TextPart text => Bytes(text.Text),
                ToolCallPart call => Bytes(call.Id) + Bytes(call.Name) + Bytes(call.Arguments),
                ToolResultPart result => Bytes(result.Id) + Bytes(result.Text),
                _ => 0,
            };
        }
        return sum;
    }

    private static long Bytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
