namespace Loam.Tests.Conformance;

public sealed class SimulatedEngineConformance(SimulatedHost host)
    : EngineConformance(host), IClassFixture<SimulatedHost>;

[Needs("dockerd", "containerd", "runc", "ip", "nft")]
public sealed class DockerConformance(DockerHost host)
    : RealEngineConformance(host), IClassFixture<DockerHost>;

[Needs("podman", "conmon", "runc")]
public sealed class PodmanConformance(PodmanHost host)
    : RealEngineConformance(host), IClassFixture<PodmanHost>;

[Needs("containerd", "containerd-shim-runc-v2", "crun", "docker-registry", "nft")]
public sealed class ContainerdConformance(ContainerdHost host)
    : RealEngineConformance(host), IClassFixture<ContainerdHost>;
