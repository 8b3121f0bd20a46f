using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>Certificates: issued beside the one in use, put in its place while the services that
/// use it are stopped, and renewed in time.</summary>
internal static class CertificateSteps
{
    private const int ProofPort = 80;

    /// <summary>Median gap of stopping a container and starting it again.</summary>
    private static readonly TimeSpan s_gap = TimeSpan.FromSeconds(1);

    /// <summary>About how long a provider takes to prove a domain.</summary>
    private static readonly TimeSpan s_proof = TimeSpan.FromSeconds(15);

    /// <summary>After the services: who is started anew anyway is not started twice.</summary>
    public static void Add(PlanDraft draft)
    {
        if (!draft.After.ManagesCertificates)
        {
            return;
        }
        var seen = draft.Observed.Certificates.ToDictionary(
            c => c.Order.Name, StringComparer.Ordinal);
        foreach (var certificate in draft.After.Certificates.Values)
        {
            var id = new ResourceId(ResourceKind.Certificate, certificate.Name);
            if (draft.IsInScope(id))
            {
                AddOne(draft, id, certificate, seen.GetValueOrDefault(certificate.Name));
            }
        }
        foreach (var gone in seen.Values.Where(
            c => !draft.After.Certificates.ContainsKey(c.Order.Name)))
        {
            var id = new ResourceId(ResourceKind.Certificate, gone.Order.Name);
            if (draft.IsInScope(id) || !draft.Before.ManagesCertificates)
            {
                draft.Add(draft.ChangeOf(id) with { Fields = [] }, Verb.Delete, Way.InPlace,
                    TimeSpan.Zero, [Leave(gone)], [], Risk.Medium,
                    $"its files stay in {gone.Order.Folder}; delete that directory by hand");
            }
        }
        foreach (var gone in draft.Changes.Values.Where(c => c.Verb == Verb.Delete
            && c.Id.Kind == ResourceKind.Certificate && !seen.ContainsKey(c.Id.Name)))
        {
            draft.Add(gone, Verb.Delete, Way.InPlace, TimeSpan.Zero, [], [], Risk.Low);
        }
    }

    /// <summary>It is time to renew it.</summary>
    public static bool IsDue(
        Certificate certificate, ObservedCertificate seen, DateTimeOffset now) =>
        certificate.RenewBefore is { } before && seen.Fault is null
        && seen.Until - Before(before, seen) <= now;

    /// <summary>What somebody should look at, as sentences.</summary>
    public static IEnumerable<string> Alerts(
        DesiredState desired, IEnumerable<ObservedCertificate> seen, DateTimeOffset now)
    {
        foreach (var one in seen.Where(c => desired.Certificates.ContainsKey(c.Order.Name)))
        {
            var certificate = desired.Certificates[one.Order.Name];
            var left = one.Until - now;
            var late = certificate.RenewBefore is { } before
                ? Before(before, one) / 2 : TimeSpan.FromDays(7);
            if (one.Fault is not null)
            {
                yield return $"Certificate {one.Order.Name}: {one.Fault} `loam heal` issues it "
                    + "anew.";
            }
            else if (left <= TimeSpan.Zero)
            {
                yield return $"Certificate {one.Order.Name} ended on {one.Until:yyyy-MM-dd}: "
                    + "whoever connects is warned.";
            }
            else if (left < late)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"Certificate {one.Order.Name} ends in {left.TotalDays:0} days, on "
                    + $"{one.Until:yyyy-MM-dd}, and was not renewed.");
            }
        }
    }

    /// <summary>Two certificates in one directory would overwrite each other.</summary>
    public static void SharedFolders(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        var orders = steps.SelectMany(s => s.Actions)
            .Where(a => a.Kind == ActionKind.ObtainCertificate).Select(a => a.Certificate!.Order)
            .ToList();
        foreach (var order in orders)
        {
            var other = orders.Concat(draft.Observed.Certificates.Select(c => c.Order))
                .FirstOrDefault(o => o.Folder == order.Folder && o.Name != order.Name);
            if (other is not null)
            {
                found.Error(Codes.Disagreement, draft.After.Resources.GetValueOrDefault(
                    new(ResourceKind.Certificate, order.Name))?.At,
                    $"{order.Folder} of certificate {order.Name} is the directory of certificate "
                    + $"{other.Name}.", "Give each a path of its own.");
            }
        }
    }

    /// <summary>A port over which a domain is proved must be free at that time.</summary>
    public static void PortOfProof(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var step in steps.Where(s => s.Id.Kind == ResourceKind.Certificate))
        {
            if (draft.After.Certificates.GetValueOrDefault(step.Id.Name) is not
                { Acme.ByDns: false } certificate)
            {
                continue;
            }
            foreach (var service in draft.After.Services.Values.Where(s => s.Replicas > 0
                && s.Ports.Any(p => p is { Host: ProofPort, Protocol: "tcp" })
                && !certificate.UsedBy.Contains(s.Name)))
            {
                found.Warn(Codes.PortTaken,
                    draft.After.Resources.GetValueOrDefault(step.Id)?.At,
                    $"The domains of certificate {certificate.Name} are proved over port "
                    + $"{ProofPort}, which {service.Name} publishes: it cannot be renewed.",
                    $"Add {service.Name} to used_by, so that it stops meanwhile, or write "
                    + "`challenge: dns`.");
            }
        }
    }

    public static string Sentence(Step step)
    {
        var name = step.Id.Name;
        return step switch
        {
            { Verb: Verb.Delete, Actions.IsEmpty: false } =>
                $"forget certificate {name} and keep its files",
            { Actions.IsEmpty: true } => $"record certificate {name}",
            { Verb: Verb.Create } => $"issue certificate {name}",
            _ => $"issue certificate {name} anew",
        };
    }

    /// <summary>One that is renewed a month before its end need not be at its beginning.
    /// </summary>
    private static TimeSpan Before(TimeSpan wished, ObservedCertificate seen) =>
        (seen.Until - seen.From) / 3 is var most && most < wished ? most : wished;

    private static void AddOne(
        PlanDraft draft, ResourceId id, Certificate certificate, ObservedCertificate? seen)
    {
        var folder = certificate.Path ?? $"{draft.Context.CertificateRoot}/{certificate.Name}";
        var stays = seen?.Order.Folder == folder;
        var before = stays ? seen!.Order.Version : 0;
        var order = new CertificateOrder(certificate.Name, certificate.Domains,
            certificate.Provider, folder, before + 1)
        {
            Acme = certificate.Acme,
        };
        var why = seen is null ? null
            : seen.Fault ?? (seen.Order.Wish() != order.Wish() ? "it is declared otherwise"
                : IsDue(certificate, seen, draft.Observed.ObservedAt)
                    ? $"it ends on {seen.Until:yyyy-MM-dd}" : "");
        if (why == "")
        {
            if (draft.Changes.TryGetValue(id, out var recorded))
            {
                draft.Add(recorded, Verb.Update, Way.InPlace, TimeSpan.Zero, [], [], Risk.Low);
            }
            return;
        }
        var users = Users(draft, certificate).ToList();
        var obtain = new PlannedAction(ActionKind.ObtainCertificate, certificate.Name)
        {
            Certificate = new(order, before, before + 1),
        };
        var stops = users.Select(u => Of(ActionKind.Stop, u.Container));
        // Who uses it often holds the port over which the domain is proved.
        var needsPort = certificate.Acme is { ByDns: false };
        ImmutableArray<PlannedAction> actions =
        [
            .. needsPort ? stops.Append(obtain) : stops.Prepend(obtain),
            .. stays || seen is null ? [] : (PlannedAction[])[Leave(seen)],
            new(ActionKind.UseCertificate, certificate.Name)
            {
                Certificate = new(order, before, before + 1),
            },
            .. users.SelectMany(u => (PlannedAction[])
            [
                Of(ActionKind.Start, u.Container),
                new(ActionKind.Gate, u.Container.Name) { Probe = u.Service.Probe },
            ]),
        ];
        draft.Add(draft.ChangeOf(id) with { Fields = [] },
            seen is null ? Verb.Create : Verb.Update, Way.InPlace,
            users.Count == 0 ? TimeSpan.Zero : needsPort ? s_proof : s_gap, actions, [],
            users.Count == 0 ? Risk.Low : Risk.Medium,
            [.. Notes(certificate, order, why, users.Select(u => u.Service.Name).Distinct())]);
    }

    private static IEnumerable<string> Notes(Certificate certificate, CertificateOrder order,
        string? why, IEnumerable<string> users)
    {
        yield return $"for {string.Join(", ", certificate.Domains)}";
        if (certificate.Acme is not { } acme)
        {
            yield return "signed by this machine's own authority: `loam cert ca` says how to trust "
                + "it";
        }
        else
        {
            yield return $"signed by {new Uri(acme.Directory).Host}, whose terms you agree to";
            yield return acme.ByDns
                ? "the domains are proved by a record, which is set by "
                    + $"`{string.Join(' ', acme.Hook)}`"
                : "the domains are proved over port 80, which must be free and open to everyone";
        }
        yield return $"written to {order.Folder}: cert.pem and key.pem";
        if (why is not null)
        {
            yield return $"because {why.TrimEnd('.')}";
        }
        foreach (var user in users)
        {
            yield return $"restarts {user}, which uses it";
        }
    }

    /// <summary>Containers that run as declared and that nothing else in the plan starts.
    /// </summary>
    private static IEnumerable<(Service Service, ContainerSpec Container)> Users(
        PlanDraft draft, Certificate certificate)
    {
        var touched = draft.Steps.Where(s => s.Id.Kind == ResourceKind.Service
            && !s.Actions.IsEmpty).Select(s => s.Id.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in certificate.UsedBy.Where(n => !touched.Contains(n)))
        {
            if (!draft.After.ManagesServices
                || !draft.After.Services.TryGetValue(name, out var service))
            {
                continue;
            }
            var first = draft.ContainerAfter(service);
            foreach (var container in draft.Observed.Containers.Where(c => c.Service == name
                && c.Revision == first.Revision && !c.Rehearsal && ServiceSteps.IsLive(c)))
            {
                yield return (service,
                    ContainerPlanning.Replica(draft.Context, first, container.Index));
            }
        }
    }

    private static PlannedAction Leave(ObservedCertificate seen) =>
        new(ActionKind.UseCertificate, seen.Order.Name)
        {
            Certificate = new(seen.Order, seen.Order.Version, 0),
        };

    private static PlannedAction Of(ActionKind kind, ContainerSpec container) =>
        new(kind, container.Name) { Container = container };
}
