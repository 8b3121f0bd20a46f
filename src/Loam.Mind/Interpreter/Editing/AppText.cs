using Loam.Core.Catalog;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>What stands in braces in a catalogue file, filled in for one service.</summary>
internal static class AppText
{
    private const string Address = "{url}";
    private const string Host = "{host}";

    public static string SecretName(string service, string secret) =>
        $"{service.Replace('-', '_')}_{secret}";

    public static string Reference(string service, string secret) =>
        $"${{secrets.{SecretName(service, secret)}}}";

    /// <param name="name">The app's service.</param>
    /// <param name="host">The port people reach it by; null: none.</param>
    public static string Fill(Draft draft, App app, string name, string value, int? host)
    {
        var text = value.Replace("{name}", name, StringComparison.Ordinal)
            .Replace(Host, HostName(draft) ?? "localhost", StringComparison.Ordinal)
            .Replace(Address, Url(draft, name, host), StringComparison.Ordinal);
        return app.Secrets.Aggregate(text, (to, secret) => to.Replace(
            $"{{secret:{secret.Name}}}", Reference(name, secret.Name),
            StringComparison.Ordinal));
    }

    /// <param name="service">The service of the app that is needed.</param>
    public static string Fill(string value, AppNeed need, string name, string service)
    {
        var text = value.Replace("{service}", service, StringComparison.Ordinal)
            .Replace("{secret}", Reference(name, need.Secret), StringComparison.Ordinal);
        return AppCatalog.Named(need.App)!.Secrets.Aggregate(text, (to, secret) => to.Replace(
            $"{{its:{secret.Name}}}", Reference(service, secret.Name), StringComparison.Ordinal));
    }

    /// <summary>What an app is told of its own address moves with its port, unless a person
    /// wrote something else.</summary>
    public static void Follow(Draft draft, Service service, int? from, int to)
    {
        if (from is null || AppCatalog.ByImage(service.Image) is not { } app
            || from != Published(service))
        {
            return;
        }
        foreach (var (variable, pattern) in app.Environment.Where(e => HasAddress(e.Value)))
        {
            var present = service.Environment.GetValueOrDefault(variable);
            if (present == Fill(draft, app, service.Name, pattern, from))
            {
                draft.Set(ServicesFile.File,
                    Draft.Path(service.Name, "environment").Key(variable),
                    EditValue.Of(Fill(draft, app, service.Name, pattern, to)));
            }
        }
    }

    /// <summary>Said where an app must know its own address and the machine's is not declared.
    /// </summary>
    public static string? AddressNote(Draft draft, App app, string name, int? host)
    {
        var variable = app.Environment.FirstOrDefault(e => HasAddress(e.Value)).Key;
        return variable is null || HostName(draft) is not null ? null
            : $"{name} must know its own address; it is told {Url(draft, name, host)}. For "
                + $"another one, set {variable} of {name}.";
    }

    private static bool HasAddress(string value) =>
        value.Contains(Address, StringComparison.Ordinal);

    private static int? Published(Service service) =>
        service.Ports.FirstOrDefault(p => p.Host is not null)?.Host;

    private static string Url(Draft draft, string name, int? host) =>
        host is null ? $"http://{name}"
            : $"http://{HostName(draft) ?? "localhost"}" + (host == 80 ? "" : $":{host}");

    /// <summary>As declared; null: it is not.</summary>
    private static string? HostName(Draft draft) =>
        new[] { "network.yaml", "manifest.yaml" }.Select(file => draft.Files[file] is { } text
            && YamlReader.Read(file, text, new DiagnosticBag())?["spec"] is MappingNode spec
                ? (spec["hostname"] as ScalarNode)?.Text : null).FirstOrDefault(n => n is not null);
}
