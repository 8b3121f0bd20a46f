using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Checks;

/// <summary>One host port, protocol and address belongs to one service.</summary>
internal static class PortClashes
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        var taken = new Dictionary<(int, string), List<(string Service, string Address)>>();
        foreach (var (name, spec) in declared.Services)
        {
            foreach (var port in spec.Maps("ports"))
            {
                if (port.Number("host") is not { } host)
                {
                    continue;
                }
                var address = port.Text("address") ?? "0.0.0.0";
                var key = ((int)host, port.Text("protocol") ?? "tcp");
                if (!taken.TryGetValue(key, out var users))
                {
                    taken[key] = users = [];
                }
                foreach (var (other, where) in users)
                {
                    if (Overlap(address, where))
                    {
                        Report(other, name, host, port["host"]!.At, found);
                        break;
                    }
                }
                users.Add((name, address));
            }
        }
    }

    private static void Report(
        string first, string second, decimal port, Span? at, DiagnosticBag found) =>
        found.Error(Codes.PortClash, at,
            first == second ? $"{second} publishes port {port} twice."
                : $"{first} and {second} both publish port {port}.",
            first == second ? "Remove one of them." : "Give one of them another host port.");

    /// <summary><c>::</c> usually takes the v4 port too.</summary>
    private static bool Overlap(string a, string b) =>
        a == b || a == "::" || b == "::"
        || (a == "0.0.0.0" && !b.Contains(':', StringComparison.Ordinal))
        || (b == "0.0.0.0" && !a.Contains(':', StringComparison.Ordinal));
}
