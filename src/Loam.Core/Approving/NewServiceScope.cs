using System.Collections.Immutable;
using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Checks;

namespace Loam.Core.Approving;

/// <summary>Which new services words cover, and what these bring along: of an app that was wished
/// for, or from an image that was said, made as the catalogue makes it.</summary>
internal sealed class NewServiceScope
{
    private readonly Scope _scope;
    private readonly DesiredState _before;
    private readonly DesiredState _after;
    private readonly HashSet<ResourceId> _new;
    private readonly Lazy<HashSet<ResourceId>> _brought;

    /// <summary>Covered new services with their app; null: from an image that was said.</summary>
    private readonly Dictionary<string, App?> _services = new(StringComparer.Ordinal);

    public NewServiceScope(
        Scope scope, DesiredState before, DesiredState after, ImmutableArray<FieldEdit> added)
    {
        (_scope, _before, _after) = (scope, before, after);
        _new = [.. added.Where(e => e.Field == FieldEdit.Whole).Select(e => e.Id)];
        _brought = new(() => [.. added.Where(e => e.Id.Kind == ResourceKind.Service
            && IsTaken(e)).SelectMany(Uses)]);
        var left = scope.Apps.ToDictionary();
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var whole in added.Where(e => e is
            { Field: FieldEdit.Whole, Id.Kind: ResourceKind.Service }))
        {
            var service = after.Services[whole.Id.Name];
            var app = AppCatalog.ByImage(service.Image);
            if (scope.Exact.Contains(whole.Said))
            {
                _services[service.Name] = app;
            }
            else if (app is not null && left.GetValueOrDefault(app.Name) > 0
                && ScopeImages.IsOf(scope, app, service.Image))
            {
                left[app.Name]--;
                _services[service.Name] = app;
            }
            else if (ScopeImages.IsSaid(scope, service.Image) && said.Add(service.Image.Short)
                && !IsOfThere(service.Image))
            {
                _services[service.Name] = null;
            }
        }
    }

    /// <summary>The words are about a service that is there, and the image is its next one: they
    /// wish for no other beside it.</summary>
    private bool IsOfThere(ImageReference image) => _before.Services.Values.Any(s =>
        _scope.Has(new(ResourceKind.Service, s.Name), ScopeTopic.Named)
        && (_scope.Has(new(ResourceKind.Service, s.Name), ScopeTopic.Version)
            || (s.Image.Registry, s.Image.Repository) == (image.Registry, image.Repository)));

    private bool IsNew(ResourceKind kind, string name) => _new.Contains(new(kind, name));

    public bool Covers(FieldEdit edit)
    {
        if (!_services.TryGetValue(edit.Id.Name, out var app))
        {
            return false;
        }
        var service = _after.Services[edit.Id.Name];
        return edit.Field switch
        {
            FieldEdit.Whole or "name" or "image" or "read_only" => true,
            "replicas" => edit.AfterNumber == 1 || Says(edit.AfterNumber),
            "ports" => edit.After is MapValue port && OfPort(app, port),
            "volumes" => edit.After is MapValue use && OfVolumeUse(app, use),
            "environment" => OfVariable(app, edit.Key!, edit.AfterText),
            "networks" => edit.Key is { } network && (network == ServicesFile.DefaultNetwork
                || IsNew(ResourceKind.Network, network) || _scope.HasSaid(network)),
            "depends_on" => edit.Key is { } other
                && (_services.ContainsKey(other) || _scope.HasSaid(other)),
            "restart" => edit.AfterText is "always" or "on-failure",
            "command" => app is not null && app.Command.SequenceEqual(service.Command),
            "user" => app?.User is not null && app.User == service.User,
            "cap_add" => edit.Key is { } right && app?.Capabilities.Contains(right) == true,
            "devices" => edit.Key is { } device && app?.Devices.Contains(device) == true,
            "privileged" => edit.After is BoolValue { IsTrue: false },
            _ when edit.Field.StartsWith("resources.", StringComparison.Ordinal) =>
                edit.After is not null,
            _ => edit.Field.StartsWith("healthcheck.", StringComparison.Ordinal)
                && OfProbe(app, service, edit),
        };
    }

    private bool Says(decimal? number) => number is { } n && _scope.Numbers.Contains(n);

    private bool OfPort(App? app, MapValue port)
    {
        var (container, host) = (port.Number("container"), port.Number("host"));
        var known = app?.Ports.FirstOrDefault(p => p.Container == container);
        var isOwn = known is not null || (app is null && Says(container));
        var isLocal = port.Text("address") is "127.0.0.1" or "::1";
        return isOwn && (host is null || Says(host) || known?.Publish == host)
            && (host is null || isLocal || port.Text("address") == "0.0.0.0"
                || _scope.HasSaid(port.Text("address")!));
    }

    private bool OfVolumeUse(App? app, MapValue use)
    {
        var (source, target) = (use.Text("source")!, use.Text("target")!);
        var isPlace = _scope.HasSaid(target) || app?.Volumes.Any(v => v.Target == target) == true
            || app?.Content.Any(c => c.Target == target) == true;
        return IsNew(ResourceKind.Volume, source)
            || (isPlace && (source.StartsWith('/') ? source.Length > 1 && _scope.HasSaid(source)
                : _scope.Has(new(ResourceKind.Volume, source), ScopeTopic.Storage)))
            || (use.Flag("readonly") == true && app?.Content.Any(c => c.Source == source
                && c.Target == target) == true);
    }

    /// <summary>What the catalogue knows it by, or a number for its work; and in it no secret
    /// that is there already, no place that nobody named.</summary>
    private bool OfVariable(App? app, string key, string? value)
    {
        if (value is null || ScopeValues.CarriesCode(key))
        {
            return value is not null && IsOfCatalogue(app, key, value);
        }
        var secrets = SecretRefs.In(new TextValue(value));
        if (secrets.Any(s => !IsNew(ResourceKind.Secret, s)))
        {
            return false;
        }
        if (ScopeValues.IsHidden(key) && secrets.Count == 0)
        {
            return false;
        }
        if (!IsKnown(app, key) && !ScopeValues.IsTuning(key, null, value)
            && !(_scope.HasSaid(key) && _scope.HasSaid(value)) && key != "TZ")
        {
            return false;
        }
        return IsOfCatalogue(app, key, value) || (ScopeValues.Places(value).All(IsNear)
            && (!ScopeValues.NamesPlace(key) || IsNear(value.Split(':')[0])));
    }

    private bool IsKnown(App? app, string key) => app is not null
        && (app.Environment.Any(e => e.Key == key) || app.FileVariables.Contains(key)
            || app.Secrets.Any(s => s.Variable == key)
            || app.Settings.Any(s => s.Variable == key)
            || app.Needs.Any(n => n.Environment.Any(e => e.Key == key))
            || _services.Values.OfType<App>().Any(a => a.Needs.Any(n => n.App == app.Name
                && n.ItsEnvironment.Any(e => e.Key == key))));

    private static bool IsOfCatalogue(App? app, string key, string value) => app is not null
        && app.Environment.Concat(app.Needs.SelectMany(n => n.Environment))
            .Any(e => e.Key == key && e.Value == value);

    /// <summary>This machine, a service that comes along, or what was said.</summary>
    private bool IsNear(string place) => place is "localhost" or "127.0.0.1" or "0.0.0.0"
        || _services.ContainsKey(place) || _scope.HasSaid(place)
        || (_before.Hostname is { } host && place.StartsWith(host, StringComparison.Ordinal)
            && (place.Length == host.Length || place == $"{host}.local"));

    private static bool OfProbe(App? app, Service service, FieldEdit edit) => edit.Field switch
    {
        "healthcheck.test" => app is not null && !app.Probe.Test.IsEmpty
            && app.Probe.Test.SequenceEqual(service.Probe.Command),
        "healthcheck.http.path" => ScopeValues.IsProbePath(edit.AfterText)
            || (app?.Probe.HttpPath is { } path && path == edit.AfterText),
        "healthcheck.http.port" or "healthcheck.tcp.port" =>
            service.Ports.Any(p => p.Container == edit.AfterNumber)
            || app?.Probe.Port == edit.AfterNumber,
        _ => ScopeValues.IsProbing(edit.Field, edit.AfterNumber),
    };

    /// <summary>A covered new service uses it in a covered way.</summary>
    public bool Brings(ResourceId id) => _brought.Value.Contains(id);

    private static IEnumerable<ResourceId> Uses(FieldEdit edit) => (edit.Field, edit.After) switch
    {
        ("volumes", MapValue use) => [new(ResourceKind.Volume, use.Text("source")!)],
        ("networks", TextValue network) => [new(ResourceKind.Network, network.Text)],
        ("environment", TextValue value) =>
            SecretRefs.In(value).Select(s => new ResourceId(ResourceKind.Secret, s)),
        _ => [],
    };

    private bool IsTaken(FieldEdit edit) => _scope.Exact.Contains(edit.Said)
        || (_services.ContainsKey(edit.Id.Name) && Covers(edit));

    public bool IsOwner(ResourceId volume, string? owner) => owner is not null
        && _services.Any(s => s.Value is { } app && _after.Services[s.Key].Volumes.Any(
            v => v.Source == volume.Name
            && app.Volumes.Any(a => a.Target == v.Target && a.Owner == owner)));
}
