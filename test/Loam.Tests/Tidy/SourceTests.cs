using System.Text.RegularExpressions;

namespace Loam.Tests.Tidy;

/// <summary>Rules about sources that no compiler knows.</summary>
public sealed partial class SourceTests
{
    private const int MostLinesOfMember = 70;
    private const int MostLinesOfFile = 500;
    private const int MostColumns = 100;

    [Fact]
    public void Functions_fit_on_a_screen() =>
        Faults(Repository.Product, file => Members.Of(CSharpText.CodeOf(Repository.Read(file)))
            .Where(m => m.Lines > MostLinesOfMember && !IsTable(m))
            .Select(m => (m.Line, $"{m.Lines} lines: {m.Head}"))).ShouldBeEmpty();

    /// <summary>A value, such as a table of rows: no parameters before its equals sign.</summary>
    private static bool IsTable(Member member) =>
        member.Head.Split('=')[0].IndexOf('(', StringComparison.Ordinal) < 0;

    [Fact]
    public void Files_are_short() =>
        Faults(Repository.Product, file => Repository.Lines(file).Length is var lines
            && lines > MostLinesOfFile ? [(lines, $"{lines} lines")] : []).ShouldBeEmpty();

    [Fact]
    public void Lines_are_short() =>
        Faults(Repository.Product, file => Numbered(file)
            .Where(l => l.Text.Length > MostColumns)
            .Select(l => (l.Number, $"{l.Text.Length} columns"))).ShouldBeEmpty();

    [Fact]
    public void Types_are_named_after_what_they_are() =>
        Faults(Repository.Sources, file => Matches(
            CSharpText.CodeOf(Repository.Read(file)), EmptyName())).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later() =>
        Faults(Repository.Product, file => Matches(Repository.Read(file), Later()))
            .ShouldBeEmpty();

    [Fact]
    public void Namespaces_are_folders() =>
        Faults(Repository.Sources, file =>
        {
            var folder = Path.GetDirectoryName(file)!.Split('/')[1..];
            var wanted = string.Join('.', folder);
            var declared = Namespace().Match(CSharpText.CodeOf(Repository.Read(file)));
            return !declared.Success || declared.Groups[1].Value == wanted ? []
                : [(1, $"{declared.Groups[1].Value} instead of {wanted}")];
        }).ShouldBeEmpty();

    [Theory]
    [InlineData("a /* { */ b // {\nc", 0)]
    [InlineData("\"{\" '{' '\\'' @\"\"\"{\" { }", 1)]
    [InlineData("$\"{{ {Join(\"{\", x switch { _ => 1 })} {{\"", 1)]
    [InlineData("$$\"\"\"{ {{ new { } }} \"\" {\"\"\" {", 2)]
    [InlineData("\"\" + \"\\\"{\" + $\"\" + {", 1)]
    public void Texts_and_comments_are_no_code(string text, int braces) =>
        CSharpText.CodeOf(text).Count(c => c == '{').ShouldBe(braces);

    [Fact]
    public void Members_are_measured_from_head_to_end()
    {
        const string Code = """
            namespace N;
            sealed class C<T>(int a) : B where T : D
            {
                private int _field;
                int P { get; } = 1;
                void F(int x)
                {
                    if (x) { G(() => { }); }
                    void Local() { }
                }

                int H(int y) =>
                    y;
                record struct R { void In() { } }
            }
            """;
        Members.Of(Code).Select(m => (m.Head[..4], m.Line, m.Lines)).ShouldBe(
        [
            ("int ", 5, 1), ("void", 6, 5), ("int ", 12, 2), ("void", 14, 1),
        ]);
    }

    private static List<string> Faults(
        IEnumerable<string> files, Func<string, IEnumerable<(int Line, string What)>> find) =>
        [.. files.SelectMany(f => find(f).Select(x => $"{f}:{x.Line}: {x.What}"))];

    private static IEnumerable<(int Line, string What)> Matches(string text, Regex pattern) =>
        pattern.Matches(text).Select(
            m => (text.AsSpan(0, m.Index).Count('\n') + 1, m.Value.Trim()));

    private static IEnumerable<(int Number, string Text)> Numbered(string file) =>
        Repository.Lines(file).Select((text, i) => (i + 1, text));

    [GeneratedRegex(@"\b(class|struct|interface|enum|record)\s+\w*"
        + @"(Manager|Helpers?|Utils?|Utilities|Impl|Base|Dto)\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b|^\s*#region.*$",
        RegexOptions.Multiline)]
    private static partial Regex Later();

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
