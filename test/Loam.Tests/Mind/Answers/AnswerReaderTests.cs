using System.Text;
using Loam.Core;
using Loam.Core.Diagnostics;
using Loam.Mind.Answers;

namespace Loam.Tests.Mind.Answers;

/// <summary>Whatever a model writes comes out as a proposal, a question, words, or findings.
/// </summary>
public sealed class AnswerReaderTests
{
    internal const string Redis = """
        apiVersion: loam/v1
        kind: ServiceManifest
        spec:
          services:
            - name: redis
              image: redis:7

        """;

    [Theory]
    [InlineData("```yaml:services.yaml")]
    [InlineData("```yml:services.yaml")]
    [InlineData("```YAML:services.yaml")]
    [InlineData("```yaml services.yaml")]
    [InlineData("``` yaml : services.yaml")]
    [InlineData("```services.yaml")]
    [InlineData("```yaml title=\"services.yaml\"")]
    [InlineData("```yaml {file=services.yaml}")]
    [InlineData("~~~yaml:services.yaml")]
    [InlineData("`````yaml:services.yaml")]
    public void A_block_names_its_file_as_models_do(string fence)
    {
        var mark = fence[..fence.TakeWhile(c => c == fence[0]).Count()];
        var answer = AnswerReader.Read($"I add redis.\n\n{fence}\n{Redis}{mark}\n\nDone.");
        answer.Kind.ShouldBe(AnswerKind.Proposal);
        answer.Files["services.yaml"].ShouldBe(Redis);
        answer.Words.ShouldBe("I add redis.\n\n\n\nDone.");
    }

    [Fact]
    public void Line_ends_and_marks_of_order_are_evened_out()
    {
        var text = $"\uFEFFHere.\r\n```yaml:services.yaml\r\n\uFEFF{Redis}```\r\n"
            .Replace("\n", "\r\n").Replace("\r\r", "\r");
        AnswerReader.Read(text).Files["services.yaml"].ShouldBe(Redis);
    }

    [Fact]
    public void A_fence_inside_a_text_of_the_file_does_not_close_it()
    {
        const string Motd = "spec:\n  motd: |\n    ```\n    code\n    ```\n  more: 1\n";
        var answer = AnswerReader.Read($"```yaml:services.yaml\n{Motd}```");
        answer.Files["services.yaml"].ShouldBe(Motd);
        // In a list the block stands further in, and so does its closing fence.
        var listed = string.Join('\n', $"```yaml:services.yaml\n{Motd}```".Split('\n')
            .Select(l => "   " + l));
        AnswerReader.Read("1. This:\n" + listed).Files["services.yaml"].ShouldBe(Motd);
    }

    [Theory]
    [InlineData("yaml:../../etc/passwd")]
    [InlineData("yaml:/etc/loam.d/services.yaml")]
    [InlineData("yaml:./services.yaml")]
    [InlineData("yaml:Services.yaml")]
    [InlineData("yaml:images.lock")]
    [InlineData("yaml:docker-compose.yaml")]
    [InlineData("bash:/root/services.yaml")]
    [InlineData("yaml:services.yaml\0.txt")]
    public void Nothing_but_a_state_file_by_its_name_is_taken(string info)
    {
        var answer = AnswerReader.Read($"```{info}\n{Redis}```\n");
        answer.Kind.ShouldBe(AnswerKind.Malformed);
        answer.Files.ShouldBeEmpty();
        answer.Findings.ShouldHaveSingleItem().Code.ShouldBe(Codes.AnswerFile);
        answer.Findings[0].ToString().ShouldNotContain("\0");
    }

    [Fact]
    public void What_is_cut_off_is_not_taken()
    {
        var answer = AnswerReader.Read($"```yaml:services.yaml\n{Redis}");
        answer.Kind.ShouldBe(AnswerKind.Malformed);
        answer.Findings.ShouldHaveSingleItem().Message.ShouldContain("not closed");
    }

    [Fact]
    public void Two_texts_of_one_file_are_refused_and_the_same_twice_is_not()
    {
        var one = $"```yaml:services.yaml\n{Redis}```\n";
        AnswerReader.Read(one + one).Kind.ShouldBe(AnswerKind.Proposal);
        var other = one.Replace("redis:7", "redis:8");
        var both = AnswerReader.Read("Either\n" + one + "or\n" + other);
        both.Findings.ShouldHaveSingleItem().Message.ShouldContain("twice");
    }

    [Fact]
    public void A_question_is_one_question_and_nothing_else()
    {
        AnswerReader.Read("```question\nWhich port?\n```")
            .ShouldBe(new ModelAnswer(AnswerKind.Question, "Which port?"), Same);
        AnswerReader.Read("```question\nA?\n```\n```question\nB?\n```").Kind
            .ShouldBe(AnswerKind.Malformed);
        AnswerReader.Read($"```question\nA?\n```\n```yaml:services.yaml\n{Redis}```").Kind
            .ShouldBe(AnswerKind.Malformed);
    }

    private static readonly IEqualityComparer<ModelAnswer> Same =
        EqualityComparer<ModelAnswer>.Create((a, b) => (a!.Kind, a.Words) == (b!.Kind, b.Words),
            a => a.Words.GetHashCode());

    [Fact]
    public void Words_are_words_also_with_code_in_them()
    {
        var answer = AnswerReader.Read("Like this:\n```bash\nrm -rf /\n```\n```yaml\na: 1\n```");
        answer.Kind.ShouldBe(AnswerKind.Words);
        answer.Words.ShouldContain("rm -rf /");
        AnswerReader.Read("").Kind.ShouldBe(AnswerKind.Malformed);
        AnswerReader.Read("```yaml\n" + Redis + "```").Findings.ShouldHaveSingleItem()
            .Remedy.ShouldContain("yaml:services.yaml");
        AnswerReader.Read("a\u001b[31m red\u202e back\u200b").Words.ShouldBe("a[31m red back");
    }

    [Fact]
    public void Tools_say_the_same_as_blocks()
    {
        var input = "{\"words\":\"I add redis.\",\"files\":[{\"file\":\"services.yaml\",\"text\":"
            + System.Text.Json.JsonSerializer.Serialize(Redis, Text.Default.String) + "}]}";
        var answer = AnswerReader.Read("", [new("1", "propose_files", input)]);
        answer.Kind.ShouldBe(AnswerKind.Proposal);
        answer.Files["services.yaml"].ShouldBe(Redis);
        AnswerReader.Read("", [new("1", "ask_person", "{\"question\":\"Which?\"}")])
            .Kind.ShouldBe(AnswerKind.Question);
        AnswerReader.Read("", [new("1", "answer", "{\"text\":\"So.\"}")]).Words.ShouldBe("So.");
    }

    [Theory]
    [InlineData("propose_files", "{}")]
    [InlineData("propose_files", "{\"files\":[1,null,{\"file\":\"x\",\"text\":\"y\"}]}")]
    [InlineData("propose_files", "{\"file\":\"../services.yaml\",\"text\":\"y\"}")]
    [InlineData("ask_person", "not json")]
    [InlineData("ask_person", "{\"question\":\"\\ud800\"}")]
    [InlineData("answer", "[[[[[[[[[[1]]]]]]]]]]")]
    [InlineData("run_shell", "{\"command\":\"rm -rf /\"}")]
    public void Tools_given_anything_else_are_refused(string tool, string input) =>
        AnswerReader.Read("", [new("1", tool, input)]).Kind.ShouldBe(AnswerKind.Malformed);

    [Fact]
    public void A_huge_answer_is_not_read()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        AnswerReader.Read(new('`', Limits.AnswerCharacters + 1)).Kind
            .ShouldBe(AnswerKind.Malformed);
        var blocks = new StringBuilder();
        while (blocks.Length < Limits.AnswerCharacters - 100)
        {
            blocks.Append("```yaml:x.yaml\n```\n");
        }
        AnswerReader.Read(blocks.ToString()).Kind.ShouldBe(AnswerKind.Malformed);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    /// <summary>Pieces that mean something here, in any order.</summary>
    [Fact]
    public void Any_text_is_read_without_a_fault()
    {
        string[] pieces =
        [
            "```", "```yaml:services.yaml\n", "```yaml:", "~~~", "\n", "\r\n", "\r", " ", "    ",
            "```question\n", "apiVersion: loam/v1\n", Redis, "- name: x\n", "\0", "\uFEFF", "\ud800",
            "⟦secret⟧", "&a [*a]", "# ...\n", "{", "}", "=", "title=", "\u001b]0;x\a", "é", "a",
        ];
        var chance = new Random(5);
        var basis = new AnswerBasis(
            Core.StateFiles.StateSet.Empty.With("services.yaml", Redis), [], "add x");
        for (var run = 0; run < 20_000; run++)
        {
            var text = new StringBuilder();
            for (var n = chance.Next(1, 12); n > 0; n--)
            {
                text.Append(pieces[chance.Next(pieces.Length)]);
            }
            var answer = AnswerReader.Read(text.ToString());
            (answer.Kind == AnswerKind.Malformed).ShouldBe(answer.HasErrors);
            answer.Files.Keys.ShouldBeSubsetOf(["services.yaml"]);
            answer.Words.Length.ShouldBeLessThanOrEqualTo(Limits.AnswerWords);
            AnswerCheck.Check(answer, basis).Json.ShouldStartWith("[");
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class Text : System.Text.Json.Serialization.JsonSerializerContext;
