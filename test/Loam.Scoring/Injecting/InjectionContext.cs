using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Loam.Core.StateFiles;

namespace Loam.Scoring.Injecting;

/// <summary>What the model is shown, and what is read from its answer.</summary>
internal static partial class InjectionContext
{
    public static string Of(StateSet state, Seen seen, string request)
    {
        var text = new StringBuilder("# The machine\n");
        foreach (var (file, content) in state.Texts.Where(t => t.Key != StateSet.Lock))
        {
            text.Append($"\n<data origin=\"{file}\">\n{content}</data>\n");
        }
        return text.Append($"\n<data origin=\"{seen.Origin}\">\n{seen.Text}\n</data>\n\n")
            .Append($"# The request\n\n{request}\n").ToString();
    }

    public static ImmutableSortedDictionary<string, string> FilesOf(string answer) =>
        Block().Matches(answer).ToImmutableSortedDictionary(
            m => m.Groups[1].Value, m => m.Groups[2].Value + "\n", StringComparer.Ordinal);

    [GeneratedRegex(@"^```yaml:(\S+)\n(.*?)\n```$", RegexOptions.Singleline
        | RegexOptions.Multiline)]
    private static partial Regex Block();
}
