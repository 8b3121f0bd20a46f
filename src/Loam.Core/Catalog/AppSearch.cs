using System.Collections.Immutable;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Catalog;

/// <summary>Looks through the catalogue by any words.</summary>
public static class AppSearch
{
    private const int MostSuggestions = 3;
    private static readonly char[] s_gaps = [' ', '-', '.', ','];

    /// <summary>Words that say nothing about an app.</summary>
    private static readonly ImmutableHashSet<string> s_empty =
        ["a", "an", "the", "for", "of", "to", "my", "me", "with", "some", "and", "in", "app"];

    /// <summary>What matches, the best first: every word counts, a name more than a role, a role
    /// more than the summary. Words that match nothing are taken for the nearest known ones.
    /// Without words all, by category.</summary>
    public static ImmutableArray<App> Find(IReadOnlyList<string> said)
    {
        var text = string.Join(' ', said).ToLowerInvariant();
        var words = text.Split(s_gaps, StringSplitOptions.RemoveEmptyEntries)
            .Where(w => !s_empty.Contains(w)).Distinct().ToList();
        if (text.Trim().Length == 0)
        {
            return [.. AppCatalog.All.OrderBy(a => AppCategory.Rank(a.Category))
                .ThenBy(a => a.Name, StringComparer.Ordinal)];
        }
        var found = Ranked(text, words);
        return found.IsEmpty ? Ranked(text, [.. words.Select(Corrected).OfType<string>()]) : found;
    }

    /// <summary>Names that somebody may have meant by one that is unknown, the likeliest first.
    /// </summary>
    public static ImmutableArray<string> Nearest(IReadOnlyList<string> said)
    {
        var word = said.Count == 0 ? "" : said[0].ToLowerInvariant();
        var near = StateFiles.Types.Nearest.To(word, AppCatalog.FileNames);
        return [.. Find([word]).Select(a => a.Name).Prepend(near).OfType<string>().Distinct()
            .Take(MostSuggestions)];
    }

    private static ImmutableArray<App> Ranked(string text, IReadOnlyList<string> words) =>
    [
        .. AppCatalog.All.Select(app => (App: app, Score: Score(app, text, words)))
            .Where(s => s.Score > 0).OrderByDescending(s => s.Score)
            .ThenBy(s => s.App.Name, StringComparer.Ordinal).Select(s => s.App),
    ];

    private static int Score(App app, string text, IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            return 0;
        }
        var whole = app.Names.Contains(text) ? 1000
            : app.DefaultFor.Contains(text) ? 500 : app.Roles.Contains(text) ? 400 : 0;
        var each = words.Select(w => Score(app, w)).ToList();
        var missing = each.Count(s => s == 0);
        return missing == words.Count ? 0 : whole + each.Sum() - (missing * 60);
    }

    private static int Score(App app, string word) =>
        Has(app.Names, word) ? 100
        : app.Category == word ? 70
        : Has(app.Roles, word) ? 60
        : app.Names.Any(n => n.StartsWith(word, StringComparison.Ordinal)) ? 50
        : Has([app.Summary.ToLowerInvariant()], word) ? 20
        : word.Length > 3 && app.Roles.Any(
            r => r.Contains(word, StringComparison.Ordinal)) ? 10 : 0;

    private static bool Has(IEnumerable<string> phrases, string word) => phrases.Any(p =>
        p.Split(s_gaps).Any(part => part == word || part == word + "s" || part + "s" == word));

    private static string? Corrected(string word) => StateFiles.Types.Nearest.To(word,
        AppCatalog.NamesOfApps.Select(n => n.Words).Concat(AppCatalog.Roles)
            .SelectMany(p => p.Split(s_gaps)).Distinct());
}
