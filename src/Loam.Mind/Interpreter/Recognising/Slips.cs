using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>Slips of the finger are mended into words that mean something here. A word of the
/// language is none, whatever it looks like; nor is a name that is given.</summary>
internal sealed class Slips(Lexicon lexicon, NameTable names)
{
    /// <summary>Words of one turn that are looked up; the rest stay as they are.</summary>
    private const int Most = 10;

    private static readonly Lazy<Spelling> s_common =
        new(() => new(NameTable.CatalogueWords.Concat(Lexicon.English.Words)));

    private static readonly Lazy<Spelling> s_catalogue = new(() => new(NameTable.CatalogueWords));

    /// <summary>Words of the state's names.</summary>
    private readonly HashSet<string> _own = [.. names.OwnWords];
    private Spelling? _spelling;
    private int _looked;

    /// <summary>The words with slips mended.</summary>
    public List<Word> Mended(List<Word> words)
    {
        var mended = words.ToList();
        for (var at = 0; at < words.Count && _looked < Most; at++)
        {
            var word = words[at];
            var given = at > 0 && words[at - 1].Text is "called" or "named" or "as" or "image"
                or "name" or "user" or "users" or "account" or "hostname";
            if (word.Quoted || word.IsMark || given || word.Text.Length < 4 || IsKnown(word)
                || word.Text.Any(char.IsAsciiDigit) || IsNumbered(word.Text))
            {
                continue;
            }
            _looked++;
            _spelling ??= new(_own);
            // "Lieke" is somebody, and no "like".
            var isName = char.IsUpper(word.Original[0]) && at > 0 && !words[at - 1].IsMark
                && word.Original.Skip(1).Any(char.IsLower);
            // "Rename the git-ssh rule to gitea-ssh": who says both means both.
            if (Spelling.Nearest(word.Text, _spelling, (isName ? s_catalogue : s_common).Value)
                is { } meant && !(_own.Contains(meant) && words.Exists(w => w.Text == meant)))
            {
                mended[at] = word with { Text = meant, Corrected = true };
            }
        }
        return mended;
    }

    /// <summary>"Students", where there are student1 and student2.</summary>
    private bool IsNumbered(string word) => word[^1] == 's' && _own.Any(
        v => v.Length > word.Length - 1 && v.StartsWith(word[..^1], StringComparison.Ordinal)
            && v[(word.Length - 1)..].All(char.IsAsciiDigit));

    private bool IsKnown(Word word) => lexicon.IsWord(word.Text) || names.Knows(word.Text)
        || IsName(word.Text) || word.Text.EndsWith('s') && IsName(word.Text[..^1])
        || Literals.Read(word, lexicon) is not null;

    private bool IsName(string word) =>
        _own.Contains(word) || NameTable.CatalogueWords.Contains(word);
}
