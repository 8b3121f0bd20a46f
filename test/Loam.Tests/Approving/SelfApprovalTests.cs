using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Approving;

/// <summary>What needs no question, and what still does although much is allowed.</summary>
public sealed class SelfApprovalTests
{
    private const string All = "[service.restart, service.scale, image.patch, heal]";

    private const string Web = "{name: web, image: \"nginx:1.27.1\", replicas: 2}";

    private static readonly PlanningContext s_context =
        new("11111111-2222-3333-4444-555555555555", "/volumes");

    [Theory]
    [InlineData("service.restart",
        "image: \"nginx:1.27.1\", replicas: 2, restarted_at: \"2026-05-01T10:00:00Z\"")]
    [InlineData("service.scale", "image: \"nginx:1.27.1\", replicas: 5")]
    [InlineData("image.patch", "image: \"nginx:1.27.4\", replicas: 2")]
    [InlineData("image.patch", "image: nginx, tag: 1.27.4, replicas: 2")]
    [InlineData(null, "image: \"nginx:1.28.0\", replicas: 2")]
    [InlineData(null, "image: \"nginx:1.27.4-alpine\", replicas: 2")]
    [InlineData(null, "image: \"nginx:1\", replicas: 2")]
    [InlineData(null, "image: \"httpd:1.27.2\", replicas: 2")]
    [InlineData(null, "image: \"ghcr.io/library/nginx:1.27.2\", replicas: 2")]
    [InlineData(null, "image: \"nginx:1.27.1\", replicas: 0")]
    [InlineData(null, "image: \"nginx:1.27.1\", replicas: 2, privileged: true")]
    [InlineData(null, "image: \"nginx:1.27.1\", replicas: 3, environment: {A: b}")]
    public void A_change_is_of_one_category_or_of_none(string? category, string fields)
    {
        var then = State(All, Web);
        var now = State(All, $"{{name: web, {fields}}}");
        Of(then, now).ShouldBe(category is null ? null
            : $"safety.auto_approve_categories names {category}");
        if (category is not null)
        {
            var others = All.Replace(category, "ban.add");
            Of(State(others, Web), State(others, $"{{name: web, {fields}}}")).ShouldBeNull();
        }
    }

    [Fact]
    public void Every_part_must_be_allowed()
    {
        const string Both = "{name: web, image: \"nginx:1.27.2\", replicas: 3}";
        Of(State(All, Web), State(All, Both)).ShouldBe(
            "safety.auto_approve_categories names image.patch and service.scale");
        Of(State("[image.patch]", Web), State("[image.patch]", Both)).ShouldBeNull();
        Of(State(All, Web), State(All, Both + ", {name: new, image: \"redis:7.4.1\"}"))
            .ShouldBeNull("a new service is of no category");
        Of(State(All, Web + ", {name: new, image: \"redis:7.4.1\"}"), State(All, Both))
            .ShouldBeNull("nor is one that goes");
    }

    [Fact]
    public void The_tag_built_anew_is_a_patch_only_if_it_names_a_version()
    {
        string? Moved(string image) => Of(
            State(All, $"{{name: web, image: \"{image}\"}}"),
            State(All, $"{{name: web, image: \"{image}\"}}", "b"));
        Moved("nginx:1.27").ShouldNotBeNull();
        Moved("nginx:1.27.1-alpine").ShouldNotBeNull();
        Moved("nginx:latest").ShouldBeNull();
        Moved("postgres:16").ShouldBeNull();
    }

    [Fact]
    public void The_state_in_force_decides()
    {
        const string More = "{name: web, image: \"nginx:1.27.1\", replicas: 4}";
        Of(State("[]", Web), State("[service.scale]", More)).ShouldBeNull();
        Of(State("[]", Web), State("[]", Web), ChangeKind.Heal).ShouldBeNull();
        Of(State(All, Web), State(All, Web), ChangeKind.Heal).ShouldBe(
            "safety.auto_approve_categories names heal");
    }

    [Theory]
    [InlineData("auto_approve_categories: [heal]", "manifest.yaml")]
    [InlineData("max_changes_per_hour: 21", "manifest.yaml")]
    [InlineData("max_changes_per_hour: 3", null)]
    public void Letting_go_is_restricted(string safety, string? file) =>
        Restrictions.Of(DesiredState.Empty, Read(StateSet.Empty.With("manifest.yaml",
            $"apiVersion: loam/v1\nkind: SystemManifest\nspec: {{safety: {{{safety}}}}}\n")))
            .ShouldBe(file is null ? [] : [file]);

    private static string? Of(DesiredState then, DesiredState now,
        ChangeKind kind = ChangeKind.Files)
    {
        var nothing = new ObservedState { ObservedAt = DateTimeOffset.UnixEpoch };
        // What runs already is as the state before says.
        var made = Planner.Plan(DesiredState.Empty, then, nothing, s_context).Steps
            .SelectMany(s => s.Actions).ToList();
        var plan = Planner.Plan(then, now, nothing with
        {
            Networks = [.. made.Where(a => a.Kind == ActionKind.CreateNetwork).Select(a =>
                new ObservedNetwork("id-" + a.Target, a.Target, a.Network!.Declared,
                    a.Network.Revision, a.Network.Internal))],
        }, s_context);
        return SelfApproval.Of(kind, then, now, plan);
    }

    private static DesiredState State(string categories, string services, string build = "a")
    {
        var state = Read(StateSet.Empty
            .With("manifest.yaml", "apiVersion: loam/v1\nkind: SystemManifest\nspec: {safety: "
                + $"{{auto_approve_categories: {categories}}}}}\n")
            .With("services.yaml", "apiVersion: loam/v1\nkind: ServiceManifest\nspec: "
                + $"{{services: [{services}]}}\n"));
        return state.With(state.Services.Values.Select(s => s.Image).DistinctBy(i => i.Name)
            .ToImmutableSortedDictionary(i => i.Name, i => new ResolvedImage(
                i.Name, "sha256:" + Digests.Of(i.Name + build), false, 100),
                StringComparer.Ordinal));
    }

    private static DesiredState Read(StateSet files)
    {
        var reading = StateReader.Read(files);
        return reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
    }
}
