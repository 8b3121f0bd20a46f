using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Loam.Core.Messaging;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Messages;
using Loam.Simulation.Running;
using Loam.Supervision;

namespace Loam.Tests.Messages;

/// <summary>Messages on their real way: HTTP and SMTP on the loopback.</summary>
[NeedsMailServer]
public sealed class MessageSenderTests : IAsyncLifetime
{
    private static readonly Message s_message = new("job.failed", "dump",
        new(2030, 1, 1, 3, 0, 0, TimeSpan.Zero), "Job dump failed after 2 tries.",
        "Das Öl ist aus. `loam jobs dump` shows what it wrote.", IsAlert: true);

    private readonly HttpListener _http = new();
    private readonly List<(string Path, string? Key, string Body)> _posts = [];
    private readonly MessageSender _sender = new(
        name => name == "token" ? "hunter2" : "anna@example.com:p4ssw0rd", () => "home");
    private readonly TestFolder _folder = TestFolder.Make(TestFolder.Docker);
    private int _status = 200;
    private int _port;

    public Task InitializeAsync()
    {
        _port = FreePort();
        _http.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _http.Start();
        _ = Task.Run(AnswerAsync);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _http.Close();
        _sender.Dispose();
        await _folder.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_gets_what_happened_and_the_token()
    {
        var hook = Hook("/hook/${secrets.token}") with { Secret = "token" };
        var answer = await _sender.SendAsync(hook, s_message, default);
        answer.ShouldBe(new SendAnswer(true, "HTTP 200 OK: taken /hook/***"));
        var (path, key, body) = _posts.ShouldHaveSingleItem();
        path.ShouldBe("/hook/hunter2");
        key.ShouldBe("Bearer hunter2");
        var json = JsonDocument.Parse(body).RootElement;
        json.GetProperty("type").GetString().ShouldBe("job.failed");
        json.GetProperty("level").GetString().ShouldBe("alert");
        json.GetProperty("text").GetString().ShouldBe("home: Job dump failed after 2 tries.\n"
            + "Das Öl ist aus. `loam jobs dump` shows what it wrote.");
    }

    [Fact]
    public async Task A_no_and_a_silence_are_said_and_hold_no_secret()
    {
        _status = 403;
        var hook = Hook("/hook/${secrets.token}");
        (await _sender.SendAsync(hook, s_message, default))
            .ShouldBe(new SendAnswer(false, "HTTP 403 Forbidden: taken /hook/***")
            {
                IsFinal = true,
            });
        foreach (var (status, isFinal) in ((int, bool)[])
            [(302, true), (400, true), (404, true), (429, false), (408, false), (503, false)])
        {
            _status = status;
            var refused = await _sender.SendAsync(hook, s_message, default);
            (refused.IsGood, refused.IsFinal).ShouldBe((false, isFinal), $"{status}");
        }
        var nobody = await _sender.SendAsync(hook with
        {
            Url = $"http://127.0.0.1:{FreePort()}/hunter2",
        }, s_message, default);
        (nobody.IsGood, nobody.IsFinal).ShouldBe((false, false));
        nobody.Words.ShouldContain("refused");
        nobody.Words.ShouldNotContain("hunter2");
        hook.Where.ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task A_topic_of_ntfy_gets_title_and_priority()
    {
        var topic = Hook("/mybox") with { Type = NotifierType.Ntfy, Secret = "mail" };
        (await _sender.SendAsync(topic, s_message, default)).IsGood.ShouldBeTrue();
        var (path, key, body) = _posts.ShouldHaveSingleItem();
        path.ShouldBe("/");
        key.ShouldBe("Basic "
            + Convert.ToBase64String(Encoding.UTF8.GetBytes("anna@example.com:p4ssw0rd")));
        var json = JsonDocument.Parse(body).RootElement;
        json.GetProperty("topic").GetString().ShouldBe("mybox");
        json.GetProperty("priority").GetInt32().ShouldBe(4);
    }

    [NeedingFact]
    public async Task A_mail_server_gets_a_mail_and_the_password()
    {
        await using var server = await MailServer.StartAsync(_folder.Path, "anna@example.com",
            "p4ssw0rd");
        var mail = new Notifier("mail", NotifierType.Email, null, $"127.0.0.1:{server.Port}",
            "ops@example.com, ben@example.com", "mail", [], null);
        (await _sender.SendAsync(mail, s_message, default)).ShouldSatisfyAllConditions(
            a => a.IsGood.ShouldBeTrue(a.Words), a => a.Words.ShouldStartWith("250 "));
        var (from, to, text) = server.Mails().ShouldHaveSingleItem();
        from.ShouldBe("anna@example.com");
        to.ShouldBe("ops@example.com,ben@example.com");
        text.ShouldContain("home: Job dump failed after 2 tries.");
        text.ShouldContain("Das Öl ist aus.");

        (await _sender.SendAsync(mail with { Secret = "token" }, s_message, default))
            .ShouldSatisfyAllConditions(a => a.IsGood.ShouldBeFalse(),
                a => a.Words.ShouldStartWith("535 "));
        (await _sender.SendAsync(mail with { To = "nobody@refused.example" }, s_message, default))
            .Words.ShouldStartWith("550 ");
    }

    [NeedingFact]
    public async Task A_mail_server_that_is_not_trusted_gets_no_password()
    {
        using var key = RSA.Create(2048);
        using var own = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1).CreateSelfSigned(
                DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var pem = Path.Combine(_folder.Path, "mail.pem");
        File.WriteAllText(pem, own.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        await using var server = await MailServer.StartAsync(
            _folder.Path, "anna@example.com", "p4ssw0rd", pem);
        var mail = new Notifier("mail", NotifierType.Email, null, $"localhost:{server.Port}",
            "ops@example.com", "mail", [], null);
        (await _sender.SendAsync(mail, s_message, default)).ShouldSatisfyAllConditions(
            a => a.IsGood.ShouldBeFalse(), a => a.Words.ShouldContain("certificate"));
        server.Mails().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_no_mail_server_is_said_to_be_none()
    {
        var mail = new Notifier("mail", NotifierType.Email, null, $"127.0.0.1:{FreePort()}",
            "ops@example.com", null, [], null);
        (await _sender.SendAsync(mail, s_message, default)).Words.ShouldContain("refused");
    }

    [Fact]
    public void What_waits_survives_the_process_and_is_sent_once()
    {
        var time = new VirtualTime(new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        var store = new MessageStore(Path.Combine(_folder.Path, "messages.json"));
        var sent = new List<string>();
        var isUp = false;
        var state = new DesiredState
        {
            Files = Core.StateFiles.StateSet.Empty,
            Settings = new() { Notifiers = [Hook("/a")] },
        };
        void Live(EventLog events, TimeSpan span, Action<EventLog>? happens) => time.Run(async () =>
        {
            var watch = new MessageWatch(() => state, (_, m, _) =>
            {
                if (isUp)
                {
                    sent.Add(m.Text);
                }
                return Task.FromResult(new SendAnswer(isUp, isUp ? "yes" : "no"));
            }, t => t.Replace("hunter2", "***"), store, events, time);
            using var stop = new CancellationTokenSource();
            var running = Task.WhenAll(
                watch.HearAsync(stop.Token), watch.TellAsync(stop.Token));
            happens?.Invoke(events);
            await Task.Delay(span, time);
            if (!isUp)
            {
                watch.Alerts().ShouldHaveSingleItem().ShouldStartWith("Messages to hook");
                watch.List()[0].Waiting.ShouldBe(1);
            }
            stop.Cancel();
            await EndedAsync(running);
        }, () => false, TimeSpan.FromDays(1));

        Live(new(time), TimeSpan.FromMinutes(5), events => events.Add(
            new MachineEvent(0, time.GetUtcNow(), "job.failed")
            {
                Name = "a", Message = "a failed hunter2.",
            }));
        sent.ShouldBeEmpty();
        isUp = true;
        Live(new(time), TimeSpan.FromHours(2), null);
        sent.ShouldBe(["a failed ***."]);
        Live(new(time), TimeSpan.FromHours(2), null);
        sent.Count.ShouldBe(1);
        File.ReadAllText(Path.Combine(_folder.Path, "messages.json")).ShouldNotContain("hunter2");
    }

    [Fact]
    public void What_is_refused_for_good_is_told_and_makes_way()
    {
        var time = new VirtualTime(new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        var (sent, events) = (new List<string>(), new EventLog(time));
        var state = new DesiredState
        {
            Files = Core.StateFiles.StateSet.Empty,
            Settings = new() { Notifiers = [Hook("/a")] },
        };
        var watch = new MessageWatch(() => state, (_, m, _) =>
        {
            sent.Add(m.Name!);
            return Task.FromResult(m.Name == "bad"
                ? new SendAnswer(false, "HTTP 400 Bad Request") { IsFinal = true }
                : new SendAnswer(true, "yes"));
        }, t => t, new(Path.Combine(_folder.Path, "refused.json")), events, time);
        time.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            var running = Task.WhenAll(watch.HearAsync(stop.Token), watch.TellAsync(stop.Token));
            foreach (var name in (string[])["bad", "good"])
            {
                events.Add(new MachineEvent(0, time.GetUtcNow(), "job.failed")
                {
                    Name = name, Message = $"{name} failed.",
                });
            }
            await Task.Delay(TimeSpan.FromSeconds(5), time);
            stop.Cancel();
            await EndedAsync(running);
        }, () => false, TimeSpan.FromDays(1));
        sent.ShouldBe(["bad", "good"]);
        events.Kept().Single(e => e.Type == "message.lost").Message
            .ShouldBe("A message to hook was refused: bad failed.");
    }

    private static async Task EndedAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    private Notifier Hook(string path) => new("hook", NotifierType.Webhook,
        $"http://127.0.0.1:{_port}{path}", null, null, null, [], null);

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var call = await _http.GetContextAsync();
                using var reader = new StreamReader(call.Request.InputStream, Encoding.UTF8);
                _posts.Add((call.Request.Url!.AbsolutePath, call.Request.Headers["Authorization"],
                    await reader.ReadToEndAsync()));
                call.Response.StatusCode = _status;
                if (_status == 302)
                {
                    call.Response.RedirectLocation = "http://example.com/";
                }
                await call.Response.OutputStream.WriteAsync(
                    Encoding.UTF8.GetBytes($"taken {call.Request.Url.AbsolutePath}"));
                call.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}

/// <summary>Needs Debian's aiosmtpd, a real mail server.</summary>
public sealed class NeedsMailServerAttribute : NeedAttribute
{
    public override string? Missing() => File.Exists("/usr/bin/aiosmtpd") ? null
        : "needs python3-aiosmtpd";
}
