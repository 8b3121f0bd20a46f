using System.Collections.Immutable;

namespace Loam.Mind.Gateway;

/// <summary>One question, complete: models remember nothing.</summary>
public sealed record ModelRequest
{
    /// <summary>Instructions; empty: none.</summary>
    public string System { get; init; } = "";

    /// <summary>In turns, a person's first and last; at least one.</summary>
    public required ImmutableArray<ModelMessage> Messages { get; init; }

    public ImmutableArray<ModelTool> Tools { get; init; } = [];

    /// <summary>The longest answer, in tokens.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>0 to 2; null: as the model does by itself.</summary>
    public double? Temperature { get; init; }

    /// <summary>It is never sent to what is not <see cref="PrivacyClass.Local"/>.</summary>
    public required bool LocalOnly { get; init; }

    /// <summary>Who is asked, in this order; null: all of the manifest, in its order.</summary>
    public ImmutableArray<ModelInfo>? Among { get; init; }

    /// <summary>An answer to the very same that was kept may be given again.</summary>
    public bool MayRecall { get; init; }
}

/// <param name="Schema">JSON schema of the arguments, an object.</param>
public sealed record ModelTool(string Name, string Description, string Schema);

public enum Speaker { User, Assistant }

public sealed record ModelMessage(Speaker Speaker, ImmutableArray<MessagePart> Parts)
{
    /// <summary>A model's own answer, as it came: what was replaced on the way to it is replaced
    /// in it still.</summary>
    public bool IsEcho { get; init; }

    public static ModelMessage User(string text) => new(Speaker.User, [new TextPart(text)]);

    public static ModelMessage Assistant(string text) =>
        new(Speaker.Assistant, [new TextPart(text)]);
}

public abstract record MessagePart;

public sealed record TextPart(string Text) : MessagePart;

/// <summary>A call the model made, said back to it. Only of the assistant.</summary>
/// <param name="Arguments">JSON as the model wrote it.</param>
public sealed record ToolCallPart(string Id, string Name, string Arguments) : MessagePart;

/// <summary>What came of a call. Only of the user, right after the call.</summary>
public sealed record ToolResultPart(string Id, string Text, bool IsError) : MessagePart;
