using System.Collections.Immutable;
using Loam.Cli;
using Loam.Core;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Mcp;

/// <summary>What a client would like, as texts.</summary>
/// <param name="Words">In whose place they stand: what was said, or what they are for.</param>
/// <param name="Said">What the person said, as the client says.</param>
internal sealed record Wanted(int Generation, string Words,
    ImmutableSortedDictionary<string, string> Files, ImmutableArray<string> Said);

/// <summary>Arguments that are texts of state files, or words that come to some.</summary>
internal static class Texts
{
    private const int LongestWords = 4000;
    private const int LongestReason = 2000;

    private static readonly Field Files = new("files", FieldKind.Files,
        "Whole new texts of state files, by name, such as {\"services.yaml\": \"…\"}. Read them "
        + "with `state` first: what a text leaves out is removed. Handles (kept-1, "
        + "encrypted:v1:kept/…) stay where they are; a new secret is `generate:32`. An empty text "
        + "removes the file.", Limits.StateFileBytes);

    private static readonly Field Generation = new("generation", FieldKind.Number,
        "The generation that the files were made from, as `state` said it.", int.MaxValue);

    private static readonly Field Words = new("words", FieldKind.Text,
        "Instead of files: a request in plain English, such as `add redis with 512 MB`.",
        LongestWords);

    private static readonly Field Earlier = new("earlier", FieldKind.Texts,
        "With words: what was said before in this conversation, oldest first; an answer to a "
        + "question needs the request before it.", LongestWords);

    private static readonly Field Reason = new("reason", FieldKind.Text,
        "With files: one or two sentences for the person who approves: what and why.",
        LongestReason);

    private static readonly Field Asked = new("asked", FieldKind.Texts,
        "With files: what the person said to you, word for word and nothing else, oldest first. "
        + "What those words do not cover is parted from the rest, and needs an approval of its "
        + "own; without them that is everything.", LongestWords);

    public static ImmutableArray<Field> Fields { get; } =
        [Words, Earlier, Files, Generation, Reason, Asked];

    public static ImmutableArray<Field> OfWords { get; } =
        [Words with { Sentence = "In plain English.", IsRequired = true }, Earlier];

    public static ImmutableArray<Field> OfFiles { get; } = [Files with { IsRequired = true }];

    /// <summary>What the words come to, over texts without secrets.</summary>
    public static Proposal Interpret(ToolCall call, SeenState seen) => Interpreter.Propose(
        seen.Blanked.Without(StateSet.Lock),
        [.. call.Given.Texts("earlier"), call.Given.Text("words")!],
        call.Desk.Time.GetUtcNow());

    /// <summary>The files that were given.</summary>
    /// <exception cref="CommandFailure">Invalid: they are not complete, or of another generation.
    /// </exception>
    public static Wanted Given(ToolCall call, SeenState seen)
    {
        var given = call.Given;
        var files = given.Files("files");
        if (files.IsEmpty)
        {
            throw new CommandFailure(ExitCode.Invalid, "There is nothing to look at.",
                "Give `words`, or `files` with the `generation` they were made from.");
        }
        if (files.Keys.FirstOrDefault(f => FileKinds.Of(f) is null) is { } stranger)
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"'{Glyphs.Fit(Glyphs.Neutral(stranger), 40)}' is none of the state files.",
                $"They are {string.Join(", ", FileKinds.All.Select(k => k.File))}.");
        }
        if (!given.Has("generation"))
        {
            throw new CommandFailure(ExitCode.Invalid, "generation is missing.",
                "Say which generation the files were made from: `state` names it.");
        }
        var generation = given.Number("generation", 0);
        return generation != seen.Generation
            ? throw new CommandFailure(ExitCode.Invalid,
                $"The files are of generation {generation}, and {seen.Generation} is in force.",
                "Read `state` again and make the change there.")
            : new(generation, given.Text("reason") is { Length: > 0 } reason ? reason
                : "It gives no reason.", files, [.. given.Texts("asked")]);
    }

    /// <summary>The texts in force with these in their place.</summary>
    public static StateSet Over(
        StateSet present, ImmutableSortedDictionary<string, string> files) =>
        files.Aggregate(present, (all, text) => text.Value.Length == 0
            ? all.Without(text.Key) : all.With(text.Key, text.Value));

    public static ImmutableArray<FindingReport> Reports(IEnumerable<Diagnostic> findings) =>
    [
        .. findings.Take(Limits.Findings).Select(f => new FindingReport(
            f.Severity.ToString().ToLowerInvariant(), f.Code.Id, f.At?.ToString(), f.Message,
            f.Remedy)),
    ];
}
