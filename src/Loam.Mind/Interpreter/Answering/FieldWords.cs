using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects.People;
using Loam.Mind.Interpreter.Subjects.Storage;

namespace Loam.Mind.Interpreter.Answering;

/// <summary>Fields and their values as a person reads them. Nothing secret is shown.</summary>
internal static class FieldWords
{
    /// <summary>The value at a path; null: nothing is there, or only a default that means
    /// none.</summary>
    public static (FieldType Type, Value Value, bool IsDefault)? At(
        MapValue? item, Schema schema, string path)
    {
        var parts = path.Split('.');
        for (var part = 0; part < parts.Length; part++)
        {
            if (item?[parts[part]] is not { } value || schema[parts[part]] is not { } field)
            {
                return null;
            }
            if (part == parts.Length - 1)
            {
                return IsNone(value) ? null : (field.Type, value, value.At is null);
            }
            item = value as MapValue;
            schema = (field.Type as ObjectType)?.Schema ?? schema;
        }
        return null;
    }

    private static bool IsNone(Value value) => value is BoolValue { IsTrue: false }
        or ListValue { Items.IsEmpty: true } or MapValue { Entries.IsEmpty: true }
        || value is MapValue map && map.Flag("enabled") == false;

    /// <summary>"Memory", "health check": the last part of a path, in words.</summary>
    public static string Label(string path) => path[(path.LastIndexOf('.') + 1)..] switch
    {
        "ssh_keys" => "SSH keys",
        "cap_add" => "capability",
        "log_path" => "path",
        "uid" => "uid",
        "auto_renew" => "automatic renewal",
        "renew_before_days" => "days before its end to renew",
        "retain" => "copies to keep",
        var name => name.Replace('_', ' '),
    };

    public static string Show(string path, FieldType type, Value value)
    {
        var field = path[(path.LastIndexOf('.') + 1)..];
        return (field, value) switch
        {
            ("backup", MapValue map) => BackupEdits.InWords(map),
            ("image", TextValue image) => ImageReference.Parse(image.Text, out _)?.Short
                ?? image.Text,
            ("schedule", TextValue cron) => ScheduleWords.Of(cron.Text),
            ("ssh_keys", ListValue keys) => Wording.Some(keys.Items.OfType<TextValue>().Select(
                k => PeopleBook.Remark(k.Text) is { Length: > 0 } remark ? remark
                    : UserEdits.Short(k.Text))),
            ("environment", MapValue map) => Wording.Some(map.Entries.Select(
                e => Secrecy.Shown(e.Key, (e.Value as TextValue)?.Text ?? ""))),
            ("volumes", ListValue list) => Wording.Some(list.Items.OfType<MapValue>().Select(
                v => $"{v.Text("source")} at {v.Text("target")}"
                    + (v.Flag("readonly") == true ? " (read-only)" : ""))),
            ("ports", ListValue list) => Wording.Some(list.Items.OfType<MapValue>().Select(Port)),
            ("url", TextValue url) => Uri.TryCreate(url.Text, UriKind.Absolute, out var uri)
                ? uri.Host : url.Text,
            ("command" or "test" or "entrypoint", ListValue list) => string.Join(' ',
                list.Items.OfType<TextValue>().Select(t => t.Text)),
            (_, ListValue list) when type is ListType of => Wording.Some(
                list.Items.Select(i => Show("", of.Item, i))),
            (_, MapValue map) when type is ObjectType of => Fields(map, of.Schema),
            _ => type.Show(value),
        };
    }

    private static string Port(MapValue port) => (port.Number("host") is { } host
            ? $"{host:0} → {port.Number("container"):0}" : $"{port.Number("container"):0} inside")
        + (port.Text("protocol") is "udp" ? "/udp" : "")
        + (port.Text("address") is { } address and not "0.0.0.0" ? $" on {address}" : "");

    /// <summary>What was written of a thing, its name apart.</summary>
    public static string Fields(MapValue map, Schema schema) => string.Join(", ",
        schema.Fields.Where(f => f.Name != schema.Key && f.Name != "value"
                && map[f.Name] is { At: not null } value && value is not MapValue
                    { Entries.IsEmpty: true })
            .Select(f => map[f.Name] is BoolValue flag
                ? flag.IsTrue ? Label(f.Name) : $"no {Label(f.Name)}"
                : $"{Label(f.Name)} {Show(f.Name, f.Type, map[f.Name]!)}"));
}
