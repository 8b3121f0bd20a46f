using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Planning;

/// <summary>What the machine is called and which time zone it is in. Declared no more, both stay
/// as they are.</summary>
internal static class IdentitySteps
{
    private const string ZoneFolder = "/usr/share/zoneinfo/";

    /// <summary>As Debian has it, so that a machine without a fixed address finds itself.
    /// </summary>
    private const string OwnAddress = "127.0.1.1";

    public static void Add(PlanDraft draft)
    {
        if (draft.Observed.Identity is not { } seen)
        {
            return;
        }
        if (draft.After.Hostname is { } name && draft.IsInScope(ResourceId.Hostname))
        {
            var wanted = Hostname(name, seen);
            AddStep(draft, ResourceId.Hostname, seen.Hostname == wanted,
                new(ActionKind.SetHostname, name) { Hostname = new(seen.Hostname, wanted) },
                seen.Hostname.Kernel == name ? [] : [$"now: {seen.Hostname.Kernel}"]);
        }
        if (draft.After.Timezone is { } zone && draft.IsInScope(ResourceId.Timezone))
        {
            var wanted = Timezone(zone, seen);
            AddStep(draft, ResourceId.Timezone, seen.Timezone == wanted,
                new(ActionKind.SetTimezone, zone) { Timezone = new(seen.Timezone, wanted) },
                ZoneNotes(draft, seen.Timezone, zone));
        }
        foreach (var gone in draft.Changes.Values.Where(
            c => c.Id.Kind == ResourceKind.Identity && c.Verb == Verb.Delete))
        {
            draft.Add(gone, Verb.Delete, Way.InPlace, TimeSpan.Zero, [], [], Risk.Low,
                gone.Id == ResourceId.Hostname ? $"the name {seen.Hostname.Kernel} stays"
                    : $"the zone {seen.Timezone.Zone ?? "in force"} stays");
        }
    }

    /// <summary>A declared zone must be among those of the machine.</summary>
    public static void ZoneIsKnown(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        if (draft.After.Timezone is not { } zone || draft.Observed.Identity is not { } seen
            || seen.Zones.Contains(zone) || !steps.Any(s => s.Id == ResourceId.Timezone))
        {
            return;
        }
        var at = draft.After.Resources.GetValueOrDefault(ResourceId.Timezone)?.At;
        if (seen.Zones.IsEmpty)
        {
            found.Error(Codes.NotHere, at, "This machine knows no time zones.",
                "Install them: `apt-get install tzdata`.");
            return;
        }
        found.Error(Codes.NotHere, at, $"This machine knows no time zone {zone}.",
            Nearby(zone, seen.Zones) is { } near ? $"Write {near}."
                : "Write one such as Europe/Berlin; `ls /usr/share/zoneinfo` shows them.");
    }

    public static string Sentence(PlanDraft draft, Step step) => step switch
    {
        { Verb: Verb.Delete } => $"forget the {Word(step.Id)}",
        { Actions.IsEmpty: true } => $"record the {Word(step.Id)}",
        _ => step.Id == ResourceId.Hostname ? $"call the machine {draft.After.Hostname}"
            : $"set the time zone to {draft.After.Timezone}",
    };

    private static string Word(ResourceId id) =>
        id == ResourceId.Hostname ? "hostname" : "time zone";

    private static void AddStep(PlanDraft draft, ResourceId id, bool isTrue, PlannedAction action,
        ImmutableArray<string> notes)
    {
        if (!isTrue || draft.Changes.ContainsKey(id))
        {
            draft.Add(draft.ChangeOf(id) with { Fields = [] }, Verb.Update, Way.InPlace,
                TimeSpan.Zero, isTrue ? [] : [action], [], isTrue ? Risk.Low : Risk.Medium,
                isTrue ? [] : notes);
        }
    }

    /// <summary>What is right already is left as it is written.</summary>
    private static HostnameState Hostname(string name, ObservedIdentity seen) => new(name,
        seen.Hostname.File?.Trim() == name ? seen.Hostname.File : name + "\n",
        seen.OtherNames.Contains(name) ? null
            : name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
                ? $"{OwnAddress} {name} {name[..dot]}" : $"{OwnAddress} {name}");

    private static TimezoneState Timezone(string zone, ObservedIdentity seen) => new(
        seen.Timezone.Zone == zone ? seen.Timezone.LocalTime
            : HostFile.LinkTo(ZoneFolder + zone),
        seen.Timezone.File?.Trim() == zone ? seen.Timezone.File : zone + "\n");

    private static ImmutableArray<string> ZoneNotes(
        PlanDraft draft, TimezoneState seen, string zone)
    {
        if (seen.Zone == zone)
        {
            return [];
        }
        var now = $"now: {seen.Zone ?? "not known"}";
        return draft.After.Jobs.IsEmpty ? [now]
            : [now, "schedules go by the new zone from that moment"];
    }

    /// <summary><c>Berlin</c> is meant as <c>Europe/Berlin</c>.</summary>
    private static string? Nearby(string zone, ImmutableSortedSet<string> zones)
    {
        var last = zone[(zone.LastIndexOf('/') + 1)..];
        return zones.FirstOrDefault(z => z.EndsWith("/" + last, StringComparison.OrdinalIgnoreCase)
                && !z.StartsWith("Etc/", StringComparison.Ordinal))
            ?? Nearest.To(zone, zones)
            ?? (Nearest.To(last, zones.Select(z => z[(z.LastIndexOf('/') + 1)..])) is { } near
                ? zones.First(z => z == near || z.EndsWith("/" + near, StringComparison.Ordinal))
                : null);
    }
}
