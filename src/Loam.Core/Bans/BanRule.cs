using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Logins;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Bans;

/// <summary>Who fails too often at one service is shut out (<c>bans</c> in network.yaml).</summary>
/// <param name="Service"><c>sshd</c>, or a declared service.</param>
/// <param name="MaxFailures">The failure with which an address is shut out.</param>
/// <param name="Window">Time in which they count.</param>
/// <param name="Time">How long the address stays out.</param>
/// <param name="Failure">How the service says that a login failed; null: as the catalogue knows
/// it.</param>
public sealed record BanRule(
    string Service, int MaxFailures, TimeSpan Window, TimeSpan Time, string? Failure)
{
    private static readonly (TimeSpan Size, string Name)[] s_units =
    [
        (TimeSpan.FromDays(1), "day"), (TimeSpan.FromHours(1), "h"),
        (TimeSpan.FromMinutes(1), "min"), (TimeSpan.FromSeconds(1), "s"),
    ];

    public ResourceId Id => new(ResourceKind.Ban, Service);

    /// <summary>Of this machine itself, not of a container.</summary>
    public bool IsOfHost => Service is HostLogins.Ssh or "ssh";

    public static BanRule Of(string service, MapValue spec) => new(service,
        (int)spec.Number("max_failures")!.Value,
        TimeSpan.FromMilliseconds((long)spec.Number("window")!.Value),
        TimeSpan.FromMilliseconds((long)spec.Number("ban_for")!.Value), spec.Text("failure"));

    /// <summary><c>10 min</c>, <c>1 h</c>, <c>7 days</c>: in the largest unit that says it exactly.
    /// </summary>
    public static string Words(TimeSpan time)
    {
        var fits = Array.FindIndex(s_units, u => time.Ticks % u.Size.Ticks == 0);
        var (unit, name) = s_units[fits < 0 ? ^1 : fits];
        var count = (long)Math.Ceiling(time / unit);
        return string.Create(CultureInfo.InvariantCulture,
            $"{count} {name}{(name == "day" && count != 1 ? "s" : "")}");
    }

    /// <summary>Wordings to look for in the service's log; empty: nobody knows any.</summary>
    /// <param name="known">Those of the catalogue.</param>
    public ImmutableArray<string> Wordings(
        DesiredState state, Func<ImageReference, ImmutableArray<string>> known) =>
        Failure is not null ? [Failure]
            : state.Services.GetValueOrDefault(Service) is { } service ? known(service.Image) : [];
}
