using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Tests.Interpreter;

public sealed class BeyondTests
{
    private static readonly StateSet s_state = StateSet.Empty.With("services.yaml",
        "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services:\n"
        + "    - name: web\n      image: nginx:1.27\n");

    [Theory]
    [InlineData("make web survive a holiday rush", true)]
    [InlineData("what is the capital of France?", true)]
    [InlineData("write me a poem about the sea", true)]
    [InlineData("restart web", false)]
    [InlineData("publish web on port 8080", false)]
    [InlineData("which ports are open?", false)]
    [InlineData("run rm -rf /", false)]
    [InlineData("open a port", false)]
    [InlineData("remove web", false)]
    public void Somebody_who_knows_more_is_asked_only_where_too_little_was_made_of_it(
        string words, bool isBeyond) => Loam.Mind.Interpreter.Interpreter
        .Propose(s_state, [words], DateTimeOffset.UnixEpoch).IsBeyond.ShouldBe(isBeyond);
}
