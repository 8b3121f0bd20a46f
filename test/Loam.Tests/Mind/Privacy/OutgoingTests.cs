using Loam.Core.Observing;
using Loam.Core.StateFiles;
using Loam.Mind.Context;
using Loam.Mind.Privacy;
using Loam.Tests.StateFiles;

namespace Loam.Tests.Mind.Privacy;

/// <summary>What may leave the machine, and when somebody is asked.</summary>
public sealed class OutgoingTests
{
    private static Outgoing Of(string privacy, string request, params LogExcerpt[] logs)
    {
        var state = Views.Many(2).With("manifest.yaml", "apiVersion: loam/v1\nkind: SystemManifest\n"
            + $"spec:\n  hostname: atlas\n  llm: {{privacy: {{{privacy}}}}}\n");
        var view = Views.Of(state, logs);
        return Outgoing.Of(ContextAssembly.Assemble(new(view, [], [], request, "0f1e2d3c")), view);
    }

    [Theory]
    [InlineData("", "restart app-1", Sending.Send)]
    [InlineData("", "restart app-1, its password is Sommer2026!", Sending.NeedsApproval)]
    [InlineData("approve_before_sending: never", "the password is Sommer2026!", Sending.Send)]
    [InlineData("approve_before_sending: always", "restart app-1", Sending.NeedsApproval)]
    [InlineData("redact: false", "restart app-1", Sending.NeedsApproval)]
    [InlineData("local_only: [invoices]", "where does my invoice lie", Sending.LocalOnly)]
    [InlineData("local_only: [invoices]", "restart app-1", Sending.Send)]
    [InlineData("local_only: [\"tax return\"]", "back up the TAX returns", Sending.LocalOnly)]
    [InlineData("local_only: [app-1]", "hello", Sending.LocalOnly)]
    public void The_manifest_decides(string privacy, string request, Sending sending)
    {
        var outgoing = Of(privacy, request);
        outgoing.Decision.Sending.ShouldBe(sending, outgoing.Decision.Reason);
    }

    [Fact]
    public void Logs_are_looked_at_by_somebody_before_they_leave() =>
        Of("", "why", new LogExcerpt("app-1", ["x"])).Decision.Sending
            .ShouldBe(Sending.NeedsApproval);

    [Fact]
    public void Nothing_private_of_a_whole_context_leaves_and_all_of_it_comes_back()
    {
        var view = Views.Of(Examples.Read("shop"),
            new LogExcerpt("web", ["login of anna from 192.168.7.9 at atlas"]));
        var context = ContextAssembly.Assemble(
            new(view, [], [], "let anna@example.net in from 203.0.113.9", "0f1e2d3c"));
        var outgoing = Outgoing.Of(context, view);
        foreach (var word in new[] { "192.168.7.9", "203.0.113.9", "atlas", "anna@" })
        {
            context.Text.ShouldContain(word);
            outgoing.Text.ShouldNotContain(word);
        }
        outgoing.Redactor.Restore(outgoing.Message).ShouldBe(context.Message);
        // With redaction off, all but secrets goes as it is.
        Of("redact: false", "from 203.0.113.9").Text.ShouldContain("203.0.113.9");
    }
}
