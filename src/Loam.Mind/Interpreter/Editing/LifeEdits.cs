using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Catalog;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>Stopping, starting, restarting and removing services.</summary>
internal static class LifeEdits
{
    public static Reply Stop(Draft draft, Service service)
    {
        if (service.Replicas == 0)
        {
            return Reply.Same($"{service.Name} is stopped already.");
        }
        draft.SetService(service.Name, "replicas", EditValue.Of(0));
        var users = Users(draft.State, service.Name).Where(u => u.Replicas > 0)
            .Select(u => u.Name).ToList();
        var reply = Reply.Done($"stop {service.Name}").With(Risk.Medium);
        return users.Count == 0 ? reply
            : reply.Note($"{Wording.List(users)} {(users.Count == 1 ? "needs" : "need")} it.");
    }

    public static Reply Start(Draft draft, Service service)
    {
        if (service.Replicas > 0)
        {
            return Reply.Same($"{service.Name} is declared to run already; `loam status` shows "
                + "whether it does, and `loam heal` starts what stopped by itself.");
        }
        // What this conversation stopped is as it was before.
        var before = draft.Base.Services.GetValueOrDefault(service.Name);
        if (before is { Replicas: > 0 } && before.Spec["replicas"]?.At is null)
        {
            draft.RemoveService(service.Name, "replicas");
        }
        else
        {
            draft.SetService(service.Name, "replicas",
                EditValue.Of(before is { Replicas: > 0 } ? before.Replicas : 1));
        }
        return Reply.Done($"start {service.Name}");
    }

    public static Reply Restart(Draft draft, Service service)
    {
        if (service.Replicas == 0)
        {
            return Reply.Ask($"{service.Name} is stopped. Shall I start it?",
                [$"start {service.Name}"]);
        }
        draft.SetService(service.Name, "restarted_at", new ScalarEdit(draft.Now
            .ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture), Quote: true));
        return Reply.Done($"restart {service.Name}");
    }

    /// <param name="leaving">Everything the same wish removes.</param>
    /// <param name="fresh">Volumes, networks and secrets that only this conversation declared,
    /// and that go with their last user.</param>
    public static Reply Remove(
        Draft draft, Service service, IReadOnlyCollection<string> leaving, DesiredState fresh)
    {
        var isNew = draft.IsNew(service);
        var users = Users(draft.State, service.Name).ToList();
        foreach (var user in users)
        {
            WiringEdits.RemoveDependency(draft, user.Name, service.Name);
        }
        var mentions = RemoveMentions(draft, service.Name);
        draft.Remove(ServicesFile.File, Draft.ServicePath(service.Name));
        RemoveUnused(draft, service, fresh);
        var kept = service.Volumes.Any(v => draft.State.Volumes.ContainsKey(v.Source));
        var data = AppCatalog.ByImage(service.Image)?.HasData == true || kept;
        var reply = Reply.Done($"remove {service.Name}").With(isNew ? Risk.Low
            : data ? Risk.High : Risk.Medium);
        reply = kept ? reply.Note($"{service.Name}'s data are kept.") : reply;
        reply = mentions.Count == 0 ? reply : reply.With(Risk.High).Note(
            $"{Wording.List(mentions)} {(mentions.Count == 1 ? "goes" : "go")} with it.");
        var left = users.Select(u => u.Name).Except(leaving).ToList();
        return left.Count == 0 ? reply : reply.With(Risk.High).Note(
            $"{Wording.List(left)} {(left.Count == 1 ? "depends" : "depend")} on "
            + $"{service.Name} and may fail without it.");
    }

    /// <summary>What other files say of the service: a job in its container and a ban for its
    /// failures make no sense without it; a certificate only loses a user.</summary>
    /// <returns>What goes with it, in words.</returns>
    private static List<string> RemoveMentions(Draft draft, string service)
    {
        var gone = new List<string>();
        var specs = draft.State.Specs;
        LeaveCertificates(draft, service);
        foreach (var job in Maps(specs, ScheduledFile.File, "jobs")
            .Where(j => j.Text("container") == service).Select(j => j.Text("name")!))
        {
            draft.Remove(ScheduledFile.File, EditPath.Parse("spec.jobs").Item("name", job));
            gone.Add($"the job {job}");
        }
        foreach (var ban in Maps(specs, NetworkFile.File, "bans")
            .Where(b => b.Text("service") == service))
        {
            draft.Remove(NetworkFile.File,
                EditPath.Parse("spec.bans").Item("service", service));
            gone.Add($"the ban for {service}");
        }
        return gone;
    }

    private static List<MapValue> Maps(
        ImmutableDictionary<string, MapValue> specs, string file, string list) =>
        [.. specs.GetValueOrDefault(file)?.Maps(list) ?? []];

    private static IEnumerable<Service> Users(DesiredState state, string name) =>
        state.Services.Values.Where(s => s.DependsOn.Contains(name));

    private static void RemoveUnused(Draft draft, Service service, DesiredState before)
    {
        RemoveVolumes(draft, service.Volumes.Select(v => v.Source), before);
        foreach (var secret in draft.State.Secrets.Keys)
        {
            var text = $"${{secrets.{secret}}}";
            if (!before.Secrets.ContainsKey(secret)
                && draft.Files[ServicesFile.File]?.Contains(text, StringComparison.Ordinal)
                    != true)
            {
                draft.Remove("security.yaml",
                    EditPath.Parse("spec.secrets").Item("name", secret));
            }
        }
    }

    /// <summary>Volumes that only this conversation declared go with their last user.</summary>
    private static void RemoveVolumes(
        Draft draft, IEnumerable<string> volumes, DesiredState before)
    {
        foreach (var volume in volumes.Distinct())
        {
            var isNew = draft.State.Volumes.ContainsKey(volume)
                && !before.Volumes.ContainsKey(volume);
            if (isNew && !draft.State.Services.Values.Any(
                s => s.Volumes.Any(v => v.Source == volume)))
            {
                draft.Remove("storage.yaml",
                    EditPath.Parse("spec.volumes").Item("name", volume));
            }
        }
    }

    /// <summary>A certificate is no longer used by what is not there any more.</summary>
    private static void LeaveCertificates(Draft draft, string service)
    {
        var certificates = draft.State.Specs.GetValueOrDefault(SecurityFile.File)
            ?.Maps("certificates") ?? [];
        foreach (var certificate in certificates)
        {
            var users = certificate.Texts("used_by");
            if (users.Contains(service))
            {
                var list = EditPath.Parse("spec.certificates")
                    .Item("name", certificate.Text("name")!).Key("used_by");
                draft.Remove(SecurityFile.File, users.Length == 1 ? list : list.Text(service));
            }
        }
    }
}
