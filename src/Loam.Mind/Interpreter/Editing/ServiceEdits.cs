using System.Globalization;
using Loam.Core.Catalog;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>What a clause says of one service, made into edits. Each edit touches the one place
/// it is about.</summary>
internal static class ServiceEdits
{
    public static Reply Apply(
        Draft draft, string name, ClauseAttribute attribute, Clause clause, TargetResolver targets)
    {
        var service = draft.State.Services[name];
        return attribute switch
        {
            LimitAttribute limit => LimitEdits.Apply(draft, service, limit, clause),
            PortAttribute port => new PortEdits(draft, service, clause).Apply(port),
            ImageAttribute image => Image(draft, service, image.Image),
            VersionAttribute version => Version(draft, service, version.Version),
            VariableAttribute variable => Variable(draft, service, variable, clause),
            MountAttribute mount => MountEdits.Apply(draft, service, mount, clause),
            NetworkAttribute network => WiringEdits.Network(draft, service, network, clause),
            DependsAttribute depends => WiringEdits.Depends(draft, service, depends, clause,
                targets),
            ProbeAttribute probe => ProbeEdits.Apply(draft, service, probe),
            RestartAttribute restart => Plain(draft, service, "restart", restart.Policy,
                service.Spec.Text("restart") ?? "always", $"restart {name} {Adverb(restart)}"),
            UserAttribute user => RunEdits.User(draft, service, user),
            ReadOnlyAttribute readOnly => Flag(draft, service, "read_only", readOnly.On,
                service.ReadOnly, readOnly.On ? $"make {name}'s root read-only"
                    : $"make {name}'s root writable"),
            PrivilegedAttribute privileged => Flag(draft, service, "privileged", privileged.On,
                service.Privileged, privileged.On ? $"give {name} all rights over this machine"
                    : $"take {name}'s rights over this machine away")
                .With(privileged.On ? Risk.Critical : Risk.Low),
            LabelAttribute label => Label(draft, service, label),
            CommandAttribute command => RunEdits.Command(draft, service, command),
            WorkDirAttribute directory => RunEdits.WorkDir(draft, service, directory),
            DeviceAttribute device => RunEdits.Device(draft, service, device),
            CapabilityAttribute capability => RunEdits.Capability(draft, service, capability),
            MountModeAttribute mode => MountEdits.Mode(draft, service, mode, clause),
            SettingAttribute setting => Setting(draft, service, setting, clause),
            NameAttribute rename => WiringEdits.Rename(draft, service, rename.Name),
            _ => Reply.Refuse($"I can't yet do that to {name}."),
        };
    }

    private static string Adverb(RestartAttribute restart) => restart.Policy switch
    {
        "never" => "never by itself",
        "on-failure" => "only when it fails",
        _ => "whenever it ends",
    };

    private static Reply Plain(
        Draft draft, Service service, string field, string value, string? present, string said)
    {
        if (present == value)
        {
            return Reply.Same($"{service.Name} has {field} {value} already.");
        }
        draft.SetService(service.Name, field, EditValue.Of(value));
        return Reply.Done(said);
    }

    private static Reply Flag(
        Draft draft, Service service, string field, bool value, bool present, string said)
    {
        if (present == value)
        {
            return Reply.Same(
                $"{service.Name} has {field} {(value ? "true" : "false")} already.");
        }
        draft.SetService(service.Name, field, EditValue.Of(value));
        return Reply.Done(said);
    }

    private static Reply Image(Draft draft, Service service, ImageReference image)
    {
        if (image.Name == service.Image.Name)
        {
            return Reply.Same($"{service.Name} already runs {image.Short}.");
        }
        draft.SetService(service.Name, "image", EditValue.Of(image.Short));
        if (service.Spec.Has("tag"))
        {
            draft.RemoveService(service.Name, "tag");
        }
        return Changed(draft, service, image, Reply.Done(
            $"change {service.Name} from {service.Image.Short} to {image.Short}"));
    }

    private static Reply Version(Draft draft, Service service, string version)
    {
        var tag = Images.Tag(service.Image.Tag, version);
        if (tag == service.Image.Tag && !service.Image.TagIsImplied)
        {
            return Reply.Same($"{service.Name} already runs version {service.Image.Tag}.");
        }
        if (!ImageReference.IsTag(tag))
        {
            return Reply.Refuse($"'{version}' is not a version that a tag can name.");
        }
        if (service.Spec.Text("tag") is not null)
        {
            draft.SetService(service.Name, "tag", EditValue.Of(tag));
        }
        else
        {
            var written = draft.WrittenImage(service.Name) ?? service.Image.Short;
            draft.SetService(service.Name, "image",
                EditValue.Of(Images.WithVersion(written, service.Image.Tag, version)));
        }
        return Changed(draft, service, service.Image with { Tag = tag, Digest = null }, Reply.Done(
            $"change {service.Name} from {service.Image.Tag} to {tag}"));
    }

    /// <summary>Says what a new version means for the data.</summary>
    private static Reply Changed(
        Draft draft, Service service, ImageReference image, Reply reply)
    {
        if (draft.IsNew(service))
        {
            return reply;
        }
        var before = AppCatalog.DataMajor(service.Image);
        var after = AppCatalog.DataMajor(image);
        if (before is null || after is null || before == after)
        {
            return reply.With(Risk.Medium);
        }
        return reply.With(Risk.High).Note($"{service.Name}'s data were written by version "
            + $"{before}, and {after} cannot read them without a dump: the plan says whether Loam "
            + "can make one and take them along.");
    }

    private static Reply Variable(
        Draft draft, Service service, VariableAttribute said, Clause clause)
    {
        var present = service.Environment.GetValueOrDefault(said.Name);
        var path = Draft.Path(service.Name, "environment");
        if (said.Value is not { } value)
        {
            if (present is null)
            {
                return Reply.Same($"{service.Name} has no variable {said.Name}.");
            }
            draft.Remove(ServicesFile.File, service.Environment.Count == 1 ? path
                : path.Key(said.Name));
            return Reply.Done($"remove {said.Name} from {service.Name}'s environment");
        }
        if (present == value)
        {
            return Reply.Same($"{said.Name} of {service.Name} is {value} already.");
        }
        draft.Set(ServicesFile.File, path.Key(said.Name), EditValue.Of(value));
        if (Secrecy.IsSecretName(said.Name) && !value.Contains("${", StringComparison.Ordinal))
        {
            return Reply.Done($"set {said.Name} of {service.Name}").With(Risk.Medium).Note(
                "It would stand in services.yaml for all to read; `loam secret set NAME` and "
                + "${secrets.NAME} keep it hidden.");
        }
        var reply = Reply.Done($"set {said.Name} of {service.Name} to {value}");
        return Password(draft, service, said.Name, clause) is { } secret ? reply.Note(
            $"{value} gets a password that is generated, the secret {secret}.") : reply;
    }

    /// <summary>A user that an image makes at its first start must have a password, or it is not
    /// made.</summary>
    /// <returns>The secret's name; null: there is one, or the image wants none.</returns>
    private static string? Password(Draft draft, Service service, string variable, Clause clause)
    {
        const string user = "_USER";
        var password = variable.EndsWith(user, StringComparison.Ordinal)
            ? $"{variable[..^user.Length]}_PASSWORD" : "";
        if (AppCatalog.ByImage(service.Image)?.FileVariables.Contains(password) != true
            || service.Environment.ContainsKey(password)
            || service.Environment.ContainsKey($"{password}_FILE")
            || clause.Attributes.OfType<VariableAttribute>().Any(v => v.Name == password))
        {
            return null;
        }
        var secret = AppText.SecretName(service.Name, "user_password");
        NewService.DeclareSecret(draft, secret, new(32, false));
        draft.Set(ServicesFile.File, Draft.Path(service.Name, "environment").Key(password),
            EditValue.Of($"${{secrets.{secret}}}"));
        return secret;
    }

    private static Reply Label(Draft draft, Service service, LabelAttribute said)
    {
        var path = Draft.Path(service.Name, "labels").Key(said.Name);
        var present = service.Labels.GetValueOrDefault(said.Name);
        if (present == said.Value)
        {
            return Reply.Same(present is null ? $"{service.Name} has no label {said.Name}."
                : $"{service.Name} already has that label.");
        }
        if (said.Value is not { } value)
        {
            draft.Remove(ServicesFile.File, path);
            return Reply.Done($"remove the label {said.Name} from {service.Name}");
        }
        draft.Set(ServicesFile.File, path, EditValue.Of(value));
        return Reply.Done($"label {service.Name} with {said.Name}={value}");
    }

    private static Reply Setting(
        Draft draft, Service service, SettingAttribute said, Clause clause)
    {
        var app = AppCatalog.ByImage(service.Image);
        var setting = app?.Settings.FirstOrDefault(s => s.Words.Contains(said.Words));
        if (setting is null)
        {
            return Reply.Refuse($"I don't know how {service.Name} takes {said.Words}; an "
                + "environment variable or its command can be set.");
        }
        var value = Settings.Value(setting, said);
        if (setting.Variable is { } variable)
        {
            return Variable(draft, service, new(variable, value), clause);
        }
        var command = Settings.Merge(service.Command, setting, value);
        if (command.SequenceEqual(service.Command))
        {
            return Reply.Same($"{service.Name} has {setting.Name} {value} already.");
        }
        draft.SetService(service.Name, "command",
            EditValue.List([.. command.Select(EditValue.Of)]));
        return Reply.Done($"set {setting.Name} of {service.Name} to {value}");
    }
}
