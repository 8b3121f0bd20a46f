using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Editing;

/// <summary>What runs in a service, as whom, and which of the machine's devices and rights it
/// has.</summary>
internal static class RunEdits
{
    public static Reply Command(Draft draft, Service service, CommandAttribute said)
    {
        var (field, title, present) = said.Entry
            ? ("entrypoint", "entry point", service.Entrypoint)
            : ("command", "command", service.Command);
        if (said.Text is not { } text)
        {
            return Gone(draft, service, field, title);
        }
        var words = Arguments(text);
        if (words.Count == 0)
        {
            return Reply.Ask($"What shall the {title} of {service.Name} be?", []);
        }
        if (present.SequenceEqual(words))
        {
            return Reply.Same($"{service.Name} has that {title} already.");
        }
        draft.SetService(service.Name, field, EditValue.List([.. words.Select(EditValue.Of)]));
        return Reply.Done(said.Entry ? $"make {text} the entry point of {service.Name}"
            : $"start {service.Name} with {text}").With(Risk.Medium);
    }

    /// <summary>The words of a command; quotes hold blanks together, brackets and commas of a
    /// list fall away.</summary>
    public static List<string> Arguments(string text)
    {
        var words = new List<string>();
        var word = new System.Text.StringBuilder();
        var list = text.StartsWith('[') && text.EndsWith(']');
        var quote = '\0';
        var any = false;
        foreach (var letter in list ? text[1..^1] : text)
        {
            if (quote == '\0' && letter is '"' or '\'')
            {
                (quote, any) = (letter, true);
            }
            else if (letter == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && (letter == ' ' || (list && letter == ',')))
            {
                Finish();
            }
            else
            {
                word.Append(letter);
            }
        }
        Finish();
        return words;

        void Finish()
        {
            if (word.Length > 0 || any)
            {
                words.Add(word.ToString());
            }
            word.Clear();
            any = false;
        }
    }

    private static Reply Gone(Draft draft, Service service, string field, string title)
    {
        if (!service.Spec.Has(field))
        {
            // Said twice in one turn, it went at the first time.
            return draft.Base.Services.GetValueOrDefault(service.Name)?.Spec.Has(field) == true
                ? Reply.Same($"The {title} of {service.Name} go already.")
                : Reply.Absent($"{service.Name} has no {title} of its own.");
        }
        draft.RemoveService(service.Name, field);
        return Reply.Done($"go back to the {title} of {service.Name}'s image").With(Risk.Medium);
    }

    public static Reply WorkDir(Draft draft, Service service, WorkDirAttribute said)
    {
        if (said.Path is not { } path)
        {
            return Gone(draft, service, "workdir", "working directory");
        }
        if (service.WorkDir == path)
        {
            return Reply.Same($"{service.Name} works in {path} already.");
        }
        draft.SetService(service.Name, "workdir", EditValue.Of(path));
        return Reply.Done($"let {service.Name} work in {path}");
    }

    public static Reply User(Draft draft, Service service, UserAttribute said)
    {
        if (said.User is not { } user)
        {
            return Gone(draft, service, "user", "user");
        }
        if (service.User == user)
        {
            return Reply.Same($"{service.Name} runs as user {user} already.");
        }
        draft.SetService(service.Name, "user", EditValue.Of(user));
        return Reply.Done($"run {service.Name} as user {user}")
            .With(user.Split(':')[0] is "root" or "0" ? Risk.Medium : Risk.Low);
    }

    public static Reply Capability(Draft draft, Service service, CapabilityAttribute said)
    {
        if (said.Off)
        {
            return said.Name is { } name ? Take(draft, service, "cap_add", service.CapAdd, name)
                : Gone(draft, service, "cap_add", "capabilities");
        }
        if (service.CapAdd.Contains(said.Name!))
        {
            return Reply.Same($"{service.Name} has the capability {said.Name} already.");
        }
        draft.Append(ServicesFile.File, Draft.Path(service.Name, "cap_add"),
            EditValue.Of(said.Name!));
        return Reply.Done($"give {service.Name} the capability {said.Name}")
            .With(said.Name is "ALL" or "SYS_ADMIN" or "SYS_MODULE" or "SYS_RAWIO"
                ? Risk.Critical : Risk.High);
    }

    private static Reply Take(Draft draft, Service service, string field,
        ImmutableArray<string> present, string item)
    {
        var written = present.FirstOrDefault(p => p == item || p.Split(':')[0] == item);
        if (written is null)
        {
            return Reply.Absent($"{service.Name} has no {item}.");
        }
        var list = Draft.Path(service.Name, field);
        draft.Remove(ServicesFile.File,
            present.Length == 1 ? list : list.At(present.IndexOf(written)));
        return Reply.Done($"take {item} away from {service.Name}").With(Risk.Medium);
    }

    private static bool IsSerial(string device) =>
        device.StartsWith("/dev/tty", StringComparison.Ordinal)
        || device.StartsWith("/dev/serial/", StringComparison.Ordinal);

    public static Reply Device(Draft draft, Service service, DeviceAttribute said)
    {
        if (said is { Device: null, Off: false })
        {
            return Reply.Ask($"Which device shall {service.Name} get, such as /dev/ttyUSB0?", []);
        }
        if (said.Device is not { } device)
        {
            return Gone(draft, service, "devices", "devices");
        }
        if (said.Off)
        {
            return Take(draft, service, "devices", service.Devices, device);
        }
        if (service.Devices.Any(d => d == device || d.Split(':')[0] == device))
        {
            return Reply.Same($"{service.Name} has {device} already.");
        }
        var list = Draft.Path(service.Name, "devices");
        // A stick that is plugged in elsewhere is the one there was.
        var old = said.Instead is null ? !said.Adds && service.Devices is [var stick]
                && IsSerial(stick) && IsSerial(device) ? stick : null
            : said.Instead.Length > 0 ? service.Devices.FirstOrDefault(
                d => d.Split(':')[0] == said.Instead)
            : service.Devices is [var only] ? only : null;
        if (old is null)
        {
            draft.Append(ServicesFile.File, list, EditValue.Of(device));
            return Reply.Done($"give {service.Name} the device {device}").With(Risk.High);
        }
        // What the service itself opens stays where it is.
        var inside = old.Split(':').Skip(1).ToList();
        var put = inside.Count > 0 && !device.Contains(':', StringComparison.Ordinal)
            ? $"{device}:{string.Join(':', inside)}" : device;
        draft.Set(ServicesFile.File, list.At(service.Devices.IndexOf(old)), EditValue.Of(put));
        return Reply.Done($"give {service.Name} the device {device} instead of {old}")
            .With(Risk.High);
    }
}
