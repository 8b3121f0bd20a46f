using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>A linter over finished plans: each rule reads the plan and reports.</summary>
internal static class PlanChecks
{
    private delegate void Check(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found);

    private static readonly Check[] Rules =
    [
        PortIsTaken, ReplicasBehindOnePort, MajorVersionOfData, RightsOverTheHost, Unpinned,
        UserChecks.Fit, UserChecks.LastWayIn, CertificateSteps.SharedFolders,
        (draft, _, found) => BackupNotes.ProgramIsMissing(draft, found),
        CertificateSteps.PortOfProof, (draft, _, found) => SandboxChecks.Run(draft, found),
        IdentitySteps.ZoneIsKnown, ResolverSteps.Fits,
        InterfaceSteps.Fits, StorageChecks.All, BanSteps.Fits,
    ];

    public static void All(PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var rule in Rules)
        {
            rule(draft, steps, found);
        }
    }

    private static IEnumerable<Service> Touched(PlanDraft draft, ImmutableArray<Step> steps) =>
        steps.Where(s => s.Id.Kind == ResourceKind.Service && s.Verb != Verb.Delete)
            .Select(s => draft.After.Services.GetValueOrDefault(s.Id.Name)).OfType<Service>();

    /// <summary>Decision 21: name who holds the port, and offer the next free one.</summary>
    private static void PortIsTaken(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        var taken = draft.Observed.Ports;
        var declared = draft.After.Services.Values.SelectMany(s => s.Ports)
            .Select(p => p.Host ?? 0).ToHashSet();
        foreach (var service in Touched(draft, steps).Where(s => s.Replicas > 0))
        {
            foreach (var port in service.Ports.Where(p => p.Host is not null))
            {
                var holder = taken.FirstOrDefault(
                    t => t.Number == port.Host && t.Protocol == port.Protocol);
                if (holder is null)
                {
                    continue;
                }
                var free = Enumerable.Range(holder.NextFree ?? holder.Number + 1, 1000)
                    .First(n => !declared.Contains(n));
                found.Error(Codes.PortTaken, draft.Where(service),
                    $"Port {port.Host} of this machine, which {service.Name} would publish, is "
                    + $"held by {holder.Owner ?? "another program"}.",
                    $"Publish {service.Name} on another port, for instance {free}, or stop the "
                    + "other program.");
            }
        }
    }

    private static void ReplicasBehindOnePort(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var service in Touched(draft, steps).Where(
            s => s.Replicas > 1 && s.PublishesPorts && !draft.Context.SharesPorts))
        {
            found.Error(Codes.ReplicasNeedPorts, draft.Where(service),
                $"{service.Name} asks for {service.Replicas} replicas behind one host port, which "
                + "Docker and Podman cannot share.",
                "Use one replica, or publish the port on a proxy service in front.");
        }
    }

    /// <summary>Decision 11: without a dump the data would be lost or refused.</summary>
    private static void MajorVersionOfData(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var service in Touched(draft, steps))
        {
            if (DataUpgrade.Of(draft, service).Hindrance is not { } hindrance)
            {
                continue;
            }
            var (then, now) = (
                draft.Context.DataMajor(draft.Before.Services[service.Name].Image),
                draft.Context.DataMajor(service.Image));
            found.Error(Codes.MajorUpgrade, draft.Where(service),
                $"{service.Name} would go from version {then} to {now} on the same data, "
                + $"which that version cannot read, and Loam cannot take them along: {hindrance}.",
                $"Keep version {then}, or start version {now} as a new service with a volume "
                + "of its own and move the data with a dump.");
        }
    }

    private static void RightsOverTheHost(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var service in Touched(draft, steps))
        {
            var rights = new List<string>();
            if (service.Privileged)
            {
                rights.Add("everything on this machine (privileged)");
            }
            rights.AddRange(service.Devices.Select(d => $"device {d}"));
            rights.AddRange(service.CapAdd.Select(c => $"capability {c}"));
            rights.AddRange(service.Volumes.Where(v => v.IsHostPath)
                .Select(v => $"{v.Source}{(v.ReadOnly ? " (read only)" : "")}"));
            if (rights.Count > 0)
            {
                found.Warn(Codes.Exposes, draft.Where(service),
                    $"{service.Name} gets access to {string.Join(", ", rights)}.",
                    "Apply it only if you trust the image.");
            }
        }
    }

    private static void Unpinned(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var service in Touched(draft, steps).Where(s => s.Replicas > 0
            && s.Image.Digest is null && !draft.After.Images.ContainsKey(s.Image.Name)))
        {
            found.Error(Codes.Unresolvable, draft.Where(service),
                $"The image {service.Image} of {service.Name} was not resolved to a digest.",
                "Check the name and tag, and that a registry can be reached.");
        }
    }
}
