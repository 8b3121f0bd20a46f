using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Checks;

namespace Loam.Core.Approving;

/// <summary>Judges every part of one change. What is not covered by a rule here, or word for word
/// by what was said, lies outside.</summary>
internal sealed class ScopeJudge
{
    private readonly Scope _scope;
    private readonly DesiredState _before;
    private readonly DesiredState _after;
    private readonly ImmutableArray<FieldEdit> _edits;
    private readonly NewServiceScope _fresh;

    public ScopeJudge(Scope scope, DesiredState before, DesiredState after)
    {
        (_scope, _before, _after) = (scope, before, after);
        _edits = FieldEdits.Between(before, after);
        _fresh = new(scope, before, after, [.. _edits.Where(e => e.Kind == DiffKind.Added)]);
    }

    public ImmutableArray<ScopeVerdict> Judge()
    {
        var verdicts = _edits.Select(e => new ScopeVerdict(
            e, _scope.Exact.Contains(e.Said) || ByRule(e))).ToList();
        // Without the thing itself nothing of it is there.
        var absent = verdicts.Where(v => !v.IsCovered && v.Edit is
            { Kind: DiffKind.Added, Field: FieldEdit.Whole }).Select(v => v.Edit.Id).ToHashSet();
        return [.. verdicts.Select(v => absent.Contains(v.Edit.Id)
            ? v with { IsCovered = false } : v)];
    }

    private bool ByRule(FieldEdit edit) => (edit.Id.Kind, edit.Kind) switch
    {
        (_, _) when edit.Field == FieldEdit.List => BeginsWithCovered(edit),
        (ResourceKind.Service, DiffKind.Changed) => OfService(edit),
        (ResourceKind.Service, DiffKind.Added) => _fresh.Covers(edit),
        (ResourceKind.Volume, DiffKind.Changed) => OfVolume(edit),
        (ResourceKind.Volume or ResourceKind.Network or ResourceKind.Secret, DiffKind.Added) =>
            OfFresh(edit),
        (ResourceKind.Setting, not DiffKind.Removed) when edit.Id == ScopeIds.Backup =>
            OfBackup(edit),
        _ => false,
    };

    /// <summary>A list that begins with things that are covered.</summary>
    private bool BeginsWithCovered(FieldEdit edit) => edit.Kind == DiffKind.Added
        && edit.Id.Kind is ResourceKind.Service or ResourceKind.Network
        && _edits.Any(e => e.Id.Kind == edit.Id.Kind && e is
            { Kind: DiffKind.Added, Field: FieldEdit.Whole }
            && (_scope.Exact.Contains(e.Said) || ByRule(e)));

    private bool OfService(FieldEdit edit)
    {
        var isTuned = _scope.Has(edit.Id, ScopeTopic.Tune);
        var isNamed = _scope.Has(edit.Id, ScopeTopic.Named);
        var (then, now) = (edit.BeforeNumber, edit.AfterNumber);
        return edit.Field switch
        {
            "replicas" => (isTuned && ScopeValues.IsMore(then, now))
                || (_scope.Has(edit.Id, ScopeTopic.Scale) && then >= 1 && now >= 1
                    && _scope.Numbers.Contains(now.Value))
                || (now == 0 && _scope.Has(edit.Id, ScopeTopic.Stop))
                || (then == 0 && now >= 1 && _scope.Has(edit.Id, ScopeTopic.Start)),
            "resources.cpu" or "resources.memory" or "resources.pids" =>
                (isTuned && ScopeValues.IsRoomier(edit.Field, then, now))
                || (isNamed && now is not null && _scope.Numbers.Contains(now.Value)
                    && ScopeValues.IsEnough(edit.Field, now.Value)),
            "restart" => isTuned && edit.AfterText == "always",
            "restarted_at" => _scope.Has(edit.Id, ScopeTopic.Restart)
                && DateTimeOffset.TryParse(edit.AfterText,
                    System.Globalization.CultureInfo.InvariantCulture, out _),
            "image" => ScopeImages.CoversChange(
                _scope, edit.Id, edit.BeforeText, edit.AfterText),
            "environment" => OfVariable(edit, isTuned, isNamed),
            "ports" => OfPort(edit, isNamed),
            "depends_on" => isTuned && edit is { Before: null, Key: { } other }
                && _scope.Has(ScopeIds.Service(other), ScopeTopic.Tune),
            "networks" => isNamed && edit is { Before: null, Key: { } network }
                && _scope.HasSaid(network),
            "volumes" => isNamed && OfVolumeUse(edit),
            "labels" => OfLabel(edit, isNamed),
            _ => OfProbe(edit, isTuned),
        };
    }

    private bool OfVariable(FieldEdit edit, bool isTuned, bool isNamed)
    {
        var (key, value) = (edit.Key!, edit.AfterText);
        return value is not null && ((isTuned && ScopeValues.IsTuning(key, edit.BeforeText, value))
            || (isNamed && _scope.HasSaid(key) && _scope.HasSaid(value)
                && (key.Contains('_') || _scope.Has(edit.Id, ScopeTopic.Environment))));
    }

    private bool OfPort(FieldEdit edit, bool isNamed)
    {
        if (!isNamed || !_scope.Has(edit.Id, ScopeTopic.Ports) || edit.After is not MapValue now
            || edit.Key is null)
        {
            return false;
        }
        var then = edit.Before as MapValue;
        var container = now.Number("container");
        var isKnown = then is not null || _scope.Numbers.Contains(container!.Value)
            || Catalog.AppCatalog.ByImage(_after.Services[edit.Id.Name].Image) is { } app
                && app.Ports.Any(p => p.Container == container);
        var (host, address) = (now.Number("host"), now.Text("address"));
        return isKnown && host is not null && _scope.Numbers.Contains(host.Value)
            && (address == (then?.Text("address") ?? "0.0.0.0") || _scope.HasSaid(address!));
    }

    private bool OfVolumeUse(FieldEdit edit) => edit is { Before: null, After: MapValue use }
        && use.Text("source") is { } source && _scope.HasSaid(source)
        && _scope.Has(edit.Id, ScopeTopic.Storage)
        && (!source.StartsWith('/') || _scope.HasSaid(use.Text("target")!));

    private bool OfLabel(FieldEdit edit, bool isNamed) => edit.AfterText is { } value && edit.Key
        switch
    {
        "backup.enabled" => value == "true" && _scope.Has(edit.Id, ScopeTopic.Backup),
        "backup.schedule" => ScopeValues.IsOften(value)
            && _scope.Has(edit.Id, ScopeTopic.Backup),
        _ => isNamed && _scope.HasSaid(edit.Key!) && _scope.HasSaid(value),
    };

    /// <summary>A probe may be added and eased within reason; one that is there is not taken
    /// away, and no command comes with it.</summary>
    private bool OfProbe(FieldEdit edit, bool isTuned)
    {
        if (!isTuned || edit.After is null)
        {
            return false;
        }
        if (ScopeValues.IsProbing(edit.Field, edit.AfterNumber))
        {
            return edit.Field != "healthcheck.http.expect" || edit.Before is null;
        }
        var isNew = _before.Services[edit.Id.Name].Probe.Synthesised;
        return isNew && (edit.Field == "healthcheck.http.path"
            ? ScopeValues.IsProbePath(edit.AfterText)
            : edit.Field is "healthcheck.http.port" or "healthcheck.tcp.port"
                && _before.Services[edit.Id.Name].Ports.Any(
                    p => p.Container == edit.AfterNumber));
    }

    private bool OfVolume(FieldEdit edit) => edit.Field switch
    {
        "size" => _scope.Has(edit.Id, ScopeTopic.Storage)
            && (ScopeValues.IsMore(edit.BeforeNumber, edit.AfterNumber)
                || (edit.AfterNumber > (edit.BeforeNumber ?? 0)
                    && _scope.Numbers.Contains(edit.AfterNumber.Value))),
        // It comes with a size.
        "filesystem" => edit.After is { At: null } && _edits.Any(e => e.Id == edit.Id
            && e.Field == "size" && (_scope.Exact.Contains(e.Said) || OfVolume(e))),
        "backup.type" => edit.Before is null && _scope.Has(edit.Id, ScopeTopic.Backup),
        _ => edit.Field.StartsWith("backup.", StringComparison.Ordinal)
            && _scope.Has(edit.Id, ScopeTopic.Backup) && IsCopying(edit, edit.Field[7..]),
    };

    private bool OfBackup(FieldEdit edit) => _scope.Has(edit.Id, ScopeTopic.Backup)
        && (edit.Field == FieldEdit.Whole || IsCopying(edit, edit.Field));

    /// <summary>More copies, not fewer, and to nowhere else.</summary>
    private bool IsCopying(FieldEdit edit, string field) => field switch
    {
        "enabled" => edit.After is BoolValue { IsTrue: true },
        // One that somebody set is changed word for word only.
        "schedule" => edit.Before?.At is null && ScopeValues.IsOften(edit.AfterText),
        "retain" => edit.AfterNumber is { } now && (now >= (edit.BeforeNumber ?? 7)
            || _scope.Numbers.Contains(now)),
        _ => false,
    };

    /// <summary>What a covered new service brings along, and what was named itself.</summary>
    private bool OfFresh(FieldEdit edit) => _fresh.Brings(edit.Id) && (edit.Field switch
    {
        FieldEdit.Whole or "name" => true,
        "value" => edit.Id.Kind == ResourceKind.Secret
            && edit.AfterText?.StartsWith(FreshSecret.Prefix, StringComparison.Ordinal) == true,
        "size" => edit.AfterNumber is { } size && _scope.Numbers.Contains(size),
        "filesystem" or "encrypted" or "driver" => edit.After is { At: null }
            || edit.Field == "encrypted" || edit.Field == "driver"
            || edit.AfterText == "directory",
        "internal" => true,
        "owner" => _fresh.IsOwner(edit.Id, edit.AfterText),
        "backup.enabled" => edit.After is BoolValue { IsTrue: true },
        "backup.schedule" => ScopeValues.IsOften(edit.AfterText),
        "backup.retain" => edit.AfterNumber >= 7,
        "backup.type" => true,
        _ => false,
    });
}

/// <summary>Things that rules speak of.</summary>
internal static class ScopeIds
{
    public static readonly ResourceId Backup = new(ResourceKind.Setting, "backup");

    public static ResourceId Service(string name) => new(ResourceKind.Service, name);
}
