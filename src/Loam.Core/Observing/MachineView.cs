using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Core.Observing;

/// <summary>What the machine is made of, and where and when it is.</summary>
/// <param name="System">Such as <c>Debian GNU/Linux 13 (trixie)</c>.</param>
/// <param name="Memory">Bytes in all.</param>
/// <param name="MemoryFree">Bytes that programs can still get.</param>
/// <param name="Disk">Bytes of the file system that holds Loam's data.</param>
/// <param name="Now">In the machine's time zone.</param>
/// <param name="TimeZone">Such as <c>Europe/Berlin</c>.</param>
/// <param name="Locale">Such as <c>de_DE.UTF-8</c>; empty: none is set.</param>
public sealed record HostFacts(
    string Name, string System, string Kernel, int Cores, long Memory, long MemoryFree,
    long Disk, long DiskFree, DateTimeOffset Now, string TimeZone, string Locale);

/// <summary>Some of what a service or a job wrote, oldest line first.</summary>
public sealed record LogExcerpt(string Source, ImmutableArray<string> Lines);

/// <summary>All that a model is given to see of a machine. The daemon makes it, and the process
/// that talks to models reads it as JSON: what is not in it cannot be told to anybody.</summary>
/// <param name="State">The texts in force, with handles in place of secrets.</param>
/// <param name="Events">The newest, oldest first.</param>
/// <param name="People">Names of the accounts of people.</param>
public sealed record MachineView(
    int Generation, StateSet State, MachineStatus Status, ImmutableArray<MachineEvent> Events,
    HostFacts Host, ImmutableArray<LogExcerpt> Logs, ImmutableArray<string> People)
{
    /// <param name="state">As it is in force; its secrets do not get into the view.</param>
    /// <param name="events">All that are known; the view keeps the newest
    /// <see cref="Limits.ViewEvents"/>, without the progress of changes and without what programs
    /// wrote: that are logs, which somebody has to ask for.</param>
    /// <param name="logs">Only those that were asked for; of each the newest
    /// <see cref="Limits.ViewLogLines"/> lines, and what the service's health check wrote.</param>
    public static MachineView Of(
        int generation, StateSet state, MachineStatus status, IEnumerable<MachineEvent> events,
        HostFacts host, IEnumerable<LogExcerpt> logs, IEnumerable<string> people) =>
        new(generation, SecretHandles.Blank(state.Without(StateSet.Lock)), status with
        {
            Services = [.. status.Services.Select(s => s with { Said = null })],
        },
            [
                .. events.Where(e => e.Type != "reconcile.progress").TakeLast(Limits.ViewEvents)
                    .Select(e => e with { Said = null }),
            ],
            host,
            [
                .. logs.SelectMany(l => CheckOf(l.Source, status).Prepend(l with
                {
                    Lines = [.. l.Lines.TakeLast(Limits.ViewLogLines)],
                })),
            ],
            [.. people.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>What a program wrote that looks after a service is a log like the service's.
    /// </summary>
    private static IEnumerable<LogExcerpt> CheckOf(string service, MachineStatus status) =>
        status.Services.Where(s => s.Name == service && s.Said is not null)
            .Select(s => new LogExcerpt($"the health check of {service}", [s.Said!]));

    /// <summary>What services wrote may hold a value that Loam keeps secret: in logs, and in what
    /// is said of failures.</summary>
    /// <param name="hide">A text without them.</param>
    public MachineView Hiding(Func<string, string> hide) => this with
    {
        Logs = [.. Logs.Select(l => l with { Lines = [.. l.Lines.Select(hide)] })],
        Events =
        [
            .. Events.Select(e => e with
            {
                Message = e.Message is { } message ? hide(message) : null,
                Error = e.Error is { } error ? hide(error) : null,
            }),
        ],
        Status = Status with
        {
            Services = [.. Status.Services.Select(s => s with { Detail = hide(s.Detail) })],
        },
    };
}
