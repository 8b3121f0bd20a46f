using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Loam.Tests.Tidy;

/// <summary>Who may use whom (docs/decisions/0001).</summary>
public sealed partial class ProjectTests
{
    [Theory]
    [InlineData("Loam.Core", "", "YamlDotNet")]
    [InlineData("Loam.Drivers", "Loam.Core", "")]
    [InlineData("Loam.Mind", "Loam.Core", "")]
    [InlineData("Loam", "Loam.Core Loam.Drivers Loam.Mind", "ModelContextProtocol.Core")]
    public void Assemblies_use_what_their_trust_allows(
        string project, string projects, string packages)
    {
        var file = $"src/{project}/{project}.csproj";
        Included(file, "ProjectReference").Select(p => Path.GetFileNameWithoutExtension(p))
            .Order().ShouldBe(Words(projects));
        Included(file, "PackageReference").ShouldBe(Words(packages));
    }

    [Fact]
    public void There_are_four_assemblies() =>
        Repository.Projects.Count(p => p.StartsWith("src/", StringComparison.Ordinal))
            .ShouldBe(4, "a fifth must name the trust level it stands for");

    [Fact]
    public void Every_listed_package_is_used()
    {
        var used = Repository.Projects.Append("Directory.Build.props")
            .SelectMany(p => Included(p, "PackageReference")).ToHashSet(StringComparer.Ordinal);
        Included("Directory.Packages.props", "PackageVersion").Where(p => !used.Contains(p))
            .ShouldBeEmpty();
    }

    /// <summary>The daemon, which is root, never calls what reads people's words.</summary>
    [Fact]
    public void The_daemon_does_not_know_the_mind() =>
        Repository.Product.Where(f => f.StartsWith("src/Loam/Api/", StringComparison.Ordinal)
                || f.StartsWith("src/Loam/Supervision/", StringComparison.Ordinal)
                || f == "src/Loam/Daemon.cs")
            .Where(f => CSharpText.CodeOf(Repository.Read(f))
                .Contains("Loam.Mind", StringComparison.Ordinal))
            .ShouldBeEmpty();

    /// <summary>What reads words, makes up contexts or decides what may leave has no way out itself.
    /// Addresses as values are no network.</summary>
    [Theory]
    [InlineData("Interpreter")]
    [InlineData("Context")]
    [InlineData("Answers")]
    [InlineData("Privacy")]
    [InlineData("Scoping")]
    public void Thinking_has_no_network(string folder) =>
        Repository.Product
            .Where(f => f.StartsWith($"src/Loam.Mind/{folder}/", StringComparison.Ordinal))
            .Where(f => Network().IsMatch(CSharpText.CodeOf(Repository.Read(f))))
            .ShouldBeEmpty();

    /// <summary>Any of the base library's network but its values.</summary>
    [GeneratedRegex(@"\bSystem\.Net\.(?!IPAddress\b|IPNetwork\b)"
        + @"|\b(Dns\.(Get|Begin)\w*|WebClient|\w*WebRequest|HttpListener)\b")]
    private static partial Regex Network();

    private static IEnumerable<string> Included(string file, string element) =>
        XDocument.Parse(Repository.Read(file)).Descendants(element)
            .Select(e => e.Attribute("Include")!.Value);

    private static string[] Words(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
