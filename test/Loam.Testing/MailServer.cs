using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Loam.Testing;

/// <summary>A real mail server, Debian's aiosmtpd, on a port of the loopback. It takes mail from
/// one account, and none for the domain refused.example.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private const string Program = """
        import base64, email, json, ssl, sys, time
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import AuthResult, LoginPassword
        folder, port, user, password, cert = sys.argv[1:6]
        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.endswith("@refused.example"):
                    return "550 nobody of that name here"
                envelope.rcpt_tos.append(address)
                return "250 OK"
            async def handle_DATA(self, server, session, envelope):
                mail = email.message_from_bytes(envelope.content)
                subject = str(email.header.make_header(email.header.decode_header(mail["Subject"])))
                text = mail.get_payload(decode=True).decode("utf-8")
                with open(folder + "/mails.jsonl", "a") as file:
                    file.write(json.dumps([envelope.mail_from, ",".join(envelope.rcpt_tos),
                        subject + "\n" + text, session.ssl is not None]) + "\n")
                return "250 taken as number 7"
        def check(server, session, envelope, mechanism, data):
            good = (isinstance(data, LoginPassword) and data.login.decode() == user
                and data.password.decode() == password)
            return AuthResult(success=good, handled=good)
        context = None
        if cert:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(cert)
        Controller(Handler(), hostname="127.0.0.1", port=int(port), authenticator=check,
            auth_required=True, auth_require_tls=bool(cert), require_starttls=bool(cert),
            tls_context=context).start()
        print("ready", flush=True)
        time.sleep(3600)
        """;

    private readonly Process _process;
    private readonly string _folder;

    private MailServer(Process process, string folder, int port)
    {
        (_process, _folder, Port) = (process, folder, port);
    }

    public int Port { get; }

    /// <param name="certificate">PEM of certificate and key: then it wants STARTTLS.</param>
    public static async Task<MailServer> StartAsync(
        string folder, string user, string password, string certificate = "")
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var process = Process.Start(new ProcessStartInfo("/usr/bin/python3",
        [
            "-c", Program, folder, port.ToString(CultureInfo.InvariantCulture), user, password,
            certificate,
        ])
        {
            RedirectStandardOutput = true,
        })!;
        var said = await process.StandardOutput.ReadLineAsync();
        return said == "ready" ? new(process, folder, port)
            : throw new InvalidOperationException("the mail server does not start");
    }

    /// <summary>What it took: sender, recipients, subject and text.</summary>
    public IReadOnlyList<(string From, string To, string Text)> Mails()
    {
        var path = Path.Combine(_folder, "mails.jsonl");
        return !File.Exists(path) ? [] : [.. File.ReadAllLines(path).Select(l =>
        {
            var parts = JsonDocument.Parse(l).RootElement;
            return (parts[0].GetString()!, parts[1].GetString()!, parts[2].GetString()!);
        })];
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
