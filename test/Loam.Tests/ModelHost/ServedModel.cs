using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.ModelHost;
using Loam.ModelHost.Llama;
using Loam.Tests.Files;

namespace Loam.Tests.ModelHost;

/// <summary>A tiny model behind the host's own server, in this process, on a socket.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private readonly Scratch _scratch = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Pulse _pulse;
    private readonly LoadedModel _model;
    private readonly Socket _socket;
    private readonly Task _serving;

    /// <param name="write">Makes the file.</param>
    public ServedModel(Action<string> write, int contextTokens = 4096)
    {
        var file = Path.Combine(_scratch.Root, "tiny.gguf");
        write(file);
        LlamaLibrary.Open(NeedsLlamaAttribute.Folder);
        _pulse = new(Path.Combine(_scratch.Root, Pulse.FileName), TimeProvider.System);
        _model = LoadedModel.Load(file, contextTokens, 1, _pulse.Came);
        var place = new UnixDomainSocketEndPoint(Path.Combine(_scratch.Root, "s"));
        _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Bind(place);
        _socket.Listen();
        Http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var near = new Socket(AddressFamily.Unix, SocketType.Stream,
                    ProtocolType.Unspecified);
                await near.ConnectAsync(place, cancel);
                return new NetworkStream(near, ownsSocket: true);
            },
        })
        {
            BaseAddress = new("http://model/"),
        };
        _serving = new ModelServer(_model, null, "tiny", _pulse, TimeProvider.System).RunAsync(
            (ulong)_socket.Handle, TimeSpan.FromHours(1), _stop.Token);
    }

    public HttpClient Http { get; }

    public Task<HttpResponseMessage> PostAsync(string body, CancellationToken cancel = default) =>
        Http.SendAsync(new(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        }, HttpCompletionOption.ResponseHeadersRead, cancel);

    /// <summary>The whole answer to one message.</summary>
    /// <param name="more">Further fields of the request.</param>
    public async Task<JsonElement> AskAsync(string text, string more = "")
    {
        using var response = await PostAsync(Body(text, more));
        var answer = await response.Content.ReadAsStringAsync();
        return JsonDocument.Parse(answer).RootElement;
    }

    public static string Body(string text, string more = "") =>
        $$"""{"messages":[{"role":"user","content":{{JsonValue.Create(text).ToJsonString()}}}]{{(
            more.Length > 0 ? "," + more : "")}}}""";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_serving);
        Http.Dispose();
        _socket.Dispose();
        _pulse.Dispose();
        _model.Dispose();
        _scratch.Dispose();
    }
}
