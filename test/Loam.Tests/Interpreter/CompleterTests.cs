using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Completing;

namespace Loam.Tests.Interpreter;

public sealed class CompleterTests
{
    private static readonly Completer s_completer = new(StateSet.Empty.With("services.yaml", """
        apiVersion: loam/v1
        kind: ServiceManifest
        metadata:
          name: main
        spec:
          services:
            - name: cache
              image: redis:7-alpine
            - name: calendar
              image: radicale:3

        """).With("storage.yaml", """
        apiVersion: loam/v1
        kind: StorageConfig
        metadata:
          name: main
        spec:
          volumes:
            - name: photos

        """));

    [Fact]
    public void A_sentence_begins_with_a_verb() =>
        s_completer.Candidates("resta").ShouldBe(["restart"]);

    [Theory]
    [InlineData("restart ca", "cache calendar")]
    [InlineData("give both cache,cal", "calendar")]
    [InlineData("Back up PH", "photos")]
    [InlineData("add more memory to cach", "cache")]
    [InlineData("install vaultw", "vaultwarden")]
    [InlineData("restart vaultw", "")]
    [InlineData("", "")]
    public void It_goes_on_with_what_there_is(string text, string candidates) =>
        string.Join(' ', s_completer.Candidates(text)).ShouldBe(candidates);

    [Fact]
    public void Files_with_errors_name_nothing() =>
        new Completer(StateSet.Empty.With("services.yaml", "spec: ["))
            .Candidates("restart ca").ShouldBeEmpty();
}
