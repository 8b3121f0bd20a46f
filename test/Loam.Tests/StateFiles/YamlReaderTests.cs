using Loam.Core;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

public class YamlReaderTests
{
    private static (MappingNode? Root, IReadOnlyList<Diagnostic> Found) Read(string text)
    {
        var found = new DiagnosticBag();
        var root = YamlReader.Read("services.yaml", text, found);
        return (root, found.ToList());
    }

    private static MappingNode Good(string text)
    {
        var (root, found) = Read(text);
        found.ShouldBeEmpty();
        return root.ShouldNotBeNull();
    }

    /// <summary>The text between a node's places.</summary>
    private static string Cut(string text, Node node)
    {
        var lines = text.Split('\n');
        int Offset(int line, int column) =>
            lines.Take(line - 1).Sum(l => l.Length + 1) + column - 1;
        return text[Offset(node.Span.Line, node.Span.Column)..Offset(node.Span.EndLine, node.Span.EndColumn)];
    }

    [Fact]
    public void Every_node_covers_exactly_its_text()
    {
        const string Text = "a: 1  # c\nb:\n- x\n- \"😀 y\"  \n# after\nc: |  # hdr\n  one\n\n"
            + "  two\n\n# z\nd: [p, {q: 1}, []]  # e\nf: 'g\n  h'\ni: {}\nj: last\n";
        var root = Good(Text);
        Cut(Text, root).ShouldBe(Text[..^1]);
        Cut(Text, root["b"]!).ShouldBe("- x\n- \"😀 y\"");
        Cut(Text, root["c"]!).ShouldBe("|  # hdr\n  one\n\n  two");
        Cut(Text, root["d"]!).ShouldBe("[p, {q: 1}, []]");
        var items = ((SequenceNode)root["d"]!).Items;
        items.Select(i => Cut(Text, i)).ShouldBe(["p", "{q: 1}", "[]"]);
        Cut(Text, root["f"]!).ShouldBe("'g\n  h'");
        Cut(Text, root["i"]!).ShouldBe("{}");
        Cut(Text, root["j"]!).ShouldBe("last");
        root.Entries.Select(e => Cut(Text, e.Key)).ShouldBe(["a", "b", "c", "d", "f", "i", "j"]);
    }

    [Fact]
    public void A_scalar_says_whether_it_was_quoted()
    {
        var root = Good("a: 8080\nb: \"8080\"\nc: '8080'\nd: |\n  8080\ne:\n");
        ((ScalarNode)root["a"]!).ShouldSatisfyAllConditions(
            a => a.Plain.ShouldBeTrue(), a => a.Text.ShouldBe("8080"));
        ((ScalarNode)root["b"]!).Plain.ShouldBeFalse();
        ((ScalarNode)root["c"]!).Plain.ShouldBeFalse();
        ((ScalarNode)root["d"]!).Plain.ShouldBeFalse();
        ((ScalarNode)root["e"]!).ShouldSatisfyAllConditions(
            e => e.Plain.ShouldBeTrue(), e => e.Text.ShouldBe(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# nothing yet\n")]
    [InlineData("---\n")]
    [InlineData("\uFEFF")]
    public void Nothing_is_an_empty_mapping(string text) => Good(text).Entries.ShouldBeEmpty();

    [Fact]
    public void Line_ends_of_Windows_and_a_byte_order_mark_change_nothing()
    {
        var root = Good("\uFEFFa: 1\r\nb: |\r\n  x\r\n  y\r\nc: 2");
        root.Entries[0].Key.Span.Column.ShouldBe(1);
        ((ScalarNode)root["b"]!).Text.ShouldBe("x\ny\n");
        root["c"]!.Span.Line.ShouldBe(5);
    }

    [Theory]
    [InlineData("a: &x 1\n", 1, "&x is an anchor")]
    [InlineData("a: 1\nb: *x\n", 2, "*x is an alias")]
    [InlineData("a: !!str 1\n", 1, "is a tag")]
    [InlineData("<<: *x\n", 1, "is an alias")]
    [InlineData("a: 1\n---\nb: 2\n", 2, "A second document")]
    [InlineData("a: 1\n? b\n: 2\n", 2, "marked with ?")]
    [InlineData("a:\n  - ?\n      b\n    : 2\n", 3, "marked with ?")]
    [InlineData("a: [1, b: 2]\n", 1, "without braces")]
    [InlineData("# x\n\n%YAML 1.1\n---\na: 1\n", 3, "a directive")]
    [InlineData("%X y\n", 1, "a directive")]
    public void What_hides_the_meaning_is_refused(string text, int line, string says)
    {
        var (root, found) = Read(text);
        root.ShouldBeNull();
        found.Single().ShouldSatisfyAllConditions(
            d => d.Code.ShouldBe(Codes.YamlFeature), d => d.At!.Line.ShouldBe(line),
            d => d.Message.ShouldContain(says));
    }

    [Theory]
    [InlineData("a:\n\t- b\n", 2, 1, "use spaces")]
    [InlineData("a: 1\n\tb: 2\n", 2, 1, "use spaces")]
    [InlineData("spec:\n  name:web\n  b: 1\n", 2, 3, "Put a space after the colon.")]
    [InlineData("a: \"x\nb: y\n", 1, 4, "Close the quotation mark")]
    [InlineData("a: 'x\n", 1, 4, "Close the quotation mark")]
    [InlineData("a: [1, 2\nb: 3\n", 1, 1, "Close every [")]
    [InlineData("a: {b: 1\n", 1, 1, "Close every [")]
    [InlineData("a: @x\n", 1, 4, "between double quotes")]
    [InlineData("a: b: c\n", 1, 5, "between double quotes")]
    [InlineData("a: 1\nkey\nb: 2\n", 2, 1, "Write name: value.")]
    [InlineData("a: x\n  b: y\n", 2, 4, "indentation of the line")]
    [InlineData("a:\n  - b\n - c\n", 3, 2, "the same indentation")]
    [InlineData("a: \"\\q\"\n", 1, 4, "two backslashes")]
    [InlineData("a: - b\n", 1, 4, "on the next line")]
    [InlineData("a: ]\n", 1, 4, "and ] stands")]
    [InlineData("a: [,]\n", 1, 5, "and , stands")]
    [InlineData("a: 1\rb: 2\n", 1, 5, "line ends")]
    [InlineData("a: 1\nb: x\u202Ey\n", 2, 5, "double quotes")]
    [InlineData("a: \u001b[31m\n", 1, 4, "Remove it")]
    [InlineData("a: x # \u2028b: 2\n", 1, 8, "U+2028")]
    public void What_is_not_YAML_is_said_with_place_and_remedy(
        string text, int line, int column, string says)
    {
        var (root, found) = Read(text);
        root.ShouldBeNull();
        var one = found.ShouldHaveSingleItem();
        one.Code.ShouldBe(Codes.Syntax);
        one.ToString().ShouldContain(says);
        (one.At!.Line, one.At.Column).ShouldBe((line, column), one.ToString());
    }

    [Fact]
    public void Every_duplicate_key_is_reported_and_the_rest_is_read()
    {
        var (root, found) = Read("a: 1\na: 2\nb:\n  c: 1\n  c: 1\nd: 1\n");
        found.Select(d => (d.Code, d.At!.Line)).ShouldBe(
            [(Codes.Duplicate, 2), (Codes.Duplicate, 5)]);
        root!["d"].ShouldNotBeNull();
    }

    [Fact]
    public void A_question_is_no_mark() =>
        ((ScalarNode)Good("a: why?\nb: [who?, when]\nc: {d: x?, e: f}\n")["a"]!)
            .Text.ShouldBe("why?");

    [Theory]
    [InlineData("? [a]\n: b\n")]
    [InlineData("? {a: b}\n: b\n")]
    [InlineData("- a\n")]
    [InlineData("just text\n")]
    public void Only_a_mapping_with_plain_keys_is_a_state_file(string text)
    {
        var (root, found) = Read(text);
        root.ShouldBeNull();
        found.ShouldHaveSingleItem().Code.ShouldBe(Codes.WrongType);
    }

    [Fact]
    public void Size_depth_and_count_are_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("[", Limits.StateFileDepth + 2));
        Read("a: " + deep).Found.ShouldHaveSingleItem().Code.ShouldBe(Codes.TooLarge);
        var many = "a: [" + string.Concat(Enumerable.Repeat("1,", Limits.StateFileNodes)) + "]";
        Read(many).Found.ShouldHaveSingleItem().Code.ShouldBe(Codes.TooLarge);
        var large = "# " + new string('é', Limits.StateFileBytes / 2);
        Read(large).Found.ShouldHaveSingleItem().Code.ShouldBe(Codes.TooLarge);
        var fits = "a: " + new string('b', Limits.StateFileBytes - 3);
        Good(fits);
    }

    [Fact]
    public void Broken_text_gives_findings_and_never_an_exception()
    {
        const string Text = "apiVersion: loam/v1\nspec:\n  services:\n    - name: web\n"
            + "      image: \"nginx:1.27\"  # pinned\n      ports: [{container: 80}, 'x']\n"
            + "      command: |\n        echo hi\n        exit\n    - {name: b, env: {A: 1}}\n";
        const string Bits = "[]{}:-#'\"|>&*!%@`?,\n\t \\~=aä0";
        var chance = new Random(20_260_101);
        for (var run = 0; run < 4000; run++)
        {
            var text = new System.Text.StringBuilder(Text);
            for (var hit = chance.Next(1, 5); hit > 0; hit--)
            {
                var at = chance.Next(text.Length);
                switch (chance.Next(3))
                {
                    case 0: text.Insert(at, Bits[chance.Next(Bits.Length)]); break;
                    case 1: text.Remove(at, Math.Min(chance.Next(1, 6), text.Length - at)); break;
                    default: text[at] = Bits[chance.Next(Bits.Length)]; break;
                }
            }
            var (root, found) = Read(text.ToString());
            (root is not null || found.Any(d => d.IsError)).ShouldBeTrue(text.ToString());
            foreach (var one in found)
            {
                one.At.ShouldNotBeNull();
                one.At.Line.ShouldBeInRange(1, text.ToString().Count(c => c == '\n') + 2);
                one.Message.ShouldEndWith(".");
            }
        }
    }
}
