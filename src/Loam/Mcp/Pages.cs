using ModelContextProtocol;

namespace Loam.Mcp;

/// <summary>Every list of this server fits one page, so there is no cursor to go on from.
/// </summary>
internal static class Pages
{
    /// <exception cref="McpProtocolException">It is no cursor of ours.</exception>
    public static void Only(string? cursor)
    {
        if (cursor is not null)
        {
            throw new McpProtocolException("There is no further page.",
                McpErrorCode.InvalidParams);
        }
    }
}
