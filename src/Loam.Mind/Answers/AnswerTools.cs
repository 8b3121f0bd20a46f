using System.Collections.Immutable;
using Loam.Core.StateFiles;
using Loam.Mind.Gateway;

namespace Loam.Mind.Answers;

/// <summary>The tools a model may answer with, where its provider has such. None of them acts:
/// they are three ways of answering.</summary>
public static class AnswerTools
{
    public const string Propose = "propose_files";
    public const string Ask = "ask_person";
    public const string Answer = "answer";

    public static ImmutableArray<ModelTool> All { get; } =
    [
        new(Propose,
            "Propose new texts of state files, each whole. Loam plans them and asks the person.",
            """
            {"type":"object","additionalProperties":false,"required":["words","files"],
            "properties":{"words":{"type":"string","description":"One to three sentences for the
            person: what changes and why."},"files":{"type":"array","minItems":1,"maxItems":6,
            "items":{"type":"object","additionalProperties":false,"required":["file","text"],
            "properties":{"file":{"type":"string","enum":[FILES]},
            "text":{"type":"string","description":"The whole file."}}}}}}
            """.Replace("FILES", Files(), StringComparison.Ordinal).ReplaceLineEndings(" ")),
        new(Ask, "Ask the person the one question that decides what to propose.",
            """
            {"type":"object","additionalProperties":false,"required":["question"],
            "properties":{"question":{"type":"string"}}}
            """.ReplaceLineEndings(" ")),
        new(Answer, "Answer in words; nothing changes.",
            """
            {"type":"object","additionalProperties":false,"required":["text"],
            "properties":{"text":{"type":"string"}}}
            """.ReplaceLineEndings(" ")),
    ];

    private static string Files() =>
        string.Join(',', FileKinds.All.Select(k => $"\"{k.File}\""));
}
