using System.Text;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

/// <summary>Ten thousand broken files: reading them never throws, always ends, and always says
/// where and what to do.</summary>
public sealed class MutationTests
{
    private const int Seeds = 20;
    private const int FilesOfEach = 500;

    public static TheoryData<int> Every() => [.. Enumerable.Range(0, Seeds)];

    [Theory]
    [MemberData(nameof(Every))]
    public void A_broken_file_is_refused_with_a_place_and_a_remedy(int seed)
    {
        var chance = new Random(seed);
        var sets = Examples.Names.Select(Examples.Read).ToArray();
        var rejected = 0;
        for (var i = 0; i < FilesOfEach; i++)
        {
            var set = sets[chance.Next(sets.Length)];
            var file = set.Texts.Keys.ElementAt(chance.Next(set.Texts.Count));
            var text = set[file]!;
            for (var n = chance.Next(1, 4); n > 0; n--)
            {
                text = Mutation.Apply(chance, text);
            }
            var broken = set.With(file, text);
            var reading = StateReader.Read(broken);
            rejected += reading.State is null ? 1 : 0;
            Check(reading, text, $"seed {seed}, file {i}");
            Describe(StateReader.Read(broken)).ShouldBe(Describe(reading));
        }
        // Most mutations hurt; if none did, the test would say nothing.
        rejected.ShouldBeInRange(FilesOfEach / 4, FilesOfEach - 1);
    }

    private static void Check(StateReading reading, string text, string where)
    {
        var errors = reading.Findings.Where(f => f.IsError).ToList();
        (reading.State is null).ShouldBe(errors.Count > 0, where);
        foreach (var finding in reading.Findings)
        {
            if (finding.IsError)
            {
                finding.At.ShouldNotBeNull(where);
            }
            if (finding.At is { } at)
            {
                at.Line.ShouldBeGreaterThanOrEqualTo(1, where);
                at.Column.ShouldBeGreaterThanOrEqualTo(1, where);
            }
            finding.Message.ShouldNotBeNullOrWhiteSpace(where);
            finding.Remedy.ShouldNotBeNullOrWhiteSpace(where);
            finding.Message.Length.ShouldBeLessThan(400, where);
            finding.ToString().ShouldNotContain('\n'.ToString(), Case.Sensitive, where);
        }
        // What is printed for one text is bounded, however broken it is.
        reading.Findings.Count.ShouldBeLessThanOrEqualTo(201, $"{where}: {text.Length}");
    }

    private static string Describe(StateReading reading) =>
        string.Join('\n', reading.Findings) + (reading.State is null ? "" : string.Join('\n',
            reading.State.Resources.Values.Select(r => $"{r.Id} {r.Spec.Canonical()}")));

    [Theory]
    [InlineData("a: &x [1]\nb: *x\n")]
    [InlineData("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n")]
    [InlineData("spec: !!binary aGVsbG8=\n")]
    [InlineData("---\na: 1\n---\nb: 2\n")]
    [InlineData("<<: {a: b}\n")]
    [InlineData("? [a, b]\n: c\n")]
    [InlineData("\0\0\0\0")]
    [InlineData("\ufeff\ufeffapiVersion: x")]
    [InlineData("- a\n- b\n")]
    [InlineData("just words")]
    [InlineData("%YAML 9.9\n---\na: b\n")]
    [InlineData("spec: {services: [{name: {name: {name: {}}}}]}")]
    public void Hostile_texts_are_refused(string text)
    {
        var reading = StateReader.Read(StateSet.Empty.With("services.yaml", text));
        reading.State.ShouldBeNull();
        Check(reading, text, text);
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        string[] texts =
        [
            "spec: " + new string('[', 10_000),
            "spec: " + string.Concat(Enumerable.Repeat("{a: ", 5_000)),
            string.Concat(Enumerable.Range(0, 2_000).Select(i => new string(' ', i) + "a:\n")),
            "spec: [" + string.Concat(Enumerable.Repeat("a,", 200_000)) + "]",
            "spec: \"" + new string('x', 2_000_000) + "\"",
            new string('#', 500_000),
            string.Concat(Enumerable.Range(0, 20_000).Select(i => $"key{i}: v\n")),
        ];
        foreach (var text in texts)
        {
            var reading = StateReader.Read(StateSet.Empty.With("services.yaml", text));
            reading.State.ShouldBeNull();
            Check(reading, text, text[..20]);
        }
    }
}

/// <summary>One way of breaking a text, drawn by chance.</summary>
internal static class Mutation
{
    private static readonly string[] Values =
    [
        "", "~", "null", "true", "-1", "99999999999999999999999999", "0x1F", "1e400", "[]", "{}",
        "[a, b]", "{a: b}", "\"\"", "'", "\"", "*a", "&a b", "!!str x", "|", ">", "- x", "é", "\u202e",
        "\ud83d\ude00", "${secrets.}", "${secrets.NO}", "generate:99999999999", "%", "@x", "`x`",
        "0.0.0.0/99", "../..", "a: b", "@daily", "NaN", ".inf", "2026-01-01", "1_000", "012",
    ];

    public static string Apply(Random chance, string text)
    {
        var lines = text.Split('\n').ToList();
        var line = chance.Next(lines.Count);
        var other = chance.Next(lines.Count);
        switch (chance.Next(16))
        {
            case 0: return FlipByte(chance, text);
            case 1: lines.RemoveAt(line); break;
            case 2: lines.Insert(other, lines[line]); break;
            case 3: (lines[line], lines[other]) = (lines[other], lines[line]); break;
            case 4: lines[line] = new string(' ', chance.Next(1, 5)) + lines[line]; break;
            case 5: lines[line] = lines[line].Length > 2 ? lines[line][2..] : ""; break;
            case 6: lines[line] = "\t" + lines[line].TrimStart(); break;
            case 7: return text[..chance.Next(text.Length + 1)];
            case 8: SwapKeys(lines, line, other); break;
            case 9 or 10 or 11: SetValue(chance, lines, line); break;
            case 12: lines[line] += " " + Values[chance.Next(Values.Length)]; break;
            case 13: lines.Insert(line, "bomb: &a [&b [x, x], *b, *b]"); break;
            case 14:
                return text.Insert(chance.Next(text.Length + 1),
                Values[chance.Next(Values.Length)]);
            default: lines[line] = Misspell(chance, lines[line]); break;
        }
        return string.Join('\n', lines);
    }

    private static string FlipByte(Random chance, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > 0)
        {
            bytes[chance.Next(bytes.Length)] ^= (byte)(1 << chance.Next(8));
        }
        return Encoding.UTF8.GetString(bytes);
    }

    private static void SwapKeys(List<string> lines, int first, int second)
    {
        var a = lines[first].IndexOf(':');
        var b = lines[second].IndexOf(':');
        if (a > 0 && b > 0)
        {
            (lines[first], lines[second]) =
                (lines[second][..b] + lines[first][a..], lines[first][..a] + lines[second][b..]);
        }
    }

    private static void SetValue(Random chance, List<string> lines, int line)
    {
        var cut = lines[line].IndexOf(": ", StringComparison.Ordinal);
        if (cut > 0)
        {
            lines[line] = $"{lines[line][..cut]}: {Values[chance.Next(Values.Length)]}";
        }
    }

    private static string Misspell(Random chance, string line)
    {
        var at = chance.Next(line.Length + 1);
        return line.Insert(at, ((char)chance.Next(32, 127)).ToString());
    }
}
