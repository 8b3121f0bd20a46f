using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

/// <summary>Each rule, with a text that breaks it and what a person then reads.</summary>
public sealed class CheckTests
{
    [Theory]
    [InlineData("imagee: x", "error LOAM0103: Service web has no field 'imagee'. Write image.")]
    [InlineData("zebra: x", "error LOAM0103: Service web has no field 'zebra'. The fields here are name, image,")]
    [InlineData("ports: 80", "error LOAM0104: Ports of service web is a single value. Write a list")]
    [InlineData("ports: [8080:80]", "error LOAM0104: Port 1 of service web is a single value. Write its fields, such as `container: 80`.")]
    [InlineData("ports: [{host: 80}]", "error LOAM0106: Port 1 of service web has no container. Add `container:` with a whole number from 1 to 65535.")]
    [InlineData("ports:", "error LOAM0104: Ports of service web has no value. Write [] for none, or remove the line to leave it unmanaged.")]
    [InlineData("ports: [{container: 80, host: 99999}]", "error LOAM0105: Host of port 1 of service web is '99999': out of range. Write a whole number from 1 to 65535.")]
    [InlineData("resources: {memory: 128m}", "error LOAM0105: Resources.memory of service web is '128m': not a size. Write 128Mi.")]
    [InlineData("resources: {memory: 1Mi}", "error LOAM0105: Resources.memory of service web is '1Mi': too small. Write at least 6Mi.")]
    [InlineData("environment: [A=b]", "error LOAM0104: Environment of service web is a list. Write `NAME: value` on a line of its own for each.")]
    [InlineData("environment: {A: [b]}", "error LOAM0104: Environment.A of service web is a list. Write text.")]
    [InlineData("labels: {loam.instance: x}", "error LOAM0105: Labels of service web has the name 'loam.instance': Loam marks its own things")]
    [InlineData("depends_on: [db]", "error LOAM0201: Service db in depends_on of service web is not declared.")]
    [InlineData("depends_on: [web]", "error LOAM0203: Service web depends on itself. Remove one of these depends_on.")]
    [InlineData("depends_on: [web, web]", "error LOAM0107: Depends_on of service web has 'web' twice. Remove one of them.")]
    [InlineData("networks: [back]", "error LOAM0201: Network back in service web is not declared. Declare back in services.yaml")]
    [InlineData("volumes: [{source: data, target: /x}]", "error LOAM0201: Volume data in service web is not declared. Declare data in storage.yaml")]
    [InlineData("volumes: [{source: /a, target: /x}, {source: /b, target: /x/}]", "error LOAM0107: Volumes of service web has '/x' twice.")]
    [InlineData("environment: {A: \"${secrets.KEY}\"}", "error LOAM0201: Secret KEY is not declared. Set it with `loam secret set KEY`")]
    [InlineData("command: [run, \"--key=${secrets.KEY}\"]", "error LOAM0201: Secret KEY is not declared.")]
    [InlineData("environment: {A: \"${secrets.9}\"}", "error LOAM0105: A reference to a secret is not complete.")]
    [InlineData("environment: {A: \"${secrets.A\"}", "error LOAM0105: A reference to a secret is not complete.")]
    [InlineData("healthcheck: {tcp: {port: 80}, test: x}", "error LOAM0209: Healthcheck of service web has test and tcp. Keep one of them.")]
    [InlineData("healthcheck: {http: {path: /}}", "error LOAM0209: Healthcheck.http of service web names no port, and the service has none.")]
    [InlineData("healthcheck: {test: [CMD-SHELL, x]}", "error LOAM0105: Healthcheck.test of service web begins with CMD-SHELL")]
    [InlineData("ports: [{container: 1, host: 80}, {container: 2, host: 80}]", "error LOAM0202: web publishes port 80 twice. Remove one of them.")]
    [InlineData("command: []", "error LOAM0104: Command of service web is a list. Write a list of arguments, or a string")]
    [InlineData("replicas: 101", "error LOAM0105: Replicas of service web is '101': out of range. Write a whole number from 0 to 100.")]
    [InlineData("tag: \"1.26\"", "warning LOAM0110: Service web has tag 1.26 and an image with tag 1.27; 1.26 is used. Remove the tag from image.")]
    [InlineData("tag: latest", "warning LOAM0206: Service web uses the newest nginx, whichever that is. Name a version")]
    [InlineData("image: b", "error LOAM0107: The field image stands twice in one place.")]
    public void One_service(string fields, string finding) =>
        Lines(Examples.Service(fields)).ShouldContain(l => l.Contains(finding));

    [Theory]
    [InlineData("- {name: api, image: a:1, ports: [{container: 1, host: 80}]}", "error LOAM0202: web and api both publish port 80. Give one of them another host port.")]
    [InlineData("- {name: api, image: a:1, ports: [{container: 1, host: 80, address: \"::\"}]}", "error LOAM0202: web and api both publish port 80.")]
    [InlineData("- {name: api, image: a:1, ports: [{container: 1, host: 80, protocol: udp}]}", null)]
    [InlineData("- {name: web, image: a:1}", "error LOAM0107: Services has 'web' twice. Give one of them another name")]
    [InlineData("- {name: db, image: a:1, depends_on: [x]}\n- {name: x, image: a:1, depends_on: [y]}\n- {name: y, image: a:1, depends_on: [x]}", "error LOAM0203: Services wait for each other: x → y → x. Remove one of these depends_on.")]
    [InlineData("- {name: api, image: a}", "warning LOAM0206: Service api uses the newest a")]
    [InlineData("- {name: api}", "error LOAM0106: Service api has no image. Add `image:` with an image reference such as nginx:1.27.")]
    [InlineData("- api", "error LOAM0104: Service 2 is a single value. Write its fields, such as `name: web`.")]
    public void Two_services(string more, string? finding) => Holds(
        Lines(Examples.Service("ports: [{container: 80, host: 80}]", more)), finding);

    [Fact]
    public void Ports_on_different_addresses_do_not_clash() =>
        Lines(Examples.Service("ports: [{container: 80, host: 80, address: 127.0.0.1}]",
            "- {name: api, image: a:1, ports: [{container: 1, host: 80, address: 10.0.0.1}]}"))
            .ShouldBeEmpty();

    [Fact]
    public void Two_writers_of_one_volume_are_noted_and_a_reader_is_not()
    {
        var storage = Examples.Spec(StorageFile.Kind, "volumes: [{name: data, path: /srv/data}]");
        var set = Examples.Service("volumes: [{source: data, target: /x}]",
            "- {name: api, image: a:1, volumes: [{source: /srv/data/in, target: /y}]}\n"
            + "- {name: log, image: a:1, volumes: [{source: data, target: /y, readonly: true}]}")
            .With("storage.yaml", storage["storage.yaml"]!);
        var line = Lines(set).ShouldHaveSingleItem();
        line.ShouldContain("note LOAM0208: Services web and api both write volume data.");
        var state = StateReader.Read(set).State!;
        state.Resources[new(ResourceKind.Service, "api")].DependsOn
            .ShouldBe([new(ResourceKind.Volume, "data")]);
    }

    [Theory]
    [InlineData("hostname: b", "error LOAM0204: The hostname is a in manifest.yaml and b here. Remove one of them.")]
    [InlineData("hostname: A", null)]
    [InlineData("firewall: {enabled: true}", "warning LOAM0205: The firewall drops traffic within the machine itself. Add a rule with interface: lo")]
    [InlineData("firewall: {enabled: true}", "warning LOAM0205: The firewall drops the answers to the machine's own connections.")]
    [InlineData("firewall: {enabled: true}", "warning LOAM0205: Service web publishes port 80/tcp, which the firewall drops. Add a rule with protocol: tcp, port: 80")]
    [InlineData("firewall: {enabled: false}", null)]
    [InlineData("firewall: {default_input_policy: accept}", null)]
    [InlineData("firewall: {default_input_policy: accept, rules: [{name: no, protocol: tcp, port: 1-1000, action: drop}]}", "warning LOAM0205: Service web publishes port 80/tcp, which the firewall refuses by rule no.")]
    [InlineData("firewall: {rules: [{name: lo, interface: lo, action: accept}, {name: e, state: established, action: accept}, {name: w, protocol: tcp, port: [22, 79-81], action: accept}]}", null)]
    [InlineData("firewall: {rules: [{name: a, action: accept, port: 80}]}", "error LOAM0209: Rule a has a port and protocol all. Write `protocol: tcp` or `protocol: udp`.")]
    [InlineData("firewall: {rules: [{name: a, action: accept, source: []}]}", "warning LOAM0209: The empty list source of rule a asks for nothing, so the rule holds for every one.")]
    [InlineData("interfaces: [{name: eth0, type: static}]", "error LOAM0209: Interface eth0 is static and has no address.")]
    [InlineData("interfaces: [{name: eth0, type: dhcp, gateway: 10.0.0.1}]", "error LOAM0209: Interface eth0 gets its address by DHCP.")]
    [InlineData("bans: [{service: nothing}]", "error LOAM0201: Service nothing in bans is not declared.")]
    [InlineData("bans: [{service: sshd}]", null)]
    public void Network(string spec, string? finding)
    {
        var set = Examples.Service("ports: [{container: 80, host: 80}]")
            .With("network.yaml", Examples.Spec(NetworkFile.Kind, spec)["network.yaml"]!)
            .With("manifest.yaml", Examples.Spec(ManifestFile.Kind, "hostname: a")["manifest.yaml"]!);
        Holds(Lines(set), finding);
    }

    [Theory]
    [InlineData("manifest.yaml", "api: {tls: site}", "error LOAM0201: Certificate site in api.tls is not declared.")]
    [InlineData("manifest.yaml", "notify: [{name: a, type: email, smtp: mail.example.com}]", "error LOAM0209: Notifier a of type email has no to.")]
    [InlineData("manifest.yaml", "notify: [{name: a, type: ntfy, url: \"https://x.org/${secrets.N}\"}]", "error LOAM0201: Secret N is not declared.")]
    [InlineData("manifest.yaml", "registries: [{host: ghcr.io, username: a}]", "error LOAM0209: Registry ghcr.io has only one of username and password_secret.")]
    [InlineData("manifest.yaml", "registries: [{host: ghcr.io, username: a, password_secret: P}]", "error LOAM0201: Secret P in password_secret of registry ghcr.io is not declared.")]
    [InlineData("manifest.yaml", "llm: {provider: local}", "error LOAM0209: Llm.provider local has no model_path.")]
    [InlineData("manifest.yaml", "safety: {require_approval: on}", "error LOAM0105: Safety.require_approval is 'on': neither true nor false. Write true.")]
    [InlineData("manifest.yaml", "safety: {auto_approve_categories: [service.restarted]}", "error LOAM0105: Safety.auto_approve_categories is 'service.restarted': no such choice. Write service.restart.")]
    [InlineData("storage.yaml", "volumes: [{name: a, size: 1Gi, filesystem: directory}]", "error LOAM0209: Volume a has a size, which a directory cannot hold to.")]
    [InlineData("storage.yaml", "volumes: [{name: a}, {name: a}]", "error LOAM0107: Volumes has 'a' twice.")]
    [InlineData("security.yaml", "users: [{name: anna, groups: [docker]}]", "warning LOAM0207: User anna in group docker has the rights of root.")]
    [InlineData("security.yaml", "certificates: [{name: a, domains: [\"*.x.org\"]}]", "error LOAM0209: Certificate a is for *.x.org, which HTTP cannot prove. Write `challenge: dns`.")]
    [InlineData("security.yaml", "certificates: [{name: a, domains: [x.org], challenge: dns, dns_hook: set it}]", "error LOAM0209: Certificate a is proved by a record, and no dns_hook sets it.")]
    [InlineData("security.yaml", "certificates: [{name: a, domains: [x.org], provider: acme}]", "error LOAM0209: Certificate a of provider acme has no directory.")]
    [InlineData("security.yaml", "certificates: [{name: a, domains: [x.org], used_by: [web]}]", "error LOAM0201: Service web in used_by of certificate a is not declared.")]
    [InlineData("scheduled.yaml", "jobs: [{name: a, schedule: \"0 2 * * *\", command: x, container: db}]", "error LOAM0201: Service db in container of job a is not declared.")]
    [InlineData("scheduled.yaml", "jobs: [{name: a, schedule: \"0 2 * * *\", command: x, container: db, image: b}]", "error LOAM0209: Job a has container and image. Keep one of them.")]
    [InlineData("scheduled.yaml", "jobs: [{name: a, schedule: \"0 2 * * *\", command: x, image: b, access: [\"read:/x\"]}]", "error LOAM0209: Job a runs in a container and has access to the host.")]
    [InlineData("services.yaml", "networks: [{name: default}]", "error LOAM0105: Network default is there without being declared.")]
    public void Other_files(string file, string spec, string finding) =>
        Lines(Examples.Spec(FileKinds.Of(file)!, spec)).ShouldContain(l => l.Contains(finding));

    [Theory]
    [InlineData("", "services.yaml:1:1: error LOAM0102: services.yaml has no apiVersion. Begin the file with `apiVersion: loam/v1`.")]
    [InlineData("apiVersion: loam/v1\nspec: {}\n", "error LOAM0102: services.yaml has no kind. Begin the file with `kind: ServiceManifest`.")]
    [InlineData("apiVersion: loam/v2\nkind: ServiceManifest\nspec: {}\n", "services.yaml:1:13: error LOAM0102: ApiVersion of services.yaml is 'loam/v2'. Write `apiVersion: loam/v1`.")]
    [InlineData("apiVersion: loam/v1\nkind: [a]\nspec: {}\n", "error LOAM0102: Kind of services.yaml is not a word.")]
    [InlineData("apiVersion: loam/v1\nkind: ServiceManifest\n", "error LOAM0106: services.yaml has no spec.")]
    [InlineData("apiVersion: loam/v1\nkind: ServiceManifest\nspec: []\n", "error LOAM0104: ")]
    [InlineData("apiVersion: loam/v1\nkind: ServiceManifest\nspec: {}\nservices: []\n", "services.yaml:4:1: error LOAM0103: services.yaml has no field 'services' at its top. Move services below spec, indented.")]
    [InlineData("apiVersion: loam/v1\nkind: ServiceManifest\nspecs: {}\nspec: {}\n", "error LOAM0103: services.yaml has no field 'specs' at its top. Write spec.")]
    [InlineData("apiVersion: loam/v1\nkind: ServiceManifest\nspec: {servces: []}\n", "error LOAM0103: Spec has no field 'servces'. Write services.")]
    public void Heads(string text, string finding) =>
        Lines(StateSet.Empty.With("services.yaml", text)).ShouldContain(l => l.Contains(finding));

    [Fact]
    public void A_file_of_another_name_is_refused() =>
        Lines(StateSet.Empty.With("service.yaml", "")).ShouldHaveSingleItem()
            .ShouldContain("service.yaml is not a state file. Name it services.yaml.");

    [Fact]
    public void Everything_is_reported_at_once_and_in_order()
    {
        var lines = Lines(Examples.Service(
            "ports: [{container: 0}]\nresources: {memory: x}\ndepends_on: [nobody]\nzebra: 1"));
        lines.Count.ShouldBe(4);
        lines.Select(l => int.Parse(l.Split(':')[1])).ShouldBeInOrder();
    }

    [Fact]
    public void Nothing_is_undeclared_on_account_of_a_file_that_cannot_be_read()
    {
        var set = Examples.Service("volumes: [{source: data, target: /x}]")
            .With("storage.yaml", "apiVersion: [\n");
        Lines(set).ShouldHaveSingleItem().ShouldContain("LOAM0101");
    }

    [Fact]
    public void A_volume_with_an_error_is_still_declared()
    {
        var set = Examples.Service("volumes: [{source: data, target: /x}]").With("storage.yaml",
            Examples.Spec(StorageFile.Kind, "volumes: [{name: data, path: x}]")["storage.yaml"]!);
        Lines(set).ShouldHaveSingleItem().ShouldContain("Path of volume data is 'x'");
    }

    [Fact]
    public void Findings_are_bounded_and_say_so()
    {
        var ports = string.Join(", ", Enumerable.Repeat("{container: 0}", 500));
        var findings = StateReader.Read(Examples.Service($"ports: [{ports}]")).Findings;
        findings.Count.ShouldBe(201);
        findings[^1].Message.ShouldBe("300 further findings are not shown.");
    }

    [Fact]
    public void A_long_chain_of_dependencies_is_followed()
    {
        var chain = string.Join('\n', Enumerable.Range(1, 3000).Select(i =>
            $"- {{name: s{i}, image: a:1, depends_on: [{(i == 3000 ? "s1" : $"s{i + 1}")}]}}"));
        Lines(Examples.Service("user: me", chain)).ShouldHaveSingleItem().ShouldContain("LOAM0203");
    }

    private static List<string> Lines(StateSet set) =>
        [.. StateReader.Read(set).Findings.Select(f => f.ToString())];

    private static void Holds(List<string> lines, string? finding)
    {
        if (finding is null)
        {
            lines.ShouldBeEmpty();
        }
        else
        {
            lines.ShouldContain(l => l.Contains(finding));
        }
    }
}
