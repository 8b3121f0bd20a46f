using System.Text.RegularExpressions;
using Loam.Core.Diagnostics;

namespace Loam.Tests.Tidy;

/// <summary>Pages say what is there.</summary>
public sealed partial class PageTests
{
    private const int MostLinesOfReadme = 200;

    [Fact]
    public void Links_lead_somewhere() =>
        Faults(Repository.Pages, Link(), (page, target) =>
            target.Contains(':', StringComparison.Ordinal)
            || Repository.Has(Path.Combine(Path.GetDirectoryName(page)!, target)))
            .ShouldBeEmpty();

    /// <summary>Decisions are history and may name what is gone.</summary>
    [Fact]
    public void Files_that_pages_name_exist() =>
        Faults(Repository.Pages
                .Where(p => !p.Contains("decisions/", StringComparison.Ordinal)),
            NamedFile(), (_, path) => path.Contains('*', StringComparison.Ordinal)
                || path.Contains("NAME", StringComparison.Ordinal) || Repository.Has(path)).ShouldBeEmpty();

    [Fact]
    public void Diagnostics_that_are_named_exist()
    {
        var known = Codes.All.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        Faults(Repository.Pages.Concat(Repository.Product), CodeName(),
            (_, code) => known.Contains(code)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_decision_has_one_number_and_a_line_in_the_index()
    {
        var records = Repository.Pages
            .Where(p => p.StartsWith("docs/decisions/0", StringComparison.Ordinal))
            .Select(p => Path.GetFileName(p)).ToList();
        records.Select(r => r[..4]).ShouldBeUnique();
        var index = Repository.Read("docs/decisions/README.md");
        records.Where(r => !index.Contains($"({r})", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void The_first_page_stays_short() =>
        Repository.Lines("README.md").Length.ShouldBeLessThan(MostLinesOfReadme);

    /// <summary>What is committed speaks of no particular machine.</summary>
    [Fact]
    public void No_builder_s_folder_is_named()
    {
        // Put together here, so that this file does not name them.
        var folder = new Regex(@"(?<![\w$}.*])/(wo" + "rk|tmp/" + @"h)/");
        Repository.All.Where(f => folder.IsMatch(Repository.Read(f))).ShouldBeEmpty();
    }

    private static List<string> Faults(
        IEnumerable<string> files, Regex pattern, Func<string, string, bool> isGood) =>
        [.. files.SelectMany(f => pattern.Matches(Repository.Read(f))
            .Select(m => m.Groups[1].Value).Where(t => !isGood(f, t)).Select(t => $"{f}: {t}"))];

    [GeneratedRegex(@"\]\(([^)#\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|test|docs|tools|catalog|bench)/[^`\s]*)`")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"\b(LOAM\d{4})\b")]
    private static partial Regex CodeName();
}
