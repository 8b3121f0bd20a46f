using System.Net.NetworkInformation;
using System.Net.Sockets;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Cli.Views;

/// <summary>What became of an apply, in one sentence, with what to do next.</summary>
internal static class ResultView
{
    public static IEnumerable<Line> Of(PlannedChange change, ApplyResult result, Look look) =>
        Of(change, result, HostAddress, look);

    /// <param name="address">The address at which others reach this machine.</param>
    public static IEnumerable<Line> Of(
        PlannedChange change, ApplyResult result, Func<string> address, Look look)
    {
        switch (result.Status)
        {
            case ApplyStatus.Applied:
                yield return Done(change, result, address);
                if (result.Error is { } warning)
                {
                    foreach (var line in Paragraph.Of(new Line("! ", Ink.Warn), warning, look))
                    {
                        yield return line;
                    }
                }
                break;
            case ApplyStatus.Nothing:
                yield return new Line("Nothing to do: everything is as declared.");
                break;
            default:
                foreach (var line in Failed(result, look))
                {
                    yield return line;
                }
                break;
        }
    }

    private static Line Done(PlannedChange change, ApplyResult result, Func<string> address)
    {
        var line = new Line("Done", Ink.Good).Add($" in {Units.Took(result.Duration)}.");
        foreach (var url in Urls(change.Plan, address))
        {
            line.Add(" ").Add(url, Ink.Accent);
        }
        return line.Add("    undo: ", Ink.Dim).Add("loam rollback");
    }

    private static IEnumerable<Line> Failed(ApplyResult result, Look look)
    {
        var after = result.Status switch
        {
            ApplyStatus.RolledBack => " Everything is as before.",
            ApplyStatus.Incomplete => "",
            _ => " Nothing was touched.",
        };
        var why = (result.Error ?? "It failed").TrimEnd('.', ' ') + ".";
        return FailureView.Of(why + after, result.Remedy ?? "", look);
    }

    /// <summary>Where to look: what a new or changed service offers over HTTP.</summary>
    private static IEnumerable<string> Urls(Plan? plan, Func<string> address)
    {
        var offers = (plan?.Steps ?? []).Where(s => s.Id.Kind == ResourceKind.Service)
            .SelectMany(s => s.Actions)
            .Where(a => a.Kind == ActionKind.Start && a.Container is { Rehearsal: false })
            .SelectMany(a => a.Container!.Ports.Select(p => (Port: p, Probe: ProbeOf(plan!, a))))
            .Where(o => o.Port is { Host: not null, Protocol: "tcp" } && IsWeb(o.Port, o.Probe));
        foreach (var (port, _) in offers)
        {
            var host = port.Address is "0.0.0.0" or "::" or "" ? address()
                : port.Address.Contains(':', StringComparison.Ordinal) ? $"[{port.Address}]"
                : port.Address;
            var scheme = port.Container == 443 ? "https" : "http";
            var suffix = (scheme, port.Host) is ("http", 80) or ("https", 443)
                ? "" : $":{port.Host}";
            yield return $"{scheme}://{host}{suffix}";
        }
    }

    private static Probe? ProbeOf(Plan plan, PlannedAction start) => plan.Steps
        .SelectMany(s => s.Actions)
        .FirstOrDefault(a => a.Kind == ActionKind.Gate && a.Target == start.Target)?.Probe;

    private static bool IsWeb(Port port, Probe? probe) =>
        port.Container is 80 or 443 or 8080
        || (probe is { Kind: ProbeKind.Http } && probe.Port == port.Container);

    /// <summary>The first address of an interface with a way out; loopback without one.</summary>
    private static string HostAddress()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(i => i.OperationalStatus == OperationalStatus.Up)
                .Select(i => i.GetIPProperties())
                .Where(p => p.GatewayAddresses.Count > 0)
                .SelectMany(p => p.UnicastAddresses)
                .Where(a => a.Address.AddressFamily == AddressFamily.InterNetwork)
                .Select(a => a.Address.ToString()).FirstOrDefault("127.0.0.1");
        }
        catch (NetworkInformationException)
        {
            return "127.0.0.1";
        }
    }
}
