using System.Text.Json;
using Loam.Api;
using Loam.Cli;
using Loam.Cli.Views;
using Loam.Core.Diagnostics;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Shouldly;

namespace Loam.Tests.Cli;

public sealed class NothingPlannedTests
{
    private static readonly ChangeRequest s_request = new(ChangeKind.WorkTree, "apply");

    [Fact]
    public void What_is_asked_by_hand_is_what_the_serializer_reads()
    {
        foreach (var kind in Enum.GetValues<ChangeKind>())
        {
            var order = new ChangeOrder(new(kind, "because \"so\"") { Generation = 3 }, "--yes",
                ["network.yaml"]);
            var read = JsonSerializer.Deserialize(
                NothingPlanned.Ask(order).ShouldNotBeNull(), ApiJson.Default.ChangeOrder)!;
            (read.Request.Kind, read.Request.Reason, read.Request.Generation, read.How)
                .ShouldBe((kind, "because \"so\"", 3, "--yes"));
            read.Confirmed.ShouldBe(["network.yaml"]);
        }
    }

    [Fact]
    public void An_order_with_texts_is_left_to_the_serializer() =>
        NothingPlanned.Ask(new(new(ChangeKind.Update, "update") { Names = ["web"] }, "--yes", []))
            .ShouldBeNull();

    [Fact]
    public void Nothing_looks_like_nothing()
    {
        var change = NothingPlanned.Read(Line(Planned()), s_request).ShouldNotBeNull();
        change.IsNothing.ShouldBeTrue();
        PlanCard.Of(change, false, Look.Plain).Select(l => l.ToString()).ShouldBe(
            PlanCard.Of(Planned(), false, Look.Plain).Select(l => l.ToString()));
    }

    [Fact]
    public void Whatever_says_more_is_left_to_the_serializer()
    {
        var text = Planned() with
        {
            After = StateSet.Empty.With("services.yaml", "x"),
        };
        NothingPlanned.Read(Line(text), s_request).ShouldBeNull();
        var warned = Planned() with
        {
            Findings = [new(Codes.NotYet, Severity.Warning, null, "A", "B")],
        };
        NothingPlanned.Read(Line(warned), s_request).ShouldBeNull();
        NothingPlanned.Read("{\"event\":{}}"u8.ToArray(), s_request).ShouldBeNull();
        NothingPlanned.Read("[]"u8.ToArray(), s_request).ShouldBeNull();
    }

    private static byte[] Line(PlannedChange change) => JsonSerializer.SerializeToUtf8Bytes(
        new ApplyLine(null, null, null) { Change = change }, ApiJson.Default.ApplyLine);

    private static PlannedChange Planned() => new("p1", s_request, 3, StateSet.Empty,
        StateSet.Empty, new()
        {
            Steps = [],
            Findings = [],
            Totals = new(0, 0, 0, 0, 0, 0, 0, [], []),
            Risk = Risk.Low,
            Restricted = [],
            Generates = [],
            Digest = "d",
        }, []);
}
