using Loam.Core.StateFiles.Editing;

namespace Loam.Tests.StateFiles.Editing;

public sealed class EditPathTests
{
    [Fact]
    public void Parsed_and_built_paths_are_equal()
    {
        EditPath.Parse("spec.services[web].ports[container=80].host").ShouldBe(
            EditPath.Root.Key("spec").Key("services").Item("name", "web").Key("ports")
                .Item("container", "80").Key("host"));
        EditPath.Parse("a.\"b.c\"[#2][=x y][\"p]\"=\"q\\\"\"]").ShouldBe(
            EditPath.Root.Key("a").Key("b.c").At(2).Text("x y").Item("p]", "q\""));
    }

    [Theory]
    [InlineData("a.b[c].d")]
    [InlineData("a[#3].\"x.y\"")]
    [InlineData("a[=t][f=v]")]
    [InlineData("\"\".\"a\\\\b\"[\"#1\"]")]
    public void Text_and_path_are_the_same(string text) =>
        EditPath.Parse(text).ToString().ShouldBe(text);

    [Theory]
    [InlineData("a..b")]
    [InlineData("a[")]
    [InlineData("a[]")]
    [InlineData("a[#x]")]
    [InlineData("a]b")]
    [InlineData("a\"b")]
    [InlineData("\"a")]
    [InlineData("a[b]c")]
    [InlineData(".a")]
    [InlineData("a.")]
    public void Refuses_what_is_no_path(string text)
    {
        if (text is "a]b" or "a\"b")
        {
            EditPath.Parse(text).ShouldBe(EditPath.Root.Key(text));
            return;
        }
        Should.Throw<EditException>(() => EditPath.Parse(text)).Message.ShouldEndWith(".");
    }
}
