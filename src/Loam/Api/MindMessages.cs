using System.Collections.Immutable;
using System.Text.Json.Serialization;
using System.Text.Json;

namespace Loam.Api;

/// <summary>A line that a person's client sends to the mind.</summary>
/// <param name="Type"><c>chat</c>; <c>sessions</c> asks for one's conversations; <c>forget</c>
/// removes one; <c>preferences</c> lists what one prefers, <c>prefer</c> adds the sentence in
/// <paramref name="Input"/>, and <c>unprefer</c> takes away the one of that number.</param>
/// <param name="SessionId">Chosen by the client; absent: a conversation of its own.</param>
/// <param name="Input">What the person said.</param>
internal sealed record ToMind(string? Type, string? SessionId, string? Input)
{
    /// <summary>The model is asked even where the interpreter is sure.</summary>
    public bool Model { get; init; }

    /// <summary>The person has seen what would leave the machine, and lets it.</summary>
    public bool MaySend { get; init; }

    /// <summary>Whom it is said for. Believed of root alone: the daemon speaks for those whom it
    /// knows.</summary>
    public string? For { get; init; }

    /// <summary>Of a <c>trial</c>: the texts it is about, which are nobody's machine.</summary>
    public ImmutableSortedDictionary<string, string>? Files { get; init; }

    /// <summary>Of a <c>trial</c>: what is said, in order.</summary>
    public ImmutableArray<string>? Turns { get; init; }

    /// <summary>Of a <c>trial</c>: the one model that is asked, by its name.</summary>
    public string? Only { get; init; }

    /// <summary>What the person said before in this conversation, and the client answered itself.
    /// </summary>
    public ImmutableArray<string>? Before { get; init; }

    /// <summary>How many of those, from the first, were applied.</summary>
    public int Over { get; init; }
}

/// <summary>A model that can be asked.</summary>
/// <param name="IsAway">What it is sent leaves the machine.</param>
/// <param name="Input">Millionths of a US dollar per million tokens; null: unknown.</param>
internal sealed record ModelLine(string Name, bool IsAway, long? Input, long? Output);

/// <summary>A line of the mind's answer. After the last one of a turn comes <c>done</c> or
/// <c>error</c>.</summary>
/// <param name="Type"><c>text</c>: a piece of what is said. <c>plan</c>: a proposal waits in the
/// daemon, under its name; its plan is asked for there. <c>question</c>: one thing is to be
/// answered first. <c>sending</c>: it would leave the machine, and the person is to allow it first.
/// <c>sessions</c>: one's conversations. <c>preferences</c>: one's own, as suggestions.
/// <c>thinking</c>: it is not over. <c>error</c>: it did not
/// work. <c>done</c>: who answered, how long it took and what it cost.</param>
internal sealed record FromMind(string Type)
{
    /// <summary>Of a <c>trial</c>: what it came to.</summary>
    public string? Outcome { get; init; }

    /// <summary>Of a <c>trial</c>: files that changed, whole.</summary>
    public ImmutableSortedDictionary<string, string>? Files { get; init; }

    /// <summary>The models that can be asked, in order.</summary>
    public ImmutableArray<ModelLine>? Models { get; init; }

    public string? SessionId { get; init; }

    public string? Content { get; init; }

    public string? Message { get; init; }

    public string? Remedy { get; init; }

    /// <summary>The proposal's name.</summary>
    public string? Proposal { get; init; }

    /// <summary>Over the API: the proposal of what was not asked for.</summary>
    public string? Rest { get; init; }

    /// <summary>Over the API: what would change that was not asked for, one sentence each.
    /// </summary>
    public ImmutableArray<string>? Unasked { get; init; }

    public ImmutableArray<string>? Suggestions { get; init; }

    /// <summary>Who answered: <c>the interpreter</c>, or a provider and its model.</summary>
    public string? By { get; init; }

    /// <summary>Why somebody else did not, a sentence each.</summary>
    public ImmutableArray<string>? PassedOver { get; init; }

    /// <summary>Beside the answer: that the conversation is not kept, and why.</summary>
    public string? Note { get; init; }

    /// <summary>Newest first.</summary>
    public ImmutableArray<SessionLine>? Sessions { get; init; }

    public double? TookMs { get; init; }

    /// <summary>Millionths of a US dollar; absent: unknown, or nothing.</summary>
    public long? Cost { get; init; }
}

/// <summary>A conversation without its turns.</summary>
/// <param name="About">Its first words.</param>
internal sealed record SessionLine(
    string Name, DateTimeOffset Began, DateTimeOffset Last, int Turns, string About);

/// <summary>A person's own words in a conversation, as their client keeps them.</summary>
/// <param name="Over">How many of them, from the first, were applied.</param>
internal sealed record SaidSession(string Name, ImmutableArray<string> Words, int Over);

/// <summary>The lines between people's clients and the mind.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ToMind))]
[JsonSerializable(typeof(FromMind))]
[JsonSerializable(typeof(SaidSession))]
internal sealed partial class MindJson : JsonSerializerContext
{
    /// <summary>As people read it: no sign is escaped that need not be.</summary>
    public static MindJson Lines { get; } = new(new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
