using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Interpreter.Subjects;

/// <summary>Wishes and questions about scheduled jobs and about who is told.</summary>
public sealed class JobsTests
{
    private static readonly StateSet s_bare = StateSet.Empty.With("services.yaml", """
        apiVersion: loam/v1
        kind: ServiceManifest
        metadata: {name: main}
        spec:
          services:
            - {name: api, image: "registry.example.com/api:2.1", ports: [{container: 3000}]}
            - {name: nextcloud, image: "nextcloud:30-apache"}
            - {name: redis, image: "redis:7-alpine"}
            - name: postgres
              image: postgres:16-alpine
              environment: {POSTGRES_USER: app}
        """);

    private static readonly StateSet s_busy = s_bare.With("scheduled.yaml", """
        apiVersion: loam/v1
        kind: ScheduledTasks
        metadata: {name: main}
        spec:
          jobs:
            # every morning, before anybody comes
            - name: report
              schedule: "30 6 * * 1-5"
              container: api
              command: [report, --mail]
              timeout: 10m
            - name: clean-tmp
              schedule: "15 2 * * *"   # after the backup
              command: find /srv/tmp -mtime +7 -delete
              access: ["write:/srv/tmp"]
              on_failure: ignore
            - name: probe
              schedule: "*/30 * * * *"
              image: curlimages/curl:8.10.1
              command: [curl, -fsS, "https://staging.example.com/health"]
              retries: 2
              on_failure: alert
        """).With("manifest.yaml", """
        apiVersion: loam/v1
        kind: SystemManifest
        metadata: {name: main}
        spec:
          notify:
            - name: team
              type: email
              smtp: mail.example.com:587
              to: team@example.com
              secret: MAIL_PASSWORD
        """).With("security.yaml", """
        apiVersion: loam/v1
        kind: SecurityConfig
        metadata: {name: main}
        spec:
          secrets:
            - {name: MAIL_PASSWORD, value: "encrypted:v1:YWdlLWVuY3J5cHRpb24ub3JnL3Yx"}
        """);

    private static readonly List<CaseFault> s_faults = [];
    private static readonly Dictionary<string, Loam.Mind.Evaluating.Cases.Case> s_cases = CaseFile
        .Read("inline", Cases, "schedule", false, s_faults)
        .ToDictionary(c => $"{c.State}: {c.Said}");

    public static TheoryData<string> Sentences => [.. s_cases.Keys];

    private const string Cases = """
        # New jobs, commands as typed
        bare: every 15 minutes run php -f /var/www/html/cron.php in nextcloud and alert me if it
            fails
            => proposal; runs jobs.nextcloud-cron at 2026-03-02T11:15; jobs.nextcloud-cron.command =
            php -f /var/www/html/cron.php; jobs.nextcloud-cron.on_failure = alert;
            jobs.nextcloud-cron.container = nextcloud
        bare: run /opt/backup.sh every night at 3
            => proposal; runs jobs.backup at 2026-03-02T03:00; jobs.backup.access has
            read:/opt/backup.sh; says sandbox; risk medium
        bare: curl https://example.com/Ping every 5 minutes
            => proposal; jobs count 1; jobs has {command: "curl https://example.com/Ping", schedule:
            "*/5 * * * *"}
        bare: check https://example.com/up every minute and tell me if it is down
            => proposal; jobs has {command: "curl -fsS https://example.com/up", on_failure: notify}
        bare: schedule a job called stats at 6 on weekdays with image alpine:3.20 running 'sh /x.sh'
            with a timeout of 10 minutes and 2 retries
            => proposal; runs jobs.stats at 2026-03-02T06:00; runs not jobs.stats at
            2026-03-01T06:00; jobs.stats.image = alpine:3.20; jobs.stats.timeout = 10m;
            jobs.stats.retries = 2; jobs.stats.command = sh /x.sh
        bare: set up a cron job to run `redis-cli --scan | head -5` in redis every hour
            => proposal; jobs has {command: "redis-cli --scan | head -5", container: redis}
        bare: cron: 0 */4 * * * redis-cli bgsave in redis (job name: save)
            => proposal; runs jobs.save at 2026-03-02T08:00; jobs.save.command = redis-cli bgsave
        bare: new job 'hello', image alpine:3.20, command "echo Hello", each minute
            => proposal; runs jobs.hello at 2026-03-02T13:37; jobs.hello.command = echo Hello
        bare: job "index": node tools/index.js in api each night at 4
            => proposal; jobs.index.command = node tools/index.js; jobs.index.container = api
        bare: node tick.js --all in api twice a day, 6 am and 6 pm. job: tick
            => proposal; runs jobs.tick at 2026-03-02T18:00; jobs.tick.command = node tick.js --all
        bare: I want `npm run Digest` executed in the api container daily at 04:00
            => proposal; jobs has {command: "npm run Digest", schedule: "0 4 * * *"}
        bare: at 3 run "npm run digest" in api => proposal; jobs count 1; says every day
        bare: run node tick.js in api hourly, alert on failure, notify on success, call it tick
            => proposal; jobs.tick.on_failure = alert; jobs.tick.on_success = notify
        bare: run the nightly report script => question
        bare: vacuum the database every sunday at 4
            => proposal; jobs has {container: postgres, schedule: "0 4 * * 0", command: "vacuumdb
            --all --analyze -U app"}
        bare: delete files older than 30 days in /srv/tmp every sunday at 4
            => proposal; jobs has {command: "find /srv/tmp -type f -mtime +30 -delete"}; risk high
        bare: clean up /srv/tmp weekly // older than two weeks
            => proposal; jobs has {command: "find /srv/tmp -type f -mtime +14 -delete"}
        bare: run "x.sh --all" in api // every night at 2 => refusal
        bare: ticker: run "node x.js" in api every hour => proposal; jobs.ticker.command = node x.js
        bare: run "node x.js" in api every hour (ticker) => proposal; jobs.ticker.container = api
        bare: create job ticker. schedule: every hour. container: api. command: node x.js
            => proposal; jobs.ticker.container = api; jobs.ticker.command = node x.js
        bare: "node x.js" in api mon/wed/fri at 7:15, job ticker, max 5 minutes, three tries
            => proposal; runs jobs.ticker at 2026-03-02T07:15; runs not jobs.ticker at
            2026-03-03T07:15; jobs.ticker.timeout = 5m; jobs.ticker.retries = 3
        bare: "node x.js" in api every 3 hours starting at 1, job ticker
            => proposal; runs jobs.ticker at 2026-03-02T04:00; runs not jobs.ticker at
            2026-03-02T03:00
        bare: host job "du -sh /srv > /var/log/du.txt" nightly at 4, call it du
            => proposal; jobs.du.access has read:/srv; jobs.du.access has write:/var/log/du.txt
        # What is missing or cannot be
        bare: schedule a nightly job in redis // redis-cli BGSAVE
            => proposal; jobs has {container: redis, command: redis-cli BGSAVE}
        bare: create a job that runs "date" in api // every day at 5
            => proposal; jobs has {command: date, schedule: "0 5 * * *"}
        bare: run /opt/x.sh every 45 minutes // every 30 minutes
            => proposal; runs jobs.x at 2026-03-02T11:30
        bare: run "date" in foo every day => question; says foo
        bare: run /opt/x.sh tomorrow at 5 => refusal; says one time
        bare: run /opt/x.sh every day at 9 New York time => question; says clock
        bare: run /opt/x.sh => refusal; says never run commands
        bare: run rm -rf / nightly => refusal; says erase
        bare: run rm -rf /var/* every night => proposal; jobs count 1; risk critical
        bare: run docker restart api every night => refusal; says container
        bare: restart api every night at 4 => refusal
        # Changes
        busy: change the report job to run at 7
            => proposal; runs jobs.report at 2026-03-02T07:00; runs not jobs.report at
            2026-03-01T07:00
        busy: report on sundays only => proposal; runs jobs.report at 2026-03-01T06:30
        busy: make clean-tmp run monthly => proposal; runs jobs.clean-tmp at 2026-04-01T02:15
        busy: probe every 10 minutes instead of every 30
            => proposal; runs jobs.probe at 2026-03-02T10:10; jobs.probe.retries = 2
        busy: move report one hour later => proposal; runs jobs.report at 2026-03-02T07:30
        busy: probe every 12 hours, clean-tmp at 5 and report with 3 retries
            => proposal; runs not jobs.probe at 2026-03-02T10:30; runs jobs.clean-tmp at
            2026-03-02T05:00; jobs.report.retries = 3
        busy: report may take up to half an hour => proposal; jobs.report.timeout = 30m
        busy: double the timeout of report => proposal; jobs.report.timeout = 20m
        busy: don't retry the probe => proposal; jobs.probe.retries = 0
        busy: just notify, don't alert, when probe fails => proposal; jobs.probe.on_failure = notify
        busy: stop notifying me about probe => proposal; jobs.probe.on_failure = ignore
        busy: tell me when report worked too => proposal; jobs.report.on_success = notify
        busy: probe should call https://www.example.com/ok
            => proposal; jobs.probe.command = [curl, -fsS, "https://www.example.com/ok"]
        busy: let clean-tmp also write below /srv/cache
            => proposal; jobs.clean-tmp.access has write:/srv/cache; jobs.clean-tmp.access has
            write:/srv/tmp
        busy: clean-tmp should delete after 14 days instead of 7
            => proposal; jobs.clean-tmp.command = find /srv/tmp -mtime +14 -delete
        busy: rename the report job to summary => proposal; jobs.summary; no jobs.report
        busy: delete the clean-tmp job => proposal; no jobs.clean-tmp
        busy: delete every job except probe => proposal; no jobs.report; no jobs.clean-tmp
        busy: disable the probe job // yes => proposal; no jobs.probe
        busy: pause probe => question; says remove
        busy: run the report job now => refusal; says loam run-job report
        busy: run report weekdays at 6:30 => no-change; says already
        busy: run it hourly instead => question; says which
        busy: probe doesn't have to run at weekends
            => proposal; runs not jobs.probe at 2026-03-01T10:30; runs jobs.probe at
            2026-03-02T10:30
        busy: limit report to 20 minutes => proposal; jobs.report.timeout = 20m
        busy: report every weekday evening at 8 => proposal; runs jobs.report at 2026-03-02T20:00
        busy: every job should alert on failure
            => proposal; jobs.report.on_failure = alert; jobs.clean-tmp.on_failure = alert
        # Turn by turn
        busy: run "redis-cli bgsave" in redis every hour, job name save // better every two hours //
            and tell me if it fails
            => proposal; runs not jobs.save at 2026-03-02T09:00; jobs.save.on_failure = notify
        busy: delete clean-tmp and probe // leave probe
            => proposal; no jobs.clean-tmp; jobs.probe = same
        busy: remove report // no, keep it, just move it to 10 o'clock
            => proposal; runs jobs.report at 2026-03-02T10:00
        busy: when does report run? // make it every 4 hours
            => proposal; runs jobs.report at 2026-03-02T08:00
        # Questions
        busy: what jobs are there? => answer; says report; says probe
        busy: when does the report run next? => answer; says weekdays at 6:30
        busy: what runs at night? => answer; says clean-tmp
        busy: did the report job run? => answer; says loam jobs
        busy: what does clean-tmp do => answer; says find /srv/tmp
        bare: which jobs are there => answer; says No jobs
        # Who is told
        bare: send alerts to ops@example.com via smtp.example.com
            => proposal; notify has {type: email, to: ops@example.com, smtp: "smtp.example.com:587"}
        bare: notify me on ntfy topic https://ntfy.sh/mybox
            => proposal; notify.mybox.type = ntfy; notify.mybox.url = https://ntfy.sh/mybox
        bare: post to this webhook https://hooks.example.com/abc when a job fails
            => proposal; notify has {type: webhook}
        bare: notify me by mail when something breaks // ops@example.com // smtp.example.com:25
            => proposal; notify has {to: ops@example.com, smtp: "smtp.example.com:25"}
        busy: no notifications at night => proposal; notify.team.quiet_hours = 22:00-07:00
        busy: don't wake us: quiet hours 21:00 to 6:30
            => proposal; notify.team.quiet_hours = 21:00-06:30
        busy: team mails go to all@example.com from now on
            => proposal; notify.team.to = all@example.com
        busy: stop emailing me => proposal; no notify.team
        busy: who gets alerts? => answer; says team
        bare: who gets alerts? => answer; says Nobody
        """;

    [Theory, MemberData(nameof(Sentences))]
    public void Understands(string said)
    {
        var test = s_cases[said];
        var judged = Judge.Run(test, new(test.State == "busy" ? s_busy : s_bare));
        judged.Fault.ShouldBeNull();
        judged.Collateral.ShouldBeEmpty();
    }

    [Fact]
    public void Every_sentence_says_something_that_can_be_checked() => s_faults.ShouldBeEmpty();

    [Theory]
    [InlineData("""run sh -c 'echo "A B" | tr a-z A-Z' in api every 5 minutes""",
        """sh -c 'echo "A B" | tr a-z A-Z'""")]
    [InlineData("""hourly run curl -fsS "https://example.com/x?a=1&b=2" > /tmp/Out && echo OK""",
        """curl -fsS "https://example.com/x?a=1&b=2" > /tmp/Out && echo OK""")]
    [InlineData("every night execute `echo $(date) – ok`", "echo $(date) – ok")]
    [InlineData("run echo $(date) every hour.", "echo $(date)")]
    public void A_command_is_taken_as_it_was_typed(string sentence, string command)
    {
        var text = Propose(s_bare, sentence).Files["scheduled.yaml"];
        var job = StateReader.Read(s_bare.With("scheduled.yaml", text)).State!
            .Specs["scheduled.yaml"].Maps("jobs").Single();
        job.Texts("command")[^1].ShouldBe(command);
    }

    [Fact]
    public void A_change_leaves_comments_and_other_jobs_alone()
    {
        var before = s_busy["scheduled.yaml"]!.Split('\n');
        var after = Propose(s_busy, "run clean-tmp at 4").Files["scheduled.yaml"].Split('\n');
        after.Except(before).Select(l => l.Trim())
            .ShouldBe(["schedule: \"0 4 * * *\"   # after the backup"]);
    }

    private static Proposal Propose(StateSet files, params string[] turns) =>
        Loam.Mind.Interpreter.Interpreter.Propose(files, turns, Judge.Now);
}
