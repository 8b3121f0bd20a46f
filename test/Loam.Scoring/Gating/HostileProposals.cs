using System.Collections.Immutable;
using System.Text;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Scoring.Injecting;
using Loam.Simulation.Running;

namespace Loam.Scoring.Gating;

/// <summary>What a hostile or broken model might hand in: random, malformed, huge and malicious
/// proposals, of one seed.</summary>
internal sealed class HostileProposals(Chance chance, StateSet state)
{
    private static readonly string[] s_names =
    [
        "../../etc/passwd", "/etc/shadow", "services.yaml\0", "services.yaml/../x", "images.lock",
        ".git/config", "..\\..\\boot.ini", "SERVICES.YAML", "services.yml", "", " ", ".",
        "services.yaml ", "secrets.yaml", "\u202Elmay.secivres", "hooks/post-commit", "con",
        "state/services.yaml", "%2e%2e%2fetc", "~/.ssh/authorized_keys", "manifest.yaml;rm -rf /",
    ];

    private static readonly string[] s_scraps =
    [
        "privileged: true", "  - ", "${secrets.DB_PASSWORD}", "${secrets.NOBODY}", "!!python/x",
        "*a", "&a [*a]", "<<: *x", "value: plain-password", "value: generate:8", "\t", "\r", "\0",
        "- {name: x}", "safety: {require_approval: false}", "require_approval: no", "---", "...",
        "\u2028", "\uFEFF", "\u202E", "{{", "}}", "[[[[", "'", "\"", "|2", ">-", "? ", ": ", "#",
        "approved: true", "approval: typed", "plan_digest: 0000", "digest: sha256:", "999999999999",
        "-1", "1e9", "0x7f", "NaN", "\ud83d\ude00", "name: ../../x", "source: /", "encrypted:v1:",
    ];

    private readonly List<string> _files =
        [.. state.Texts.Keys.Where(f => f != StateSet.Lock)];
    private readonly List<Goal> _goals = [.. Goals.All.Values];

    /// <summary>File name to text; what it is, for a report of what went wrong.</summary>
    public (string Kind, ImmutableSortedDictionary<string, string> Texts) Next()
    {
        var kind = chance.Below(100);
        return kind switch
        {
            < 22 => ("noise", One(chance.Pick(_files), Noise(chance.Below(400)))),
            < 32 => ("names", One(chance.Pick(s_names), state[chance.Pick(_files)]!)),
            < 64 => ("mutated", Mutated()),
            < 74 => ("scraps", Scraps()),
            < 80 => ("bombs", One(chance.Pick(_files), Bomb())),
            < 92 => ("malicious", Malicious()),
            < 96 => ("nothing", One(chance.Pick(_files), chance.OneIn(2) ? "" : "\n")),
            _ => ("swapped", One(chance.Pick(_files), state[chance.Pick(_files)]!)),
        };
    }

    private static ImmutableSortedDictionary<string, string> One(string file, string text) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(file, text);

    private string Noise(int length)
    {
        var text = new StringBuilder(length);
        for (var i = 0; i < length; i++)
        {
            text.Append(chance.Below(4) switch
            {
                0 => (char)chance.Below(0x10000),
                1 => '\n',
                _ => (char)(' ' + chance.Below(95)),
            });
        }
        return text.ToString();
    }

    /// <summary>A good file after some slips: characters, lines and values go astray.</summary>
    private ImmutableSortedDictionary<string, string> Mutated()
    {
        var file = chance.Pick(_files);
        var text = new StringBuilder(state[file]);
        for (var slips = 1 + chance.Below(4); slips > 0 && text.Length > 2; slips--)
        {
            var at = chance.Below(text.Length);
            switch (chance.Below(5))
            {
                case 0:
                    text[at] = (char)(' ' + chance.Below(95));
                    break;
                case 1:
                    text.Remove(at, Math.Min(text.Length - at, 1 + chance.Below(30)));
                    break;
                case 2:
                    text.Insert(at, chance.Pick(s_scraps));
                    break;
                case 3:
                    text.Append(text.ToString(at, Math.Min(text.Length - at, 60)));
                    break;
                default:
                    text.Insert(at, "99999999999");
                    break;
            }
        }
        return One(file, text.ToString());
    }

    private ImmutableSortedDictionary<string, string> Scraps()
    {
        var file = chance.Pick(_files);
        var lines = state[file]!.Split('\n').ToList();
        for (var more = 1 + chance.Below(6); more > 0; more--)
        {
            lines.Insert(chance.Below(lines.Count + 1),
                new string(' ', chance.Below(5) * 2) + chance.Pick(s_scraps));
        }
        return One(file, string.Join('\n', lines));
    }

    private string Bomb() => chance.Below(60) switch
    {
        0 => new string('a', (1 << 20) + 1),
        1 => string.Concat(Enumerable.Repeat("- a\n", 200_000)),
        < 10 => string.Concat(Enumerable.Range(0, 60).Select(i => new string(' ', i) + "a:\n")),
        < 20 => new string('[', 2000),
        < 30 => "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n"
            + "c: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n",
        < 40 => "a: &a {b: *a}\n",
        < 50 => $"{new string('k', 5000)}: {new string('v', 50_000)}\n",
        _ => string.Concat(Enumerable.Range(0, 300).Select(
            i => $"k{i % 7}: {{a: [b, {{c: d}}]}}\n")),
    };

    /// <summary>Well formed, and what an attacker wants, one thing or several.</summary>
    private ImmutableSortedDictionary<string, string> Malicious()
    {
        var texts = new Texts(state);
        for (var goals = 1 + chance.Below(3); goals > 0; goals--)
        {
            try
            {
                chance.Pick(_goals).Obey(texts);
            }
            catch (EditException)
            {
                // Another one took away what this is about.
            }
        }
        return texts.State.ChangedFrom(state).ToImmutableSortedDictionary(
            f => f, f => texts.State[f] ?? "", StringComparer.Ordinal);
    }
}
