using System.Collections.Immutable;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>From a checked mapping to a typed service.</summary>
internal static class ServiceReader
{
    /// <summary>The image with the service's <c>tag</c> put in; null when there is none that can
    /// be read.</summary>
    public static ImageReference? Image(MapValue spec)
    {
        if (spec.Text("image") is not { } text
            || ImageReference.Parse(text, out _) is not { } image)
        {
            return null;
        }
        return spec.Text("tag") is { } tag ? image with { Tag = tag, TagIsImplied = false } : image;
    }

    /// <summary>The normal form: the tag is part of the image, so that <c>nginx</c> with tag 1.27
    /// and <c>nginx:1.27</c> are one thing.</summary>
    public static MapValue Normal(MapValue spec, ImageReference image)
    {
        var name = image.Digest is null ? image.Name
            : image.Tag.Length == 0 ? $"{image.Registry}/{image.Repository}@{image.Digest}"
            : $"{image.Name}@{image.Digest}";
        var entries = spec.Entries.Where(e => e.Key != "tag").Select(e => e.Key != "image" ? e
            : KeyValuePair.Create<string, Value>(e.Key, new TextValue(name, e.Value.At)));
        return new([.. entries], spec.At);
    }

    /// <summary>Reads a service whose fields had no errors.</summary>
    public static Service Read(MapValue spec, ImageReference image)
    {
        var ports = Ports(spec);
        return new()
        {
            Name = spec.Text("name")!,
            Image = image,
            Command = spec.Texts("command"),
            Entrypoint = spec.Texts("entrypoint"),
            User = spec.Text("user"),
            WorkDir = spec.Text("workdir"),
            Replicas = (int)spec.Number("replicas")!.Value,
            Ports = ports,
            Volumes = Volumes(spec),
            Environment = Texts(spec.Map("environment")),
            Limits = Limits(spec.Map("resources")),
            Probe = Probe(spec.Map("healthcheck"), ports),
            Restart = spec.Text("restart") switch
            {
                "on-failure" => RestartPolicy.OnFailure,
                "never" => RestartPolicy.Never,
                _ => RestartPolicy.Always,
            },
            Networks = spec.Texts("networks"),
            DependsOn = spec.Texts("depends_on"),
            Labels = Texts(spec.Map("labels")),
            ReadOnly = spec.Flag("read_only") == true,
            CapAdd = spec.Texts("cap_add"),
            Devices = spec.Texts("devices"),
            Privileged = spec.Flag("privileged") == true,
            RestartedAt = spec.Text("restarted_at"),
            Spec = spec,
        };
    }

    public static ImmutableArray<Port> Ports(MapValue spec) =>
    [
        .. spec.Maps("ports").Where(p => p.Has("container")).Select(p => new Port(
            (int)p.Number("container")!.Value, (int?)p.Number("host"),
            p.Text("protocol") ?? "tcp", p.Text("address") ?? "0.0.0.0")),
    ];

    public static ImmutableArray<VolumeUse> Volumes(MapValue spec) =>
    [
        .. spec.Maps("volumes").Where(v => v.Has("source") && v.Has("target"))
            .Select(v => new VolumeUse(
                v.Text("source")!, v.Text("target")!, v.Flag("readonly") == true)),
    ];

    public static ImmutableSortedDictionary<string, string> Texts(MapValue? map) =>
        map is null ? ImmutableSortedDictionary<string, string>.Empty
            : map.Entries.ToImmutableSortedDictionary(
                e => e.Key, e => ((TextValue)e.Value).Text, StringComparer.Ordinal);

    private static ResourceLimits Limits(MapValue? limits) =>
        new((long?)limits?.Number("cpu"), (long?)limits?.Number("memory"),
            (long?)limits?.Number("pids"));

    /// <summary>What is written; else a TCP connection to the first TCP port; else whether it
    /// stays running.</summary>
    private static Probe Probe(MapValue? check, ImmutableArray<Port> ports)
    {
        var first = ports.FirstOrDefault(p => p.Protocol == "tcp")?.Container ?? 0;
        var made = new Probe(first > 0 ? ProbeKind.Tcp : ProbeKind.Settle, first, "", null, [],
            Time(check, "interval", 30), Time(check, "timeout", 10),
            (int)(check?.Number("retries") ?? 3), Time(check, "start_period", 0),
            Synthesised: true);
        if (check?.Has("test") == true)
        {
            return made with
            {
                Kind = ProbeKind.Exec,
                Port = 0,
                Command = check.Texts("test"),
                Synthesised = false,
            };
        }
        if (check?.Map("http") is { } http)
        {
            return made with
            {
                Kind = ProbeKind.Http,
                Port = (int)(http.Number("port") ?? first),
                Path = http.Text("path") ?? "/",
                Expect = (int?)http.Number("expect"),
                Synthesised = false,
            };
        }
        return check?.Map("tcp") is { } tcp
            ? made with
            {
                Kind = ProbeKind.Tcp,
                Port = (int)(tcp.Number("port") ?? first),
                Synthesised = false,
            }
            : made;
    }

    private static TimeSpan Time(MapValue? map, string field, int seconds) =>
        map?.Number(field) is { } milliseconds
            ? TimeSpan.FromMilliseconds((double)milliseconds) : TimeSpan.FromSeconds(seconds);
}
