namespace Loam.Tests.Conformance;

public sealed class SimulatedEngineConformance(SimulatedHost host)
    : EngineConformance(host), IClassFixture<SimulatedHost>;

[Needs("dockerd", "containerd", "runc", "ip", "nft")]
public sealed class DockerConformance(DockerHost host)
    : RealEngineConformance(host), IClassFixture<DockerHost>;

[Needs("podman", "conmon", "runc")]
public sealed class PodmanConformance(PodmanHost host)
    : RealEngineConformance(host), IClassFixture<PodmanHost>;
