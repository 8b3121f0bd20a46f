using System.Text.Json;
using Loam.Core;
using Loam.Core.Diagnostics;
using Loam.Mind.Gateway;

namespace Loam.Mind.Answers;

/// <summary>Reads what a model answered. It takes time and memory in proportion to the answer,
/// which is bounded, and never throws, whatever stands in it.</summary>
public static class AnswerReader
{
    /// <summary>An answer in text: files in blocks such as <c>```yaml:services.yaml</c>, or a block
    /// <c>```question</c>, or neither.</summary>
    public static ModelAnswer Read(string text)
    {
        if (text.Length > Limits.AnswerCharacters)
        {
            return TooLong();
        }
        var draft = new AnswerDraft();
        foreach (var stretch in Fences.Cut(PlainText.Lines(text.TrimStart('\uFEFF'))))
        {
            if (stretch.Info is null)
            {
                draft.Say(stretch.Text);
            }
            else
            {
                ReadBlock(stretch, draft);
            }
        }
        return draft.Finish();
    }

    /// <summary>An answer of a provider with typed tools. Without any use of a tool its text is
    /// read as text.</summary>
    public static ModelAnswer Read(string text, IReadOnlyList<ToolCallPart> uses)
    {
        if (uses.Count == 0)
        {
            return Read(text);
        }
        if (text.Length + uses.Sum(u => (long)u.Arguments.Length) > Limits.AnswerCharacters)
        {
            return TooLong();
        }
        var draft = new AnswerDraft();
        draft.Say(text);
        foreach (var use in uses)
        {
            ReadUse(use, draft);
        }
        return draft.Finish();
    }

    private static ModelAnswer TooLong()
    {
        var draft = new AnswerDraft();
        draft.Error(Codes.TooLarge, 1,
            $"The answer is longer than {Limits.AnswerCharacters / 1024} Ki characters.",
            "Write the files that change, and a few words.");
        return draft.Finish();
    }

    private static void ReadBlock(Stretch block, AnswerDraft draft)
    {
        var (sort, name) = BlockName.Of(block.Info!);
        if (!block.IsClosed && sort != BlockSort.Other)
        {
            draft.Error(Codes.AnswerForm, block.Line, "The last block is not closed, so the answer "
                + "was cut off.", "Write it again as a whole, with fewer words around the files.");
            return;
        }
        switch (sort)
        {
            case BlockSort.File:
                draft.AddFile(name, block.Text, block.Line);
                break;
            case BlockSort.Question:
                draft.Ask(block.Text);
                break;
            case BlockSort.WrongFile:
                draft.RefuseFile(name, block.Line);
                break;
            case BlockSort.Difference:
                draft.Error(Codes.AnswerForm, block.Line,
                    "A block holds a difference instead of a file.",
                    "Write the whole file, with the change in it.");
                break;
            case BlockSort.Nameless when IsStateFile(block.Text):
                draft.Error(Codes.AnswerForm, block.Line,
                    "A block holds a state file and does not say which.",
                    "Begin it with ```yaml:services.yaml, or whichever file it is; show an "
                    + "example without apiVersion.");
                break;
            default:
                draft.Say($"```{block.Info}\n{block.Text}```");
                break;
        }
    }

    private static bool IsStateFile(string text) =>
        text.AsSpan().TrimStart().StartsWith("apiVersion:")
        || text.Contains("\napiVersion:", StringComparison.Ordinal);

    private static void ReadUse(ToolCallPart use, AnswerDraft draft)
    {
        try
        {
            using var json = JsonDocument.Parse(
                use.Arguments.Length == 0 ? "{}" : use.Arguments, new() { MaxDepth = 8 });
            switch (use.Name)
            {
                case AnswerTools.Propose:
                    ReadFiles(json.RootElement, draft);
                    break;
                case AnswerTools.Ask:
                    draft.Ask(Text(json.RootElement, "question", use.Name, draft));
                    break;
                case AnswerTools.Answer:
                    draft.Say(Text(json.RootElement, "text", use.Name, draft));
                    break;
                default:
                    draft.Error(Codes.AnswerForm, 1, "The answer uses a tool that is not there.",
                        $"The tools are {AnswerTools.Propose}, {AnswerTools.Ask} and "
                        + $"{AnswerTools.Answer}.");
                    break;
            }
        }
        // Half of a surrogate pair written as \u is no text.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            draft.Error(Codes.AnswerForm, 1, "What a tool was given is not JSON as declared.",
                "Give it again, as its schema says.");
        }
    }

    private static void ReadFiles(JsonElement input, AnswerDraft draft)
    {
        if (input.ValueKind == JsonValueKind.Object
            && input.TryGetProperty("words", out var words)
            && words.ValueKind == JsonValueKind.String)
        {
            draft.Say(words.GetString()!);
        }
        if (input.ValueKind != JsonValueKind.Object || !input.TryGetProperty("files", out var list)
            || list.ValueKind != JsonValueKind.Array)
        {
            ReadFile(input, draft);
            return;
        }
        foreach (var file in list.EnumerateArray())
        {
            ReadFile(file, draft);
        }
    }

    private static void ReadFile(JsonElement input, AnswerDraft draft)
    {
        var name = Text(input, "file", AnswerTools.Propose, draft);
        var text = Text(input, "text", AnswerTools.Propose, draft);
        if (Core.StateFiles.FileKinds.Of(name) is null)
        {
            draft.RefuseFile(name, 1);
            return;
        }
        draft.AddFile(name, PlainText.Lines(text), 1);
    }

    private static string Text(JsonElement input, string field, string tool, AnswerDraft draft)
    {
        if (input.ValueKind == JsonValueKind.Object && input.TryGetProperty(field, out var value)
            && value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!;
        }
        draft.Error(Codes.AnswerForm, 1, $"{tool} was given no text as {field}.",
            "Give it as the tool's schema says.");
        return "";
    }
}
