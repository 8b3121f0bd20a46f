using System.Text.Json;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Tests.Journal;

public sealed class LoamJsonTests
{
    [Fact]
    public void A_record_with_a_whole_plan_reads_back_as_it_was()
    {
        foreach (var record in Sample.Plan(7))
        {
            var text = JsonSerializer.Serialize(record, LoamJson.Default.JournalRecord);
            var back = JsonSerializer.Deserialize(text, LoamJson.Default.JournalRecord)!;

            JsonSerializer.Serialize(back, LoamJson.Default.JournalRecord).ShouldBe(text);
            back.Mark.ShouldBe(record.Mark);
            back.Step.ShouldBe(record.Step);
        }
    }

    [Fact]
    public void Names_are_words_of_people_and_of_scripts()
    {
        var text = JsonSerializer.Serialize(
            Sample.Plan(7).First(), LoamJson.Default.JournalRecord);

        text.ShouldContain("\"mark\":\"begun\"");
        text.ShouldContain("\"id\":\"service/web\"");
        text.ShouldContain("\"way\":\"rehearse\"");
        text.ShouldContain("\"code\":\"LOAM0206\"");
        text.ShouldNotContain("gateLimit");
        text.ShouldNotContain("isEmpty");
    }

    [Fact]
    public void A_request_with_fields_left_out_has_empty_lists()
    {
        var request = JsonSerializer.Deserialize(
            """{"kind":"revert","reason":"undo that"}""", LoamJson.Default.ChangeRequest)!;

        request.Kind.ShouldBe(ChangeKind.Revert);
        request.Names.IsDefault.ShouldBeFalse();
        request.Names.ShouldBeEmpty();
        request.Texts.ShouldBeEmpty();
    }

    [Fact]
    public void Every_number_and_list_is_written_even_when_it_is_the_usual_one()
    {
        var text = JsonSerializer.Serialize(
            Sample.Record(JournalMark.Closed, 3), LoamJson.Default.JournalRecord);

        text.ShouldContain("\"step\":-1,\"action\":-1,\"undo\":false");
    }

    [Fact]
    public void State_files_are_names_and_texts()
    {
        var files = StateSet.Empty.With("services.yaml", "a: ü\n").With("images.lock", "");

        var text = JsonSerializer.Serialize(files, LoamJson.Default.StateSet);
        var back = JsonSerializer.Deserialize(text, LoamJson.Default.StateSet)!;

        text.ShouldStartWith("{\"images.lock\":\"\",\"services.yaml\":");
        back.ChangedFrom(files).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"LOAM\"")]
    [InlineData("\"E0101\"")]
    [InlineData("\"LOAM-101\"")]
    public void What_is_no_code_is_refused(string text) =>
        Should.Throw<JsonException>(
            () => JsonSerializer.Deserialize(text, LoamJson.Default.Code));

    [Fact]
    public void A_code_of_a_newer_version_is_kept_as_a_number() =>
        JsonSerializer.Deserialize("\"LOAM9999\"", LoamJson.Default.Code)!.Id.ShouldBe("LOAM9999");
}
