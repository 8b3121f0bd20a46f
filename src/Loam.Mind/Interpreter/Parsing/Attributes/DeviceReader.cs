using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Devices and capabilities: <c>/dev/ttyUSB0 for zigbee2mqtt</c>, <c>NET_ADMIN</c>.
/// </summary>
internal static class DeviceReader
{
    private static readonly string[] s_disks =
        ["sd", "hd", "vd", "xvd", "nvme", "mmcblk", "md", "mapper", "disk", "loop", "sr", "dm-"];

    public static void Read(Clause clause)
    {
        Capability(clause);
        Device(clause);
    }

    private static bool IsOff(Clause clause) =>
        clause.Verb is "remove" or "unset" or "unmount" or "stop" || clause.Negated
        || clause.Lexemes.Any(l => l.IsGlue("without"));

    private static void Capability(Clause clause)
    {
        var field = clause.Find(Part.Field, "capability");
        var found = false;
        for (var at = 0; at < clause.Count; at++)
        {
            var said = clause[at].Original.Replace('-', '_');
            // "kill" and "lease" are words; NET_ADMIN is none.
            if (clause.IsFree(at) && !clause[at].IsMention && Capabilities.Named(said) is { } name
                && (name.Contains('_', StringComparison.Ordinal)
                    || (field >= 0 && !clause[at].Is(Part.Verb) && !clause[at].Is(Part.Reference))))
            {
                clause.Use(at);
                clause.Attributes.Add(new CapabilityAttribute(name, IsOff(clause)));
                found = true;
            }
        }
        if (field >= 0 && (found || IsOff(clause)))
        {
            clause.Use(field);
            if (!found)
            {
                clause.Attributes.Add(new CapabilityAttribute(null, true));
            }
        }
    }

    private static bool IsDevice(Lexeme lexeme) => (lexeme.Is(Part.Path) || lexeme.Is(Part.Mount))
        && lexeme.Original.StartsWith("/dev/", StringComparison.Ordinal)
        && !lexeme.Original.StartsWith("/dev/shm", StringComparison.Ordinal);

    private static bool IsDisk(string path) => s_disks.Any(
        d => path.StartsWith("/dev/" + d, StringComparison.Ordinal));

    private static void Device(Clause clause)
    {
        var devices = Enumerable.Range(0, clause.Count)
            .Where(i => clause.IsFree(i) && IsDevice(clause[i])).ToList();
        var field = clause.Find(Part.Field, "device");
        if (devices.Count == 0)
        {
            // "The stick died, zigbee2mqtt out": of the device is only told.
            if (field >= 0 && IsOff(clause) && Enumerable.Range(field, clause.Count - field)
                .Any(i => clause[i].IsGlue("comma")) && !clause.Lexemes.Take(field + 1).Any(
                    l => l.IsVerb("remove") || l.IsVerb("unset") || l.IsVerb("unmount")
                        || l.IsVerb("stop") || l.IsGlue("not") || l.Text is "no" or "without")
                && clause.Lexemes.Skip(field).Any(l => l.Named(Known.Service) is not null))
            {
                clause.Use(field);
            }
            else if (field >= 0 && IsOff(clause))
            {
                UseFields(clause);
                clause.Attributes.Add(new DeviceAttribute(null, null, true));
                clause.Negated = false;
            }
            else if (field >= 0 && !clause[field].IsMention && clause.Verb is "create" or "have"
                or "set" or "connect" or "mount")
            {
                UseFields(clause);
                clause.Attributes.Add(new DeviceAttribute(null, null, false));
            }
            return;
        }
        // "/dev/sdb1 at /mnt/data" is no device but what is on it.
        if (clause.All(Part.Path).Any(i => !devices.Contains(i))
            && devices.TrueForAll(i => IsDisk(clause[i].Original)))
        {
            return;
        }
        devices.ForEach(clause.Use);
        UseFields(clause);
        if (clause.Find(Part.Field, "volume") is var volume and >= 0)
        {
            clause.Use(volume);
        }
        clause.Attributes.AddRange(Wishes(clause, [.. devices.Select(i => clause[i])], devices));
    }

    private static void UseFields(Clause clause)
    {
        for (var at = clause.Find(Part.Field, "device"); at >= 0;
            at = clause.Find(Part.Field, "device"))
        {
            clause.Use(at);
        }
    }

    private static IEnumerable<DeviceAttribute> Wishes(
        Clause clause, List<Lexeme> said, List<int> places)
    {
        if (said.Count == 2 && Between(clause, places[0], places[1]) is { } link && !IsOff(clause))
        {
            var (one, two) = (said[0].Original, said[1].Original);
            yield return link switch
            {
                "as" => new($"{one}:{two}", null, false),
                "insteadof" => new(one, two, false),
                _ => new(two, one, false),
            };
            yield break;
        }
        var moves = clause.Verb is "move" or "replace" or "upgrade" || clause.Corrects
            || clause.Lexemes.Any(l => l.IsGlue("instead"))
            || (said.Count == 1 && clause.Verb == "set" && clause.Lexemes.Any(l =>
                l.Text is "change" or "switch") && Before(clause, places[0], "to"));
        foreach (var device in said)
        {
            yield return new(device.Original, moves && said.Count == 1 ? "" : null, IsOff(clause))
            {
                Adds = said.Count > 1 || clause.Verb is "create" or "connect" or "mount"
                    || clause.Lexemes.Any(l => l.IsGlue("also") || l.IsGlue("and")),
            };
        }
    }

    private static bool Before(Clause clause, int at, string glue) =>
        clause.Next(at, -1) is var before and >= 0 && clause[before].IsGlue(glue);

    private static string? Between(Clause clause, int first, int second)
    {
        var between = Enumerable.Range(first + 1, second - first - 1).Select(i => clause[i]);
        return between.Select(l => l.IsGlue("insteadof") ? "insteadof" : l.IsGlue("as") ? "as"
            : l.IsGlue("to") || l.IsGlue("with") || l.IsGlue("by") ? "to" : null)
            .FirstOrDefault(l => l is not null);
    }
}
