using Loam.Api;
using Loam.Cli.Views;
using Loam.Core.Observing;

namespace Loam.Cli.Commands;

/// <summary>Verbs about certificates.</summary>
internal static class CertificateCommands
{
    private const string Authority = "ca";

    public static Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel) =>
        call.Words is [Authority] ? RootAsync(call, cancel)
            : ShowAsync(call, call.Words.Count == 0 ? null : call.Words[0], cancel);

    /// <summary>As listed, and a failure where one is not well.</summary>
    public static async Task<ExitCode> CheckAsync(Invocation call, CancellationToken cancel)
    {
        await ShowAsync(call, null, cancel).ConfigureAwait(false);
        var answer = await call.Client.CertificatesAsync(cancel).ConfigureAwait(false);
        return answer.Certificates.All(c => c.Health == CertificateHealth.Good) ? ExitCode.Done
            : ExitCode.Failed;
    }

    private static async Task<ExitCode> ShowAsync(
        Invocation call, string? name, CancellationToken cancel)
    {
        var answer = await call.Client.CertificatesAsync(cancel).ConfigureAwait(false);
        var now = call.Time.GetUtcNow();
        if (name is null)
        {
            call.Answer(() => JsonOutput.Of(answer, ApiJson.Default.CertificatesAnswer),
                CertificateView.Table(answer.Certificates, now, call.Terminal.Look));
            return ExitCode.Done;
        }
        var one = answer.Certificates.FirstOrDefault(c => c.Name == name)
            ?? throw new CommandFailure(ExitCode.Invalid,
                $"There is no certificate {name}.", "`loam certs` lists them.");
        call.Answer(() => JsonOutput.Of(one, ApiJson.Default.CertificateStatus),
            CertificateView.One(one, now, call.Terminal.Look));
        return ExitCode.Done;
    }

    /// <summary>The root on standard output, so that it can be written to a file; how to trust it
    /// beside it.</summary>
    private static async Task<ExitCode> RootAsync(Invocation call, CancellationToken cancel)
    {
        var answer = await call.Client.CertificatesAsync(cancel).ConfigureAwait(false);
        if (answer.Root is not { } root)
        {
            throw new CommandFailure(ExitCode.Invalid,
                "This machine's authority was not needed yet.",
                "Declare a certificate with `provider: self-signed` and apply it.");
        }
        call.Terminal.Raw(root);
        if (!call.Json)
        {
            // PEM allows text around the certificate: the whole output is a file that works.
            call.Terminal.Raw("""
                To trust it, put this into a file loam.crt and, on the device that connects:
                  Debian, Ubuntu   cp loam.crt /usr/local/share/ca-certificates/
                                   update-ca-certificates
                  Fedora, RHEL     cp loam.crt /etc/pki/ca-trust/source/anchors/
                                   update-ca-trust
                  macOS            security add-trusted-cert -r trustRoot loam.crt
                  Windows          certutil -addstore Root loam.crt
                  Firefox          Settings, Certificates, Import

                """);
        }
        return ExitCode.Done;
    }
}
