using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Tests.Interpreter;

/// <summary>Runs cases and says what is wrong with the outcome.</summary>
public static class CaseCheck
{
    public static readonly DateTimeOffset Now = new(2025, 3, 14, 9, 26, 53, TimeSpan.Zero);

    /// <summary>Null when the case is right.</summary>
    public static string? Fault(Case test, StateSet state)
    {
        var proposal = Loam.Mind.Interpreter.Interpreter.Propose(state, test.Turns, Now);
        var outcome = ProposalJson.Word(proposal.Outcome);
        if (!test.Outcomes.Contains(outcome))
        {
            return $"{outcome}: {proposal.Message}";
        }
        var files = Applied(state, proposal);
        var reading = StateReader.Read(files);
        if (reading.State is not { } after)
        {
            return $"invalid: {string.Join(" ", reading.Findings.Where(f => f.IsError))}";
        }
        var before = StateReader.Read(state).State!;
        foreach (var fact in test.Facts)
        {
            if (outcome != "proposal" && !fact.StartsWith("says ", StringComparison.Ordinal)
                && !fact.StartsWith("risk ", StringComparison.Ordinal))
            {
                continue;
            }
            if (Wrong(fact, after, before, proposal) is { } wrong)
            {
                return $"{fact}: {wrong} | {proposal.Message}";
            }
        }
        return Collateral(test, before, after);
    }

    public static StateSet Applied(StateSet state, Proposal proposal) =>
        proposal.Files.Aggregate(state, (files, f) => files.With(f.Key, f.Value));

    /// <summary>Only services that the facts name may differ.</summary>
    private static string? Collateral(Case test, DesiredState before, DesiredState after)
    {
        var named = test.Facts.Select(NameIn).ToHashSet(StringComparer.Ordinal);
        foreach (var name in before.Services.Keys.Union(after.Services.Keys))
        {
            var same = before.Services.TryGetValue(name, out var old)
                && after.Services.TryGetValue(name, out var made)
                && old.Spec.Digest() == made.Spec.Digest();
            // Removing a service takes it out of the lists of those that waited for it.
            var follows = old is not null && after.Services.TryGetValue(name, out var still)
                && old.DependsOn.Any(d => !after.Services.ContainsKey(d))
                && still.Image == old.Image;
            if (!same && !follows && !named.Contains(name))
            {
                return $"collateral: {name} changed";
            }
        }
        return null;
    }

    private static string NameIn(string fact)
    {
        var name = fact.StartsWith("no ", StringComparison.Ordinal) ? fact[3..] : fact;
        return name.Split('.', ' ', '?')[0];
    }

    private static string? Wrong(
        string fact, DesiredState after, DesiredState before, Proposal proposal)
    {
        if (fact.EndsWith('?'))
        {
            return null;
        }
        var (word, rest) = Cut(fact, ' ');
        switch (word)
        {
            case "says" when rest.Length > 0:
                return proposal.Message.Contains(rest, StringComparison.OrdinalIgnoreCase) ? null
                    : "not said";
            case "risk":
                return proposal.Risk.ToString().Equals(rest, StringComparison.OrdinalIgnoreCase)
                    ? null : proposal.Risk.ToString();
            case "no":
                return after.Services.ContainsKey(rest) ? "is still there" : null;
            case "secret":
                return after.Secrets.TryGetValue(rest, out var secret) && secret.IsGenerated
                    ? null : "is missing";
            case "volume":
                return after.Volumes.ContainsKey(rest) ? null : "is missing";
            case "network":
                return after.Networks.ContainsKey(rest) ? null : "is missing";
        }
        var (name, property) = Cut(fact, '.');
        if (!after.Services.TryGetValue(name, out var service))
        {
            return $"no service; there are {string.Join(", ", after.Services.Keys)}";
        }
        if (property.Length == 0)
        {
            return null;
        }
        var (key, wanted) = Cut(property, '=');
        var seen = Property(key, service, before.Services.GetValueOrDefault(name)).ToList();
        return key switch
        {
            "noport" or "noenv" or "novolume" or "nocommand" or "nodepends" or "nonetwork" =>
                seen.Contains(wanted) || (wanted.Length == 0 && seen.Count > 0)
                    ? "is there" : null,
            _ when wanted.Length == 0 => seen.Count > 0 ? null : "is not so",
            _ => wanted.Split('|').Any(w => seen.Contains(Normal(key, w))) ? null
                : $"is {string.Join(", ", seen)}",
        };
    }

    private static string Normal(string key, string wanted) => key == "memory"
        ? new Loam.Core.StateFiles.Types.SizeType(0).Read(
            new ScalarNode(new("", 1, 1, 1, 1), wanted, true), "", new()) is NumberValue size
                ? size.Number.ToString(CultureInfo.InvariantCulture) : wanted
        : wanted;

    private static IEnumerable<string> Property(string key, Service service, Service? before) =>
        key switch
        {
            "image" => [service.Image.Short],
            "port" => service.Ports.Select(p => $"{p.Host}:{p.Container}"),
            "noport" => service.Ports.Select(p => $"{p.Host}"),
            "address" => service.Ports.Select(p => p.Address),
            "replicas" => [$"{service.Replicas}"],
            "memory" => [$"{service.Limits.Memory}"],
            "cpu" => [$"{service.Limits.Cpu}"],
            "pids" => [$"{service.Limits.Pids}"],
            "env" => service.Environment.Select(e => $"{e.Key}={e.Value}"),
            "noenv" => service.Environment.Keys,
            "volume" => service.Volumes.SelectMany(v => v.ReadOnly
                ? new[] { $"{v.Source}:{v.Target}", $"{v.Source}:{v.Target}:ro" }
                : [$"{v.Source}:{v.Target}"]),
            "novolume" => service.Volumes.Select(v => v.Target),
            "network" or "nonetwork" => service.Networks,
            "depends" or "nodepends" => service.DependsOn,
            "restart" => [service.Restart switch
            {
                RestartPolicy.OnFailure => "on-failure",
                RestartPolicy.Never => "never",
                _ => "always",
            }],
            "restarted" => service.RestartedAt is { } at && at != before?.RestartedAt ? [at] : [],
            "user" => [service.User ?? ""],
            "readonly" => [service.ReadOnly ? "true" : "false"],
            "privileged" => [service.Privileged ? "true" : "false"],
            "label" => service.Labels.Select(l => $"{l.Key}={l.Value}"),
            "command" => service.Command.Append(string.Join(' ', service.Command)),
            "nocommand" => service.Command,
            "health" => [service.Probe.Kind switch
            {
                ProbeKind.Http => $"http {service.Probe.Path} {service.Probe.Port}",
                ProbeKind.Tcp => $"tcp {service.Probe.Port}",
                _ => service.Probe.ToString(),
            }],
            "interval" => [$"{service.Probe.Interval.TotalSeconds:0}s"],
            _ => [],
        };

    private static (string, string) Cut(string text, char at)
    {
        var cut = text.IndexOf(at, StringComparison.Ordinal);
        return cut < 0 ? (text, "") : (text[..cut], text[(cut + 1)..]);
    }
}
