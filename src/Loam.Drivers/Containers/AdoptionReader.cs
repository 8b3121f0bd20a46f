using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Drivers.Containers;

/// <param name="Environment">What the container sets beyond its image.</param>
/// <param name="Command">Null: the image's own.</param>
/// <param name="Mounts">Directories of the host, named volumes by their place.</param>
public sealed record ForeignContainer(
    ObservedContainer Observed, string Image, ImmutableArray<string> Environment,
    ImmutableArray<string>? Command, ImmutableArray<string>? Entrypoint, string? User,
    ImmutableArray<BindMount> Mounts);

/// <summary>Reads a container that Loam did not make as a service: what <c>loam adopt</c>
/// proposes. What looks like a secret goes into security.yaml, encrypted.</summary>
/// <param name="seal">Plaintext to ciphertext.</param>
public sealed class AdoptionReader(IContainerEngine engine, Func<string, string> seal)
{
    private const string Services = "services.yaml";
    private const string Security = "security.yaml";

    private static readonly string[] s_secretWords =
        ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY"];

    /// <exception cref="HostException">NotFound: no such container; Conflict: it is Loam's own.
    /// </exception>
    public async Task<Adoption> ReadAsync(string name, StateSet now, CancellationToken cancel)
    {
        var foreign = await engine.DescribeAsync(name, cancel) ?? throw new HostException(
            Fault.NotFound, $"There is no container {name}.",
            "The engine's own list shows the containers that can be adopted.");
        if (foreign.Observed.Service.Length > 0)
        {
            throw new HostException(Fault.Conflict,
                $"{name} belongs to the service {foreign.Observed.Service} already.");
        }
        var service = ServiceName(foreign.Observed.Name);
        var secrets = new List<(string Name, string Plaintext)>();
        var entry = Entry(service, foreign, secrets);
        var files = ImmutableSortedDictionary<string, string>.Empty.SetItem(Services,
            StateEdit.Append(now[Services] ?? Fresh(Services), EditPath.Parse("spec.services"),
                entry));
        if (secrets.Count > 0)
        {
            var text = now[Security] ?? Fresh(Security);
            foreach (var (secret, plaintext) in secrets)
            {
                text = StateEdit.Append(text, EditPath.Parse("spec.secrets"), EditValue.Map(
                    ("name", EditValue.Of(secret)), ("value", EditValue.Of(seal(plaintext)))));
            }
            files = files.SetItem(Security, text);
        }
        return new(service, foreign.Observed, files);
    }

    private static string Fresh(string file) => StateEdit.NewFile(FileKinds.Of(file)!, "machine");

    private static string ServiceName(string container)
    {
        var plain = new string([.. container.ToLowerInvariant()
            .Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return plain.Length is > 0 and <= 40 ? plain : "adopted";
    }

    private static EditValue Entry(
        string service, ForeignContainer foreign, List<(string, string)> secrets)
    {
        var fields = new List<(string, EditValue)>
        {
            ("name", EditValue.Of(service)),
            ("image", EditValue.Of(foreign.Image)),
        };
        void AddList(string field, ImmutableArray<string>? words)
        {
            if (words is { IsEmpty: false } some)
            {
                fields.Add((field, EditValue.List([.. some.Select(EditValue.Of)])));
            }
        }
        AddList("entrypoint", foreign.Entrypoint);
        AddList("command", foreign.Command);
        if (!string.IsNullOrEmpty(foreign.User))
        {
            fields.Add(("user", EditValue.Of(foreign.User)));
        }
        if (foreign.Environment.Length > 0)
        {
            fields.Add(("environment", EditValue.Map(
                [.. foreign.Environment.Select(e => Variable(service, e, secrets))])));
        }
        if (foreign.Observed.Ports.Length > 0)
        {
            fields.Add(("ports", EditValue.List([.. foreign.Observed.Ports.Select(PortEntry)])));
        }
        if (foreign.Mounts.Length > 0)
        {
            fields.Add(("volumes", EditValue.List([.. foreign.Mounts.Select(m => EditValue.Map(
                ("source", EditValue.Of(m.HostPath)), ("target", EditValue.Of(m.Target)),
                ("readonly", EditValue.Of(m.ReadOnly))))])));
        }
        return EditValue.Map([.. fields]);
    }

    private static (string, EditValue) Variable(
        string service, string assignment, List<(string, string)> secrets)
    {
        var cut = assignment.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = (assignment[..cut], assignment[(cut + 1)..]);
        var isSecret = value.Length > 0 && !name.EndsWith("_FILE", StringComparison.Ordinal)
            && Array.Exists(s_secretWords,
                w => name.Contains(w, StringComparison.OrdinalIgnoreCase));
        if (!isSecret)
        {
            return (name, EditValue.Of(value));
        }
        var secret = $"{service}_{name}".Replace('-', '_').ToLowerInvariant();
        secrets.Add((secret, value));
        return (name, EditValue.Of($"${{secrets.{secret}}}"));
    }

    private static EditValue PortEntry(Port port) => port.Protocol == "tcp"
        ? EditValue.Map(("container", EditValue.Of(port.Container)),
            ("host", EditValue.Of(port.Host!.Value)))
        : EditValue.Map(("container", EditValue.Of(port.Container)),
            ("host", EditValue.Of(port.Host!.Value)),
            ("protocol", EditValue.Of(port.Protocol)));
}
