using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Loam.Mind.Gateway.Wire;

namespace Loam.Mind.Gateway.Asking;

/// <summary>Answers that were only read, by the digest of all that was asked. In memory alone.
/// </summary>
public sealed class ResponseCache(TimeProvider time, TimeSpan lifetime)
{
    private const int MostAnswers = 256;

    /// <summary>Characters of all answers, and of one.</summary>
    private const int MostText = 4 * 1024 * 1024;
    private const int MostOfOne = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Kept>> _byDigest =
        new(StringComparer.Ordinal);
    private readonly LinkedList<Kept> _byAge = [];
    private long _text;

    internal sealed record Kept(string Digest, ModelInfo Info, string Text, long Begun);

    internal Kept? Find(string digest)
    {
        lock (_lock)
        {
            if (!_byDigest.TryGetValue(digest, out var node))
            {
                return null;
            }
            if (time.GetElapsedTime(node.Value.Begun) < lifetime)
            {
                return node.Value;
            }
            Remove(node);
            return null;
        }
    }

    internal void Keep(string digest, ModelInfo info, string text)
    {
        if (text.Length is 0 or > MostOfOne)
        {
            return;
        }
        lock (_lock)
        {
            if (_byDigest.TryGetValue(digest, out var old))
            {
                Remove(old);
            }
            _byDigest[digest] = _byAge.AddLast(new Kept(digest, info, text, time.GetTimestamp()));
            _text += text.Length;
            while (_byAge.Count > MostAnswers || _text > MostText)
            {
                Remove(_byAge.First!);
            }
        }
    }

    private void Remove(LinkedListNode<Kept> node)
    {
        _byDigest.Remove(node.Value.Digest);
        _byAge.Remove(node);
        _text -= node.Value.Text.Length;
    }

    /// <summary>Of a question and those who may answer it: all of both.</summary>
    internal static string Digest(ModelRequest request, ImmutableArray<IModel> models) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonWriting.Write(json =>
        {
            json.WriteStartArray("models");
            foreach (var model in models)
            {
                json.WriteStringValue($"{model.Info.Privacy} {model.Info} {model.Info.Place}");
            }
            json.WriteEndArray();
            json.WriteString("system", request.System);
            json.WriteNumber("max", request.MaxTokens);
            json.WriteString("temperature",
                request.Temperature?.ToString("R", CultureInfo.InvariantCulture));
            json.WriteBoolean("local", request.LocalOnly);
            json.WriteStartArray("tools");
            foreach (var tool in request.Tools)
            {
                Texts(json, tool.Name, tool.Description, tool.Schema);
            }
            json.WriteEndArray();
            json.WriteStartArray("messages");
            foreach (var message in request.Messages)
            {
                json.WriteStartArray();
                json.WriteStringValue(message.Speaker.ToString());
                foreach (var part in message.Parts)
                {
                    Texts(json, part switch
                    {
                        TextPart text => ["text", text.Text],
                        ToolCallPart call => ["call", call.Id, call.Name, call.Arguments],
                        ToolResultPart result =>
                            ["result", result.Id, result.Text, result.IsError ? "error" : ""],
                        _ => [],
                    });
                }
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }).Span));

    private static void Texts(Utf8JsonWriter json, params string[] texts)
    {
        json.WriteStartArray();
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }
        json.WriteEndArray();
    }
}
