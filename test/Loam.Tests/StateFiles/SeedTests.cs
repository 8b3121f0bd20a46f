using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

public sealed class SeedTests
{
    [Fact]
    public void Keys_and_state_files_are_read_and_the_rest_is_said()
    {
        var seed = Seed.Read("""
            #cloud-config
            hostname: den
            ssh_authorized_keys:
              - ssh-ed25519 AAAA ada
            write_files:
              - path: /etc/loam.d/services.yaml
                content: |
                  apiVersion: loam/v1
                  kind: ServiceManifest
              - path: /etc/passwd
                content: root::0:0
              - {path: /etc/loam.d/../passwd, content: x}
              - {path: /etc/loam.d/manifest.yaml}
            """, new()).ShouldNotBeNull();
        seed.Keys.ShouldBe(["ssh-ed25519 AAAA ada"]);
        seed.Files.Keys.ShouldBe(["services.yaml"]);
        seed.Files["services.yaml"].ShouldBe("apiVersion: loam/v1\nkind: ServiceManifest\n");
        seed.LeftOut.Length.ShouldBe(4);
        seed.LeftOut[0].ShouldStartWith("hostname is not read");
        seed.LeftOut.Count(l => l.Contains("is not written")).ShouldBe(3);
    }

    [Fact]
    public void A_script_is_nothing_for_us()
    {
        var seed = Seed.Read("#!/bin/sh\nrm -rf /\n", new()).ShouldNotBeNull();
        seed.Keys.ShouldBeEmpty();
        seed.Files.ShouldBeEmpty();
        seed.LeftOut.ShouldHaveSingleItem().ShouldContain("#cloud-config");
    }

    [Fact]
    public void A_fault_in_it_is_said_with_its_place()
    {
        var found = new DiagnosticBag();
        Seed.Read("#cloud-config\nwrite_files: [\n", found).ShouldBeNull();
        found.ToList().ShouldNotBeEmpty();
    }
}
