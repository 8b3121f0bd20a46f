using System.Collections.Immutable;
using System.Text;
using Loam.Core.Catalog;
using Loam.Mind.Interpreter.Language;

namespace Loam.Scoring.Hostile;

/// <summary>Sentences nobody would say, and such that somebody could have meant. The same seed
/// gives the same sentences.</summary>
/// <param name="meant">Sentences people do say, to be spoilt.</param>
public sealed class HostileSentences(int seed, IReadOnlyList<string> meant)
{
    private const int MostWords = 14;
    private const int LongWords = 400;
    private const int LongWord = 5000;

    /// <summary>What readers of sentences, numbers, paths and YAML trip over.</summary>
    private static readonly ImmutableArray<string> s_odd =
    [
        "8080", "80", "443", "65536", "0", "-1", "99999999999999999999", "8080:80", "1:2:3",
        "79228162514264337593543950335", "1e9", "0x50", "010", "NaN", "½", "٣", "512MB", "2 GB",
        "50%", "-5%", "1000000%", "0 MB", "v1.2.3", "ghcr.io/x/y:1", "a:b:c", "@sha256:00",
        "UPPER/Case:1", "LOG_LEVEL=debug", "=", "A=", "=B", "A==", "/etc", "/", "//", "/a:/b:ro",
        "x:/y", "../..", "~/x", "'../../etc'", "/etc/passwd", "C:\\x", "/a b/c", "a=b", "{", "}",
        "[", "]", "{}", "[]", "&x", "*x", "!!x", "!", "#", "# x", "'", "\"", "\"\"", "`", "|", ">",
        "- name: evil", "a: b", "---", "...", "<<", "? x", "%TAG", "\n", "\r\n", "\t", "\u0085",
        "\u2028", "null", "~", "yes", "no", "on", "off", "true", "${secrets.x}", "${secrets.",
        "${x}", "$(reboot)", "; rm -rf /", "&& reboot", "\"sh -c 'x'\"", "\"a\nb: c\"",
        "\"never said to end", "é", "ß", "İ", "日本", "мир", "\u0000", "\u0007", "\u001b[31m",
        "\u202e", "\u200b", "\ufeff", "\ud83d\ude80", "\ud83d", "a\u0301\u0301\u0301", "مرحبا",
        "10.0.0.0/8", "10.0.0.1/33", "0.0.0.0/0", "::/0", "fd00::/8", "1.2.3.4", "256.1.1.1",
        "::1", "fe80::1%eth0", "127.0.0.1:9001", "[::1]:80", "22", "ssh", "8000-8100",
        "8100-8000", "0 2 * * *", "*/5 * * * *", "0 0 31 2 *", "@daily", "3am", "25:00", "02:30",
        "every 7 minutes", "Feb 30", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== anna@x",
        "-----BEGIN PRIVATE KEY-----", "encrypted:v1:AAAA", "generate:32", "anna", "root",
        "example.com", "*.example.com", "a@b.c", "Europe/Berlin", "Nowhere/Land", "it", "them",
        "both", "and", "then", ",", ".", "?", "not", "don't", "instead", "undo", "actually",
        "everything", "except", "half", "double", "never mind", "services.yaml", "spec:",
    ];

    private readonly Random _random = new(seed);

    private readonly ImmutableArray<string> _words =
    [
        .. Lexicon.English.Words.Order(StringComparer.Ordinal),
        .. AppCatalog.NamesOfApps.Select(n => n.Words).Order(StringComparer.Ordinal),
        .. AppCatalog.Roles.Order(StringComparer.Ordinal),
    ];

    /// <summary>The turns of one conversation.</summary>
    public IReadOnlyList<string> Next() =>
        [.. Enumerable.Range(0, _random.Next(4) == 0 ? _random.Next(2, 4) : 1)
            .Select(_ => Sentence())];

    private string Sentence() => _random.Next(100) switch
    {
        < 40 => Salad(_random.Next(1, MostWords)),
        < 78 when meant.Count > 0 => Spoilt(Meant()),
        // What the first wish takes away, the second may speak of.
        < 92 when meant.Count > 1 => Spoilt($"{Meant()}{Joint()} {Meant()}"),
        < 94 => Salad(_random.Next(MostWords, LongWords)),
        < 95 => string.Concat(Enumerable.Repeat(Word(), _random.Next(1, LongWord))),
        < 96 => string.Join(' ', Enumerable.Repeat(Word(), _random.Next(1, LongWords))),
        < 97 => "",
        _ => Noise(_random.Next(1, 80)),
    };

    private string Meant() => meant[_random.Next(meant.Count)];

    private string Joint() => _random.Next(4) switch
    {
        0 => ",",
        1 => " and",
        2 => ", then",
        _ => ".",
    };

    private string Salad(int words)
    {
        var text = new StringBuilder();
        for (; words > 0; words--)
        {
            var word = Word();
            text.Append(_random.Next(12) == 0 ? Slipped(word) : word)
                .Append(_random.Next(20) == 0 ? "" : " ");
        }
        return text.ToString();
    }

    private string Word() => _random.Next(5) < 3 ? _words[_random.Next(_words.Length)]
        : s_odd[_random.Next(s_odd.Length)];

    /// <summary>A sentence with some of its words gone, doubled, replaced or misspelt.</summary>
    private string Spoilt(string sentence)
    {
        var words = sentence.Split(' ').ToList();
        for (var left = _random.Next(1, 4); left > 0; left--)
        {
            var at = _random.Next(words.Count);
            switch (_random.Next(5))
            {
                case 0:
                    words[at] = Word();
                    break;
                case 1:
                    words.Insert(at, Word());
                    break;
                case 2 when words.Count > 1:
                    words.RemoveAt(at);
                    break;
                case 3:
                    words.Insert(at, words[_random.Next(words.Count)]);
                    break;
                default:
                    words[at] = Slipped(words[at]);
                    break;
            }
        }
        return string.Join(' ', words);
    }

    private string Slipped(string word)
    {
        if (word.Length == 0)
        {
            return word;
        }
        var at = _random.Next(word.Length);
        return _random.Next(3) switch
        {
            0 => word.Remove(at, 1),
            1 => word.Insert(at, ((char)_random.Next(33, 127)).ToString()),
            _ => word[..at] + (char)_random.Next(33, 127) + word[(at + 1)..],
        };
    }

    /// <summary>Any code units at all, halves of pairs among them.</summary>
    private string Noise(int length) => string.Create(length, _random, (text, random) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (char)random.Next(random.Next(2) == 0 ? 128 : 65536);
        }
    });
}
