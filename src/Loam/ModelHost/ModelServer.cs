using System.Net.Mime;
using Loam.Api;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.ModelHost.Llama;
using Microsoft.AspNetCore.Http;

namespace Loam.ModelHost;

/// <summary>Chat completions by HTTP on a socket that was given, for whoever may speak to it.
/// </summary>
/// <param name="model">Null: it could not be loaded, and <paramref name="fault"/> says why.</param>
/// <param name="name">As answers name it.</param>
internal sealed class ModelServer(
    LoadedModel? model, HostException? fault, string name, Pulse pulse, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Queue _queue = new();
    private readonly DateTimeOffset _since = time.GetUtcNow();
    private readonly bool _hasTemplate = model is not null && ChatPrompt.HasTemplate(model);
    private long _used = time.GetTimestamp();
    private int _served;

    /// <param name="listener">Number of the listening socket's file.</param>
    /// <param name="quiet">How long nobody may ask before it ends.</param>
    public async Task RunAsync(ulong listener, TimeSpan quiet, CancellationToken stop)
    {
        await using var app = LocalServer.Make(
            Limits.Connections, kestrel => kestrel.ListenHandle(listener), ServeAsync);
        await app.StartAsync(stop).ConfigureAwait(false);
        while (Volatile.Read(ref _served) > 0
            || time.GetElapsedTime(Volatile.Read(ref _used)) < quiet)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, stop).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(HttpContext http)
    {
        Interlocked.Increment(ref _served);
        try
        {
            await AnswerAsync(http).ConfigureAwait(false);
        }
        catch (ChatFault refusal)
        {
            await RefuseAsync(http, refusal.Status, refusal.Type, refusal.Message)
                .ConfigureAwait(false);
        }
        catch (HostException failure)
        {
            await RefuseAsync(http, 500, "server_error", $"{failure.Message} {failure.Remedy}")
                .ConfigureAwait(false);
        }
        catch (BadHttpRequestException bad)
        {
            await RefuseAsync(http, bad.StatusCode, "invalid_request_error", bad.Message)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            http.Abort();
        }
        finally
        {
            Volatile.Write(ref _used, time.GetTimestamp());
            Interlocked.Decrement(ref _served);
        }
    }

    private Task AnswerAsync(HttpContext http) => (http.Request.Method,
        http.Request.Path.Value) switch
    {
        ("GET", "/health") => SendAsync(http, """{"status":"ok"}"""u8.ToArray()),
        ("GET", "/v1/models" or "/models") => SendAsync(http, ChatReply.Models(
            name, _since, (model ?? throw fault!).ContextTokens, _hasTemplate)),
        ("POST", "/v1/chat/completions" or "/chat/completions") => CompleteAsync(http),
        _ => throw new ChatFault(404, "not_found_error",
            "There are GET /v1/models, GET /health and POST /v1/chat/completions."),
    };

    private async Task CompleteAsync(HttpContext http)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        var asked = ChatRequest.Read(body.GetBuffer().AsMemory(0, (int)body.Length));
        if (model is null)
        {
            throw fault!;
        }
        using var turn = await _queue.EnterAsync(http.RequestAborted).ConfigureAwait(false);
        var completion = new Completion(model, pulse, asked);
        var prompt = completion.Prompt();
        var reply = new ChatReply(name, time.GetUtcNow());
        if (asked.Streams)
        {
            await StreamAsync(http, completion, prompt, reply, asked.TellsUsage)
                .ConfigureAwait(false);
            return;
        }
        await foreach (var _ in completion.RunAsync(prompt, http.RequestAborted)
            .ConfigureAwait(false))
        {
            // All of it goes at once.
        }
        var call = completion.Call;
        await SendAsync(http, reply.Whole(completion.Words, call,
            ChatReply.Reason(completion.Reason, call is not null), completion.Asked,
            completion.Answered)).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext http, Completion completion, int[] prompt,
        ChatReply reply, bool tellsUsage)
    {
        http.Response.ContentType = MediaTypeNames.Text.EventStream;
        var said = 0;
        try
        {
            await foreach (var piece in completion.RunAsync(prompt, http.RequestAborted)
                .ConfigureAwait(false))
            {
                if (piece.Length == 0 || completion.MayBeCall)
                {
                    // A comment: whoever waits knows that it goes on.
                    await WriteAsync(http, ":\n\n"u8.ToArray()).ConfigureAwait(false);
                    continue;
                }
                await EventAsync(http, reply.Words(completion.Words[said..]))
                    .ConfigureAwait(false);
                said = completion.Words.Length;
            }
        }
        catch (HostException failure) when (http.Response.HasStarted)
        {
            await EventAsync(http, ChatReply.Fault("server_error", failure.Message))
                .ConfigureAwait(false);
            return;
        }
        var call = completion.Call;
        if (call is var (name, arguments))
        {
            await EventAsync(http, reply.Call(name, arguments)).ConfigureAwait(false);
        }
        else if (said < completion.Words.Length)
        {
            await EventAsync(http, reply.Words(completion.Words[said..])).ConfigureAwait(false);
        }
        await EventAsync(http, reply.End(ChatReply.Reason(completion.Reason, call is not null)))
            .ConfigureAwait(false);
        if (tellsUsage)
        {
            await EventAsync(http, reply.Usage(completion.Asked, completion.Answered))
                .ConfigureAwait(false);
        }
        await WriteAsync(http, "data: [DONE]\n\n"u8.ToArray()).ConfigureAwait(false);
    }

    private static Task EventAsync(HttpContext http, ReadOnlyMemory<byte> json) =>
        WriteAsync(http, [.. "data: "u8, .. json.Span, .. "\n\n"u8]);

    /// <summary>Whoever does not read keeps the model from others, and is not waited for.</summary>
    private static async Task WriteAsync(HttpContext http, byte[] bytes)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(s_patience);
        await http.Response.Body.WriteAsync(bytes, limit.Token).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(limit.Token).ConfigureAwait(false);
    }

    private static Task SendAsync(HttpContext http, ReadOnlyMemory<byte> json)
    {
        http.Response.ContentType = MediaTypeNames.Application.Json;
        http.Response.ContentLength = json.Length;
        return http.Response.Body.WriteAsync(json, http.RequestAborted).AsTask();
    }

    private static Task RefuseAsync(HttpContext http, int status, string type, string message)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }
        http.Response.StatusCode = status;
        if (status == 503)
        {
            http.Response.Headers.RetryAfter = "5";
        }
        return SendAsync(http, ChatReply.Fault(type, message));
    }
}
