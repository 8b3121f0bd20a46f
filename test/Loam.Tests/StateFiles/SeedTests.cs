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
    public void Nothing_vanishes_unsaid_and_nothing_is_taken_for_what_it_is_not()
    {
        var seed = Seed.Read("""
            #cloud-config
            ssh_authorized_keys: [ssh-ed25519 AAAA ada, [ssh-ed25519 BBBB eve], {a: b}]
            write_files:
              - /etc/loam.d/services.yaml
              - {path: /etc/loam.d/services.yaml, content: YQ==, encoding: b64}
              - {path: /etc/loam.d/security.yaml, content: a, append: true}
              - {path: /etc/loam.d/manifest.yaml, content: a, encoding: text/plain, append: false}
            """, new()).ShouldNotBeNull();
        seed.Keys.ShouldBe(["ssh-ed25519 AAAA ada"]);
        seed.Files.Keys.ShouldBe(["manifest.yaml"]);
        seed.LeftOut.ShouldBe(
        [
            "write_files: line 4 is not written: it is no entry with a path and a content.",
            "write_files: '/etc/loam.d/services.yaml' is not written: its content has an encoding, "
                + "and only plain text is read.",
            "write_files: '/etc/loam.d/security.yaml' is not written: a state file is written "
                + "whole, and nothing is put at its end.",
            "ssh_authorized_keys: line 2 is not read: it is no text.",
            "ssh_authorized_keys: line 2 is not read: it is no text.",
        ]);

        var single = Seed.Read(
            "#cloud-config\nssh_authorized_keys: ssh-ed25519 AAAA ada\nwrite_files: {path: x}\n",
            new()).ShouldNotBeNull();
        (single.Keys.IsEmpty, single.Files.IsEmpty).ShouldBe((true, true));
        single.LeftOut.ShouldBe(["write_files is not read: it is no list.",
            "ssh_authorized_keys is not read: it is no list."]);
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
