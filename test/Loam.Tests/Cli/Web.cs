using System.Net.Http;
using System.Net.Sockets;
using System.Text;

namespace Loam.Tests.Cli;

/// <summary>A program that speaks to the API.</summary>
internal sealed class Web(string socket, string? token = null) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var own = new Socket(AddressFamily.Unix, SocketType.Stream, default);
            await own.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
            return new NetworkStream(own, ownsSocket: true);
        },
    })
    {
        BaseAddress = new("http://loam"),
    };

    public Task<Got> GetAsync(string path) => SendAsync("GET", path, null);

    public Task<Got> PostAsync(string path, string? body = null) => SendAsync("POST", path, body);

    public async Task<Got> SendAsync(string method, string path, string? body,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var answer = await _client.SendAsync(request);
        return new((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(),
            answer.Content.Headers.ContentType?.MediaType ?? "");
    }

    public void Dispose() => _client.Dispose();
}

internal sealed record Got(int Status, string Body, string Kind);
