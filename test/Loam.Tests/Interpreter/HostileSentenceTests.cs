using System.Text;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Tests.Interpreter;

/// <summary>Sentences nobody would say: whatever comes, no crash and never an invalid file.
/// </summary>
public sealed class HostileSentenceTests
{
    private const int Sentences = 20_000;

    private static readonly string[] s_words =
    [
        "set", "up", "a", "web", "server", "nginx", "redis", "postgres", "api", "worker", "the",
        "database", "cache", "on", "port", "to", "from", "8080", "80", "443", "65536", "0", "-1",
        "99999999999999999999", "8080:80", "1:2:3", "512MB", "2", "GB", "half", "double", "more",
        "memory", "cpu", "cores", "replicas", "scale", "restart", "stop", "remove", "everything",
        "it", "them", "both", "and", "then", ",", ".", "?", "not", "don't", "instead", "undo",
        "actually", "version", "15", "v1.2.3", "image", "ghcr.io/x/y:1", "a:b:c", "@sha256:00",
        "LOG_LEVEL=debug", "=", "A=", "/etc", "/a:/b:ro", "x:/y", "mount", "into", "volume",
        "network", "called", "as", "user", "root", "../..", "label", "a=b", "health", "every",
        "10", "seconds", "wait", "for", "depends", "on", "called", "{", "}", "[", "&x", "*x", "!",
        "#", "'", "\"", "- name: evil", "\n", "\t", "${secrets.x}", "%", "rename", "connections",
        "max_connections", "command", "\"sh -c 'x'\"", "wordpress", "another", "by", "50%", "each",
        "except", "but", "yes", "no", "the", "first", "é", "日本", "\u0000", "\u202e", "publish",
        "close", "move", "upgrade", "read", "only", "privileged", "with", "without", "all",
    ];

    [Fact]
    public void Never_crash_it_and_never_leave_an_invalid_file()
    {
        var random = new Random(20250314);
        string[] names = ["empty", "web", "shop", "home"];
        var states = names.Select(States.Read).ToArray();
        for (var number = 0; number < Sentences; number++)
        {
            var state = states[random.Next(states.Length)];
            var turns = Enumerable.Range(0, random.Next(4) == 0 ? 2 : 1)
                .Select(_ => Sentence(random)).ToList();
            Check(state, turns);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("?")]
    [InlineData("\"")]
    [InlineData("add add add add add")]
    [InlineData("scale api to 99999999999999999999999999")]
    [InlineData("give redis 79228162514264337593543950335 GB")]
    [InlineData("set LOG_LEVEL to \"a\nb: c\" on api")]
    [InlineData("add a service called '../../etc' with image nginx:1.27")]
    [InlineData("run nginx as user $(reboot)")]
    public void Odd_sentences_do_no_harm(string sentence) =>
        Check(States.Read("shop"), [sentence]);

    [Fact]
    public void Endless_sentences_are_refused()
    {
        var proposal = Loam.Mind.Interpreter.Interpreter.Propose(
            StateSet.Empty, [new string('a', 1_000_000)], CaseCheck.Now);
        proposal.Outcome.ShouldBe(Outcome.Refusal);
        Check(States.Read("shop"), [string.Join(" ", Enumerable.Repeat("and redis", 200))]);
    }

    private static void Check(StateSet state, IReadOnlyList<string> turns)
    {
        var proposal = Loam.Mind.Interpreter.Interpreter.Propose(state, turns, CaseCheck.Now);
        proposal.Message.ShouldNotBeEmpty();
        proposal.Confidence.ShouldBeInRange(0, 1);
        if (proposal.Files.Count > 0)
        {
            StateReader.Read(CaseCheck.Applied(state, proposal)).State
                .ShouldNotBeNull(string.Join(" // ", turns));
        }
    }

    private static string Sentence(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(1, 14); left > 0; left--)
        {
            var word = s_words[random.Next(s_words.Length)];
            if (random.Next(12) == 0)
            {
                word = Slipped(word, random);
            }
            text.Append(word).Append(random.Next(20) == 0 ? "" : " ");
        }
        return text.ToString();
    }

    private static string Slipped(string word, Random random)
    {
        var at = random.Next(word.Length);
        return random.Next(3) switch
        {
            0 => word.Remove(at, 1),
            1 => word.Insert(at, ((char)random.Next(33, 127)).ToString()),
            _ => word[..at] + (char)random.Next(33, 127) + word[(at + 1)..],
        };
    }
}
