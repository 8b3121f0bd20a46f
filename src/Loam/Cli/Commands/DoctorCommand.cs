using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Cli.Commands;

/// <summary><c>loam doctor</c>: whether this host has what Loam needs, and whether Loam is well.
/// </summary>
internal static class DoctorCommand
{
    private const string Name = "daemon";

    public static async Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel)
    {
        var status = await StatusAsync(call, cancel).ConfigureAwait(false);
        List<HostCheck> checks =
        [
            .. await HostDoctor.CheckAsync(Environment.ProcessPath!, call.Paths, cancel)
                .ConfigureAwait(false),
            await HostDoctor.LocalModelsAsync(Environment.ProcessPath!, cancel)
                .ConfigureAwait(false),
            status is { Engine: var engine } ? new("engine", CheckResult.Good, engine)
                : await HostDoctor.EngineAsync(cancel).ConfigureAwait(false),
            Daemon(status), .. Alerts(status),
        ];
        call.Answer(() => DoctorView.Json(checks), DoctorView.Of(checks, call.Terminal.Look));
        return checks.Exists(c => c.Result == CheckResult.Bad) ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<MachineStatus?> StatusAsync(
        Invocation call, CancellationToken cancel)
    {
        try
        {
            return await call.Client.StatusNowAsync(cancel).ConfigureAwait(false);
        }
        catch (CommandFailure)
        {
            return null;
        }
    }

    private static HostCheck Daemon(MachineStatus? status) => status is null
        ? new(Name, CheckResult.Bad, "it does not answer",
            Directory.Exists("/run/systemd/system")
                ? "`systemctl start loam`; `journalctl -u loam` says why it ended."
                : "Start `loam daemon`: there is no systemd here to do it.")
        : status.Version == Product.Version
            ? new(Name, CheckResult.Good, $"version {status.Version}, generation "
                + $"{status.Generation}")
            : new(Name, CheckResult.Note, $"it is version {status.Version}, and this is "
                + Product.Version, "`systemctl restart loam`.");

    private static IEnumerable<HostCheck> Alerts(MachineStatus? status) =>
        (status?.Alerts ?? []).Select(a => new HostCheck("alert", CheckResult.Note, a));
}
