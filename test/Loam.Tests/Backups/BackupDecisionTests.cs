using Loam.Core.Backups;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Backups;

/// <summary>What is copied, what stays, and what people mean.</summary>
public sealed class BackupDecisionTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);

    private const string Db = """
        services:
          - {name: db, image: "postgres:16", volumes: [{source: db-data, target: /var/lib/postgresql/data}]}
          - {name: app, image: "nginx:1.27", depends_on: [db], volumes: [{source: files, target: /f}]}
        """;

    private const string Volumes = "volumes: [{name: db-data}, {name: files}, {name: state}]";

    [Fact]
    public void Nothing_is_copied_that_nobody_marked()
    {
        Of(Db, Volumes).Backups.Items.ShouldBeEmpty();
        Of(Db, "volumes: [{name: files, backup: {enabled: false}}, {name: db-data}]")
            .Backups.Items.ShouldBeEmpty();
    }

    [Fact]
    public void Where_anything_is_copied_the_state_is_too()
    {
        var items = Of(Db, "volumes: [{name: files, backup: {}}, {name: db-data}]").Backups.Items;
        items.Select(i => i.Id).ShouldBe(["loam/state", "volume/files"]);
        items.ShouldAllBe(i => i.Retain == 7 && i.Schedule.Text == "0 2 * * *" && !i.Stops);
    }

    [Fact]
    public void A_volume_differs_from_the_machine_where_it_says_so()
    {
        var backups = Of(Db, "volumes: [{name: db-data, backup: {type: archive}}, {name: files, "
            + "backup: {schedule: \"0 4 * * 0\", retain: 3}}]",
            "backup: {schedule: \"30 1 * * *\", retain: 14, destination: /mnt/usb}").Backups;
        backups.Destination.ShouldBe("/mnt/usb");
        backups.Of("db-data").ShouldBe(new("db-data", backups.Schedule, 14, true));
        backups.Of("files").Retain.ShouldBe(3);
        backups.Of("files").Schedule.Text.ShouldBe("0 4 * * 0");
    }

    [Fact]
    public void A_label_marks_what_the_service_writes()
    {
        var state = Of("""
            services:
              - name: app
                image: nginx:1.27
                labels: {backup.enabled: "true", backup.schedule: "0 6 * * *"}
                volumes: [{source: files, target: /f}]
            """, "volumes: [{name: files}, {name: other}]");
        state.Backups.Items.Select(i => $"{i.Id} {i.Schedule.Text}")
            .ShouldBe(["loam/state 0 2 * * *", "volume/files 0 6 * * *"]);
    }

    [Theory]
    [InlineData("backup.enabled: \"yes\"", "neither true nor false")]
    [InlineData("backup.schedule: daily", "not a schedule")]
    public void A_label_that_means_nothing_is_an_error(string label, string says) =>
        StateReader.Read(Files($"services: [{{name: a, image: \"nginx:1\", labels: {{{label}}}}}]",
            null, null)).Findings.ShouldContain(f => f.IsError && f.Message.Contains(says));

    [Fact]
    public void Switched_off_is_off_whatever_is_marked()
    {
        Of("services: []", "volumes: [{name: files, backup: {}}]", "backup: {enabled: false}")
            .Backups.Items.ShouldBeEmpty();
    }

    [Fact]
    public void A_plan_says_when_and_refuses_without_the_program()
    {
        var state = Of("services: []", "volumes: [{name: files, backup: {retain: 3}}]",
            "backup: {}");
        var context = new PlanningContext("11111111-2222-3333-4444-555555555555", "/volumes");
        var seen = new Core.Observing.ObservedState { ObservedAt = s_noon };
        var plan = Planner.Plan(DesiredState.Empty, state, seen, context);
        plan.HasErrors.ShouldBeFalse();
        plan.Steps.SelectMany(s => s.Notes).ShouldContain("copies every day at 2:00, 3 are kept");
        var without = context with { CanBackUp = false };
        Planner.Plan(DesiredState.Empty, state, seen, without).Findings
            .ShouldContain(f => f.IsError && f.Remedy.Contains("apt-get install restic"));
        Planner.Plan(state, state, seen, without).HasErrors.ShouldBeFalse("it was approved before");
    }

    [Fact]
    public void The_newest_whole_copies_stay()
    {
        var copies = Enumerable.Range(0, 10).Select(day => Copy($"{day}aaaa", -day)).ToList();
        Retention.Surplus(copies, 7).Select(c => c.Id).ShouldBe(["7aaaa", "8aaaa", "9aaaa"]);
        Retention.Surplus(copies, 10).ShouldBeEmpty();
    }

    [Fact]
    public void Failures_push_no_good_copy_out()
    {
        List<BackupCopy> copies =
        [
            .. Enumerable.Range(0, 5).Select(day => Copy($"bad{day}", -day) with { IsWhole = false }),
            Copy("good1", -5), Copy("torn", -6) with { IsWhole = false }, Copy("good2", -7),
        ];
        Retention.Surplus(copies, 3).Select(c => c.Id).ShouldBe(["bad3", "bad4", "torn"]);
        Retention.Surplus(copies, 1).Select(c => c.Id)
            .ShouldBe(["good2", "bad1", "bad2", "bad3", "bad4", "torn"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("/mnt/usb/", "/mnt/usb")]
    [InlineData("sftp://loam@nas.lan/backups", "sftp:loam@nas.lan:/backups")]
    [InlineData("sftp://loam@nas.lan:2222/backups", "sftp:loam@nas.lan:/backups")]
    [InlineData("sftp:nas.lan:backups", "sftp:nas.lan:backups")]
    [InlineData("s3://bucket/loam", "s3:s3.amazonaws.com/bucket/loam")]
    [InlineData("s3:https://minio.lan:9000/bucket", "s3:https://minio.lan:9000/bucket")]
    [InlineData("rest:https://backup.lan/me", "rest:https://backup.lan/me")]
    public void A_destination_is_understood(string written, string repository) =>
        Destination.Parse(written, out _).ShouldNotBeNull().Repository.ShouldBe(repository);

    [Theory]
    [InlineData("nas")]
    [InlineData("/")]
    [InlineData("/mnt/my disk")]
    [InlineData("sftp://-oProxyCommand=x/path")]
    [InlineData("sftp://user@-oProxyCommand=x/path")]
    [InlineData("sftp://a b/path")]
    [InlineData("sftp://host;rm/path")]
    [InlineData("sftp://host:0/path")]
    [InlineData("sftp://host/")]
    [InlineData("s3:")]
    [InlineData("rest:ftp://x/")]
    [InlineData("azure:x:/")]
    public void What_is_no_destination_is_refused(string written) =>
        Destination.Parse(written, out _).ShouldBeNull();

    [Theory]
    [InlineData("rest:https://me:secret@backup.lan/")]
    [InlineData("s3:https://key:secret@host/bucket")]
    [InlineData("sftp://me:secret@host/path")]
    public void A_password_has_no_place_in_it(string written)
    {
        Destination.Parse(written, out var wrong).ShouldBeNull();
        wrong.ShouldContain("password");
    }

    [Fact]
    public void Names_mean_volumes_services_and_the_state()
    {
        var state = Of(Db, Volumes);
        string[] Ids(params string[] names) =>
            [.. BackupNames.Meant(state, names).Select(i => i.Id)];
        Ids("files", "app", "db").ShouldBe(["volume/files", "volume/db-data"]);
        Ids("state").ShouldBe(["volume/state"], "a volume of that name comes first");
        Ids("volume/state").ShouldBe(["volume/state"]);
        Ids().Length.ShouldBe(4, "where nothing is declared, everything is meant");
        Should.Throw<HostException>(() => Ids("fils")).Remedy.ShouldContain("files");
        BackupNames.Meant(Of("services: []"), ["state"])[0].Id.ShouldBe("loam/state");
    }

    [Fact]
    public void A_copy_is_chosen_by_age_or_name()
    {
        List<BackupCopy> copies =
        [
            Copy("cccc1111", 0) with { IsWhole = false }, Copy("aaaa1111", -1),
            Copy("aaaa2222", -2), Copy("bbbb3333", -9),
        ];
        string Choose(string? at) =>
            BackupNames.Choose(copies, "volume/x", at, TimeZoneInfo.Utc).Id;
        Choose(null).ShouldBe("aaaa1111", "the newest is not whole");
        Choose("2030-01-08").ShouldBe("aaaa2222", "a day means its end");
        Choose("2030-01-08 11:59").ShouldBe("bbbb3333");
        Choose("cccc").ShouldBe("cccc1111", "by name also what is not whole");
        foreach (var wrong in (string[])["aaaa", "aaa", "2020-01-01", "tomorrow"])
        {
            Should.Throw<HostException>(() => Choose(wrong)).Fault.ShouldBe(Fault.NotFound);
        }
    }

    private static BackupCopy Copy(string id, int days) =>
        new(id, "volume/x", s_noon.AddDays(days), 1, 1, null, true);

    private static DesiredState Of(string services, string? storage = null,
        string? manifest = null)
    {
        var reading = StateReader.Read(Files(services, storage, manifest));
        return reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
    }

    private static StateSet Files(string services, string? storage, string? manifest)
    {
        var files = StateSet.Empty;
        foreach (var (file, kind, spec) in (ReadOnlySpan<(string, string, string?)>)
            [("services.yaml", "ServiceManifest", services),
             ("storage.yaml", "StorageConfig", storage),
             ("manifest.yaml", "SystemManifest", manifest)])
        {
            if (spec is not null)
            {
                files = files.With(file, $"apiVersion: loam/v1\nkind: {kind}\nspec:\n  "
                    + spec.Replace("\n", "\n  ") + "\n");
            }
        }
        return files;
    }
}
