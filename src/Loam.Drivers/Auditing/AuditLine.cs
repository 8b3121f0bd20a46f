using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loam.Core.Auditing;

namespace Loam.Drivers.Auditing;

/// <summary>One line of the record as it stands in a file.</summary>
/// <param name="N">Its number in the whole chain, from 1.</param>
/// <param name="Event">One of <see cref="AuditEvents"/>, or one of the chain's own.</param>
/// <param name="Prev">SHA-256 of the line before it, in hex digits; zeros before the first.
/// </param>
public sealed record AuditLine(
    long N, DateTimeOffset At, string Event, string Who, string What, string Prev)
{
    /// <summary>Says with its signature that all lines before it stand as they were written.
    /// </summary>
    public const string Checkpoint = "audit.checkpoint";

    /// <summary>Retention removed lines: <see cref="What"/> is the number and the digest of the
    /// last of them.</summary>
    public const string Trimmed = "audit.trimmed";

    /// <summary>The rest of a line that a crash cut off was removed.</summary>
    public const string Recovered = "audit.recovered";

    public static readonly string Start = new('0', 64);

    public int? Generation { get; init; }
    public string? Plan { get; init; }
    public ImmutableArray<string>? Names { get; init; }

    /// <summary>ECDSA over P-256 of <see cref="Signed"/>, base64; null: not signed.</summary>
    public string? Sig { get; init; }

    /// <summary>What a signature is of: as it contains the digest of the line before, it speaks
    /// for the whole chain up to here.</summary>
    [JsonIgnore]
    public byte[] Signed => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"loam audit v1\n{N}\n{At.UtcTicks}\n{Event}\n{What}\n{Prev}\n"));

    /// <summary>Without the end of line.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(
        this, AuditJson.Readable.AuditLine);

    /// <summary>Null: it is no line of the record.</summary>
    public static AuditLine? Of(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var line = JsonSerializer.Deserialize(bytes, AuditJson.Readable.AuditLine);
            return line is { Event: not null, Who: not null, What: not null, Prev: not null }
                ? line : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string DigestOf(ReadOnlySpan<byte> line) =>
        Convert.ToHexStringLower(SHA256.HashData(line));
}

/// <summary>JSON of the record: names as in the file, unset fields left out.</summary>
[JsonSerializable(typeof(AuditLine))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>For people and <c>grep</c>: names in other scripts stay as they are.</summary>
    public static AuditJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
