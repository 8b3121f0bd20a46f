using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

/// <summary>No secret is in the blanked texts, and all come back to where they stood.</summary>
public sealed class SecretHandleTests
{
    private const string Cipher = "encrypted:v1:YWdlLWVuY3J5cHRpb24ub3Jn";

    private static readonly StateSet Present = StateSet.Empty
        .With("security.yaml", $"""
        apiVersion: loam/v1
        kind: SecurityConfig
        spec:
          secrets:
            # formerly {Cipher}
            - name: DB_PASSWORD
              value: "{Cipher}"
            - {"{"}name: TOKEN, value: {Cipher}{"}"}

        """)
        .With("services.yaml", """
        apiVersion: loam/v1
        kind: ServiceManifest
        spec:
          services:
            - name: web
              image: nginx:1.27
              environment:
                ADMIN_PASSWORD: "hunter 2"   # keep
                API_TOKEN: ${secrets.TOKEN}
                DB_URL: postgres://app:s3cr3t@db/app
                MODE: fast

        """);

    [Fact]
    public void Blanked_texts_hold_no_value_and_still_read()
    {
        var blank = SecretHandles.Blank(Present);
        foreach (var text in blank.Texts.Values)
        {
            text.ShouldNotContain("YWdl");
            text.ShouldNotContain("hunter");
            text.ShouldNotContain("s3cr3t");
        }
        blank["security.yaml"]!.ShouldContain("value: encrypted:v1:kept/DB+PASSWORD");
        blank["services.yaml"]!.ShouldContain("${secrets.TOKEN}");
        StateReader.Read(blank).State.ShouldNotBeNull();
    }

    [Fact]
    public void Everything_comes_back_to_the_letter()
    {
        foreach (var name in Examples.Names)
        {
            var present = Examples.Read(name);
            Back(SecretHandles.Blank(present), present).ShouldBe(present, Same);
        }
        Back(SecretHandles.Blank(Present), Present).ShouldBe(Present, Same);
    }

    private static readonly IEqualityComparer<StateSet> Same = EqualityComparer<StateSet>.Create(
        (a, b) => a!.Texts.SequenceEqual(b!.Texts), s => s.Texts.Count);

    private static StateSet Back(StateSet proposed, StateSet present)
    {
        var found = new DiagnosticBag();
        var back = SecretHandles.Restore(proposed, present, found);
        found.ToList().ShouldBeEmpty();
        return back!;
    }

    [Fact]
    public void Quotation_marks_around_a_handle_do_no_harm()
    {
        var blank = SecretHandles.Blank(Present);
        var quoted = blank.With("security.yaml", blank["security.yaml"]!.Replace(
            "encrypted:v1:kept/DB+PASSWORD", "'encrypted:v1:kept/DB+PASSWORD'"));
        Back(quoted, Present).ShouldBe(Present, Same);
    }

    [Theory]
    [InlineData("security.yaml", "encrypted:v1:kept/DB+PASSWORD", "encrypted:v1:kept/TOKEN//")]
    [InlineData("security.yaml", "encrypted:v1:kept/DB+PASSWORD", "encrypted:v1:AAAA")]
    [InlineData("security.yaml", "name: DB_PASSWORD", "name: OTHER")]
    [InlineData("services.yaml", "MODE: fast", "MODE: kept-1")]
    [InlineData("services.yaml", "MODE: fast", "MODE: kept-2")]
    [InlineData("services.yaml", "MODE: fast", "MODE: kept-99")]
    [InlineData("services.yaml", "image: nginx:1.27", "image: nginx:1.27 # kept-2")]
    public void A_handle_cannot_be_moved(string file, string old, string put)
    {
        var blank = SecretHandles.Blank(Present);
        blank[file]!.ShouldContain(old);
        var found = new DiagnosticBag();
        SecretHandles.Restore(blank.With(file, blank[file]!.Replace(old, put)), Present, found)
            .ShouldBeNull();
        found.ToList().ShouldAllBe(f => f.Code == Codes.AnswerSecret && !f.Message.Contains("s3"));
    }

    [Theory]
    [InlineData("    labels: {key: HANDLE}")]
    [InlineData("    labels: {value: HANDLE}")]
    [InlineData("    # HANDLE")]
    public void The_handle_of_a_declared_secret_goes_nowhere_else(string line)
    {
        var blank = SecretHandles.Blank(Present);
        var found = new DiagnosticBag();
        SecretHandles.Restore(blank.With("services.yaml", blank["services.yaml"]!.Replace(
            "      image: nginx:1.27", "      image: nginx:1.27\n  " + line.Replace(
                "HANDLE", SecretHandles.Of("DB_PASSWORD"), StringComparison.Ordinal),
            StringComparison.Ordinal)), Present, found).ShouldBeNull();
        found.ToList().ShouldHaveSingleItem().Code.ShouldBe(Codes.AnswerSecret);
    }
}
