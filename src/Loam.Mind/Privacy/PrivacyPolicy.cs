using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Mind.Privacy;

/// <summary>When somebody is asked before anything leaves the machine.</summary>
public enum ApproveSending { Never, Sensitive, Always }

/// <summary>What <c>llm.privacy</c> of the manifest says.</summary>
/// <param name="Redact">What is private is replaced.</param>
/// <param name="LocalOnly">Topics that never leave the machine.</param>
public sealed record PrivacyPolicy(
    bool Redact, ApproveSending Approve, ImmutableArray<string> LocalOnly)
{
    public static readonly PrivacyPolicy Default = new(true, ApproveSending.Sensitive, []);

    public static PrivacyPolicy Of(DesiredState state)
    {
        var privacy = state.Specs.GetValueOrDefault(ManifestFile.File)?.Map("llm")?.Map("privacy");
        return privacy is null ? Default : new(privacy.Flag("redact") ?? true,
            privacy.Text("approve_before_sending") switch
            {
                "never" => ApproveSending.Never,
                "always" => ApproveSending.Always,
                _ => ApproveSending.Sensitive,
            },
            privacy.Texts("local_only"));
    }
}

public enum Sending
{
    Send,
    /// <summary>A person is shown what would be sent, and asked.</summary>
    NeedsApproval,
    /// <summary>It must not leave; a model of this machine may be asked.</summary>
    LocalOnly,
}

/// <param name="Reason">A sentence.</param>
public sealed record PrivacyDecision(Sending Sending, string Reason);

/// <summary>Names of a machine that are private, from what a model would be shown of it.</summary>
public static class PrivateNames
{
    public static RedactionFacts Of(Core.Observing.MachineView view)
    {
        var state = StateReader.Read(view.State).State ?? DesiredState.Empty;
        string[] hosts = [view.Host.Name, view.Status.Host, state.Hostname ?? ""];
        var domains = hosts.Where(h => h.Contains('.', StringComparison.Ordinal))
            .Select(h => h[(h.IndexOf('.', StringComparison.Ordinal) + 1)..])
            .Concat(state.Certificates.Values.SelectMany(c => c.Domains)
                .Select(d => d.TrimStart('*', '.')))
            .Concat(Search(state))
            .Where(d => d.Contains('.', StringComparison.Ordinal));
        return new(
            [.. hosts.Where(h => h.Length > 0)
                .SelectMany(h => new[] { h, h.Split('.')[0] })],
            [.. domains],
            [.. view.People, .. state.Users.Keys],
            [
                .. state.Services.Keys, .. state.Volumes.Keys, .. state.Networks.Keys,
                .. state.Jobs.Keys,
            ],
            [.. state.Secrets.Keys]);
    }

    private static IEnumerable<string> Search(DesiredState state) =>
        state.Specs.GetValueOrDefault(NetworkFile.File)?.Map("dns")?.Texts("search") ?? [];
}
