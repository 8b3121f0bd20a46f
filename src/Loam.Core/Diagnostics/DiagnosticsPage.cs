using System.Text;

namespace Loam.Core.Diagnostics;

/// <summary>Every code as a page for people: <c>docs/diagnostics.md</c>.</summary>
public static class DiagnosticsPage
{
    private static readonly (int First, string Title)[] Chapters =
    [
        (100, "Text and values"), (200, "Across fields and files"), (300, "Planning"),
        (400, "Applying"), (500, "Answers of models"),
    ];

    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("# Diagnostics\n\nThis page is generated from `Codes.cs`.\n\n")
            .Append("A finding reads ")
            .Append("`FILE:LINE:COLUMN: error LOAMnnnn: what is wrong. What to do.`")
            .Append("\nAn error stops a change, a warning and a note do not.\n");
        foreach (var (first, title) in Chapters)
        {
            page.Append('\n').Append("## ").Append(title).Append('\n');
            foreach (var code in Codes.All.Where(c => c.Number / 100 == first / 100)
                .OrderBy(c => c.Number))
            {
                page.Append($"\n### {code.Id}: {code.Title}\n\n{code.Explanation}\n");
            }
        }
        return page.ToString();
    }
}
