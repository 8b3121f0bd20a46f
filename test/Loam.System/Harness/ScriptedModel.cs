using System.Net;
using System.Text;
using System.Text.Json;

namespace Loam.System.Harness;

/// <summary>An endpoint of the OpenAI kind on this machine's loopback that answers as a script
/// says.</summary>
public sealed class ScriptedModel : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    /// <param name="script">What is answered to all the text of a request.</param>
    public ScriptedModel(int port, Func<string, string> script)
    {
        Url = $"http://127.0.0.1:{port}/v1";
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _serving = ServeAsync(script);
    }

    public string Url { get; }

    /// <summary>The text of every request, in order.</summary>
    public List<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync(Func<string, string> script)
    {
        try
        {
            while (true)
            {
                var http = await _listener.GetContextAsync();
                using var reader = new StreamReader(http.Request.InputStream);
                var asked = TextOf(await reader.ReadToEndAsync());
                lock (Asked)
                {
                    Asked.Add(asked);
                }
                http.Response.ContentType = "text/event-stream";
                await using var body = http.Response.OutputStream;
                await body.WriteAsync(Stream(script(asked)));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private static string TextOf(string request)
    {
        using var json = JsonDocument.Parse(request);
        return string.Join('\n', json.RootElement.GetProperty("messages").EnumerateArray()
            .Select(m => m.GetProperty("content").ToString()));
    }

    private static byte[] Stream(string answer)
    {
        var text = new StringBuilder();
        foreach (var piece in answer.Chunk(17).Select(c => new string(c)))
        {
            text.Append("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":")
                .Append($"\"{JsonEncodedText.Encode(piece)}\"").Append("}}]}\n\n");
        }
        return Encoding.UTF8.GetBytes(text
            .Append("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n")
            .Append("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,")
            .Append("\"completion_tokens\":5}}\n\ndata: [DONE]\n\n").ToString());
    }
}
