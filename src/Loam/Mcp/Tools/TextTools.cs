using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Loam.Cli;
using Loam.Cli.Commands;
using Loam.Cli.Views;
using Loam.Core.Catalog;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Mcp.Tools;

/// <summary>Tools about texts: the state files, what words come to, the catalogue. They change
/// nothing and leave nothing behind.</summary>
internal static class TextTools
{
    private const int LongestWords = 200;

    private static readonly JsonNode s_anything = new JsonObject { ["type"] = "object" };

    public static IEnumerable<Tool> All =>
    [
        new("state", "The state files",
            "The state files in force, or of an earlier generation, whole: all that this machine "
            + "is to be. Secrets are handles. Read them before you propose files.",
            [
                new("file", FieldKind.Text, "One file; all of them without it.", 40)
                {
                    Choices = [.. FileKinds.All.Select(k => k.File)],
                },
                new("generation", FieldKind.Number,
                    "An earlier generation; the one in force without it.", int.MaxValue)
                {
                    Least = 1,
                },
            ], Shapes.Of(McpJson.Default.StateReport), StateAsync),
        new("validate", "Check texts",
            "Everything that is wrong with texts of state files, in place of those in force. "
            + "Nothing is changed and nobody is asked.",
            Texts.OfFiles, Shapes.Of(McpJson.Default.ValidateReport), ValidateAsync),
        new("ask", "Ask in words",
            "What Loam's own interpreter makes of a request or a question in plain English: an "
            + "answer, a question back, or what would change. No model is asked and nothing is "
            + "changed or proposed.", Texts.OfWords, s_anything.DeepClone(), AskAsync),
        new("search_catalogue", "Search the catalogue",
            "Apps that Loam knows how to set up, by what they do; all of them without words.",
            [new("words", FieldKind.Text, "Such as `photo library`.", LongestWords)],
            s_anything.DeepClone(), SearchAsync),
        new("show_app", "One app of the catalogue",
            "What an app is, takes and needs.",
            [
                new("app", FieldKind.Text, "Its name.", LongestWords) { IsRequired = true },
            ], s_anything.DeepClone(), ShowAsync),
    ];

    private static async Task<ToolAnswer> StateAsync(ToolCall call, CancellationToken cancel)
    {
        var (desk, number) = (call.Desk, call.Given.Number("generation", 0));
        SeenState seen;
        if (number == 0)
        {
            seen = await desk.StateAsync(cancel).ConfigureAwait(false);
        }
        else
        {
            var former = new StateSet((await desk.Client.GenerationAsync(number, cancel)
                .ConfigureAwait(false)).Files);
            seen = new(number, former, SecretHandles.Blank(former));
        }
        var file = call.Given.Text("file");
        var files = seen.Blanked.Texts.Where(
            t => t.Key != StateSet.Lock && (file is null || file == t.Key))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        var report = new StateReport(seen.Generation, files);
        var text = $"generation {seen.Generation}\n" + (files.IsEmpty ? "There is no such file yet."
            : string.Join('\n', files.Select(f => Desk.MarkedFile(f.Key, f.Value))));
        return new($"state of generation {seen.Generation}", text,
            Shapes.Value(report, McpJson.Default.StateReport))
        {
            IsPlain = true,
        };
    }

    private static async Task<ToolAnswer> ValidateAsync(ToolCall call, CancellationToken cancel)
    {
        var seen = await call.Desk.StateAsync(cancel).ConfigureAwait(false);
        var files = call.Given.Files("files");
        var shown = Texts.Over(seen.Blanked, files);
        var found = new DiagnosticBag();
        SecretHandles.Check(shown, seen.Blanked, found);
        found.AddRange(StateReader.Read(shown).Findings);
        var findings = found.ToList();
        var report = new ValidateReport(!found.HasErrors, Texts.Reports(findings));
        return new("what was found in the texts", Desk.Plain(
            [
                .. FailureView.Of(findings, shown, Look.Plain),
                new Line(found.HasErrors ? "✗ not valid" : "✓ valid"),
            ]), Shapes.Value(report, McpJson.Default.ValidateReport));
    }

    private static async Task<ToolAnswer> AskAsync(ToolCall call, CancellationToken cancel)
    {
        var seen = await call.Desk.StateAsync(cancel).ConfigureAwait(false);
        var proposal = Texts.Interpret(call, seen);
        return new("the interpreter", Desk.Plain(ProposalView.Of(
            proposal, seen.Blanked.Without(StateSet.Lock), Look.Plain)),
            JsonNode.Parse(ProposalJson.Write(proposal))!);
    }

    private static Task<ToolAnswer> SearchAsync(ToolCall call, CancellationToken cancel)
    {
        var found = AppSearch.Find(Words(call.Given.Text("words") ?? ""));
        return Task.FromResult(new ToolAnswer("the catalogue", found.IsEmpty
            ? "No app is known for that. Any image can be run by its reference: "
                + "`run ghcr.io/owner/name:1.0`." : Desk.Plain(AppView.Table(found, Look.Plain)),
            JsonNode.Parse(AppView.Json(found))!) { IsPlain = true });
    }

    private static Task<ToolAnswer> ShowAsync(ToolCall call, CancellationToken cancel)
    {
        var words = Words(call.Given.Text("app")!);
        var app = words.Count == 0 ? null : CatalogCommands.Meant(words, out _);
        return app is null
            ? throw new CommandFailure(ExitCode.Invalid, "There is no such app.",
                AppSearch.Nearest(words) is { IsEmpty: false } near
                    ? $"Did you mean {string.Join(", ", near)}?"
                    : "`search_catalogue` finds apps by what they do.")
            : Task.FromResult(new ToolAnswer("the catalogue",
                Desk.Plain(AppView.Page(app, Look.Plain)), JsonNode.Parse(AppView.Json(app))!)
            {
                IsPlain = true,
            });
    }

    private static List<string> Words(string text) =>
        [.. text.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)];
}
