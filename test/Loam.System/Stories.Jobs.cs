using Loam.System.Harness;

namespace Loam.System;

/// <summary>Jobs that have a container of their own.</summary>
public abstract partial class Stories
{
    [NeedingFact]
    public Task A_job_has_a_fresh_container_that_reaches_services_and_leaves_nothing() =>
        StoryAsync(async () =>
    {
        (await Shell.RunAsync("/bin/sh", "-c", $"echo hunter2-hunter2 | {Instance.Binary} --home "
            + $"{Loam.Home} secret set greeting --yes")).ShouldEnd(0);
        Loam.WriteServices(Web("loam-test/web:1", Port));
        Loam.Write("scheduled.yaml", "ScheduledTasks", """
            jobs:
              - name: look
                schedule: 0 3 1 1 *
                image: loam-test/web:2
                command: wget -q -O /dev/null http://web/ && echo "found web, $GREETING"
                environment: {GREETING: "${secrets.greeting}"}
              - name: broken
                schedule: 0 3 1 1 *
                image: loam-test/web:2
                command: echo no such table; exit 3
              - name: endless
                schedule: 0 3 1 1 *
                image: loam-test/web:2
                command: echo begun; sleep 600
                timeout: 2s
              - name: long
                schedule: 0 3 1 1 *
                image: loam-test/web:2
                command: echo half; sleep 600
            """);
        var told = Transcript("17-fresh-jobs");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        (await told.RunAsync("run-job", "look")).ShouldEnd(0).ShouldSay("found web, ***");
        (await told.RunAsync("run-job", "broken")).ShouldEnd(1).ShouldSay("no such table");
        (await told.RunAsync("run-job", "endless")).ShouldEnd(1)
            .ShouldSay("begun", "did not end within 2 s");
        (await told.RunAsync("jobs")).ShouldEnd(0);
        (await Engine.JobsAsync()).ShouldBeEmpty();
        (await Engine.OwnAsync()).ShouldHaveSingleItem();

        using var client = Loam.Begin("run-job", "long");
        await Wait.ForAsync("its container to speak", async () =>
            await Engine.JobsAsync() is [var id]
            && (await Engine.LogAsync(id)).Contains("half"));
        (await Loam.RunAsync("run-job", "long")).ShouldEnd(3).ShouldSay("runs already");
        await Loam.KillAsync();
        told.Note("the daemon is killed while the job long runs, and started again");
        (await Engine.JobsAsync()).ShouldHaveSingleItem();
        await Loam.StartAsync();
        (await Engine.JobsAsync()).ShouldBeEmpty();
        (await Loam.RunAsync("jobs", "long")).ShouldEnd(0)
            .ShouldSay("half", "The daemon ended while it ran");
        told.Check();
    });

    [NeedingFact]
    public Task A_job_on_the_machine_reaches_what_is_declared_and_no_more() =>
        StoryAsync(async () =>
    {
        var logs = Directory.CreateDirectory("/tmp/loam-logs").FullName;
        try
        {
            File.WriteAllText(Path.Combine(logs, "old.log"), "old");
            Loam.WriteServices(Web("loam-test/web:1", Port));
            Loam.Write("scheduled.yaml", "ScheduledTasks", $"""
                jobs:
                  - name: tidy
                    schedule: 0 3 1 1 *
                    access: ["write:{logs}"]
                    command: rm {logs}/old.log && echo tidied > {logs}/new.log && ls {logs}
                  - name: outside
                    schedule: 0 3 1 1 *
                    command: cat /etc/shadow; echo x > /etc/x
                  - name: look
                    schedule: 0 3 1 1 *
                    access: ["network:127.0.0.1:{Port}"]
                    command: [bash, -c, "exec 3<>/dev/tcp/127.0.0.1/{Port} && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && head -1 <&3"]
                  - name: certs
                    schedule: 0 3 1 1 *
                    command: loam check certs
                """);
            var told = Transcript("18-sandbox");
            (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
            (await told.RunAsync("run-job", "tidy")).ShouldEnd(0).ShouldSay("new.log");
            (await told.RunAsync("run-job", "outside")).ShouldEnd(1)
                .ShouldSay("/etc/shadow: No such file", "Read-only file system");
            (await told.RunAsync("run-job", "look")).ShouldEnd(0).ShouldSay("200 OK");
            (await told.RunAsync("run-job", "certs")).ShouldEnd(0);
            Loam.Write("scheduled.yaml", "ScheduledTasks", $"""
                jobs:
                  - name: greedy
                    schedule: 0 3 1 1 *
                    access: ["read:/etc", "write:{Loam.Home}"]
                    command: [ls, /etc]
                """);
            (await told.RunAsync("apply", "--yes")).ShouldEnd(2)
                .ShouldSay("no sandbox may: passwords and keys lie there");
            told.Check();
        }
        finally
        {
            Directory.Delete(logs, recursive: true);
        }
    });

    [NeedingFact]
    public Task What_is_newer_is_found_by_asking_the_registry() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("nginx:1.26", Port));
        Loam.Write("scheduled.yaml", "ScheduledTasks", """
            jobs:
              - name: updates
                schedule: 0 3 1 1 *
                command: loam check updates
            """);
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var told = Transcript("20-updates");
        (await told.RunAsync("check", "updates")).ShouldEnd(1).ShouldSay("1.27");
        (await Loam.RunAsync("check", "updates", "-o", "json")).ShouldEnd(1)
            .ShouldSay("\"newer\":\"1.27\"", "\"is_new_build\":false");
        (await told.RunAsync("run-job", "updates")).ShouldEnd(1).ShouldSay("1.27");
        Loam.WriteServices(Web("nginx:1.27", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        (await told.RunAsync("check", "updates")).ShouldEnd(0);
        told.Check();
    });

    [NeedingFact]
    public Task Who_is_declared_is_told_once_and_nobody_learns_a_secret() => StoryAsync(async () =>
    {
        await using var folder = TestFolder.Make(TestFolder.Story);
        await using var server = await MailServer.StartAsync(
            folder.Path, "loam@example.com", "p4ssw0rd-of-mail");
        foreach (var (name, value) in ((string, string)[])
            [("MAIL", "loam@example.com:p4ssw0rd-of-mail"), ("HOOK", "very-secret-path")])
        {
            (await Shell.RunAsync("/bin/sh", "-c", $"echo {value} | {Instance.Binary} --home "
                + $"{Loam.Home} secret set {name} --yes")).ShouldEnd(0);
        }
        Loam.WriteServices(Web("loam-test/web:1", Port));
        Loam.WriteManifest($$"""
            notify:
              - name: ops
                type: email
                smtp: 127.0.0.1:{{server.Port}}
                to: ops@example.com
                secret: MAIL
                events: [job]
              - name: hook
                type: webhook
                url: http://127.0.0.1:9/${secrets.HOOK}
            """);
        Loam.Write("scheduled.yaml", "ScheduledTasks", """
            jobs:
              - name: broken
                schedule: 0 3 1 1 *
                container: web
                command: echo no such table; exit 3
            """);
        var told = Transcript("19-messages");
        (await told.RunAsync("apply", "--yes")).ShouldEnd(0);
        // The mail server's port is another each time: not in the transcript.
        (await Loam.RunAsync("notify", "test", "ops")).ShouldEnd(0).ShouldSay("250 taken");
        (await told.RunAsync("notify", "test", "hook")).ShouldEnd(1).ShouldSay("refused");
        (await Loam.RunAsync("run-job", "broken")).ShouldEnd(1);
        await Wait.ForAsync("the mail", () => Task.FromResult(server.Mails().Count == 2));
        server.Mails()[1].Text.ShouldContain("Job broken failed after 1 try.");
        (await Loam.RunAsync("status")).ShouldSay("Messages to hook cannot be sent");
        await Loam.KillAsync();
        await Loam.StartAsync();
        (await Loam.RunAsync("notify")).ShouldEnd(0).ShouldSay("hook", "1");
        server.Mails().Count.ShouldBe(2);
        told.Check();
        Loam.LogText.ShouldNotContain("very-secret-path");
        File.ReadAllText(Loam.Paths.MessagesFile).ShouldNotContain("very-secret-path");
    });
}
