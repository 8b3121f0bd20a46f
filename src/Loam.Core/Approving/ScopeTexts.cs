using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Approving;

/// <summary>Writes the covered parts of a proposal into the approved texts, whose comments and
/// order stay.</summary>
internal static class ScopeTexts
{
    /// <summary>The approved texts with what is covered; null: it cannot be written.</summary>
    public static StateSet? Take(
        DesiredState before, DesiredState after, ImmutableArray<ScopeVerdict> verdicts)
    {
        var texts = before.Files;
        foreach (var thing in verdicts.Where(v => v.Edit.Field != FieldEdit.List
                || v.Edit.Id.Name != FieldEdit.List)
            .GroupBy(v => v.Edit.Id)
            .OrderBy(g => after.Resources.GetValueOrDefault(g.Key)?.At?.Line ?? 0)
            .Where(g => g.Any(v => v.IsCovered)))
        {
            var file = FileOf(thing.Key, after, before);
            var text = texts[file] ?? StateEdit.NewFile(
                FileKinds.Of(file)!, after.Settings.Name ?? "machine");
            try
            {
                text = Take(file, text, after.Files[file] ?? "", thing.Key, [.. thing]);
            }
            catch (EditException)
            {
                return null;
            }
            texts = texts.With(file, text);
        }
        return texts;
    }

    private static string Take(string file, string text, string source, ResourceId id,
        ImmutableArray<ScopeVerdict> verdicts)
    {
        var path = PathOf(id);
        var isWhole = verdicts.All(v => v.IsCovered);
        if (verdicts[0].Edit.After is null && verdicts[0].Edit.Field == FieldEdit.Whole
            && verdicts[0].Edit.Before is not null)
        {
            return isWhole ? StateEdit.Remove(text, path) : text;
        }
        if (Find(file, source, path) is not { } proposed)
        {
            throw new EditException($"{id} is not where it should be.");
        }
        if (isWhole)
        {
            var result = StateEdit.Set(text, path, proposed);
            return Find(file, result, EditPath.Root) is { } means
                ? BlockCopy.Copy(result, path, source.TrimStart('\uFEFF'), means) : result;
        }
        if (!CanBeParted(id))
        {
            return text;
        }
        var overlay = new Overlay(verdicts);
        var mixed = overlay.Map(StateDiff.SchemaOf(id),
            Find(file, text, path) as MapEdit, (MapEdit)proposed, "");
        return StateEdit.Set(text, path, mixed);
    }

    /// <summary>Order counts among a firewall's rules, and half of a setting means another one.
    /// </summary>
    private static bool CanBeParted(ResourceId id) => id.Kind is ResourceKind.Service
        or ResourceKind.Volume or ResourceKind.Network || id == ScopeIds.Backup;

    private static EditValue? Find(string file, string text, EditPath path) =>
        YamlReader.Read(file, text, new DiagnosticBag()) is { } root
            && StateEdit.Find(root, path) is { } node ? EditValue.From(node) : null;

    public static string FileOf(ResourceId id, DesiredState after, DesiredState before) => id.Kind
        switch
    {
        ResourceKind.Service or ResourceKind.Network => ServicesFile.File,
        ResourceKind.Group or ResourceKind.Volume or ResourceKind.Mount => StorageFile.File,
        ResourceKind.Secret or ResourceKind.User or ResourceKind.Certificate =>
            SecurityFile.File,
        ResourceKind.Job => ScheduledFile.File,
        ResourceKind.Firewall or ResourceKind.Dns or ResourceKind.Interface
            or ResourceKind.Ban => NetworkFile.File,
        ResourceKind.Setting when id.Name == SecurityFile.Audit => SecurityFile.File,
        _ => (after.Resources.GetValueOrDefault(id) ?? before.Resources.GetValueOrDefault(id))?
            .At?.File ?? ManifestFile.File,
    };

    private static EditPath PathOf(ResourceId id)
    {
        var spec = EditPath.Root.Key("spec");
        return id.Kind switch
        {
            ResourceKind.Service => spec.Key("services").Item("name", id.Name),
            ResourceKind.Network => spec.Key("networks").Item("name", id.Name),
            ResourceKind.Group => spec.Key("groups").Item("name", id.Name),
            ResourceKind.Volume => spec.Key("volumes").Item("name", id.Name),
            ResourceKind.Mount => spec.Key("mounts").Item("target", id.Name),
            ResourceKind.Secret => spec.Key("secrets").Item("name", id.Name),
            ResourceKind.User => spec.Key("users").Item("name", id.Name),
            ResourceKind.Certificate => spec.Key("certificates").Item("name", id.Name),
            ResourceKind.Job => spec.Key("jobs").Item("name", id.Name),
            ResourceKind.Interface => spec.Key("interfaces").Item("name", id.Name),
            ResourceKind.Ban => spec.Key("bans").Item("service", id.Name),
            ResourceKind.Firewall => spec.Key("firewall"),
            ResourceKind.Dns => spec.Key("dns"),
            ResourceKind.Setting when id.Name == "metadata" => EditPath.Root.Key("metadata"),
            _ => spec.Key(id.Name),
        };
    }

    /// <summary>One thing as it was, with the covered parts of what it shall be.</summary>
    private sealed class Overlay(ImmutableArray<ScopeVerdict> verdicts)
    {
        public MapEdit Map(Schema schema, MapEdit? before, MapEdit after, string path)
        {
            var result = before ?? new([]);
            foreach (var key in after.Entries.Select(e => e.Key)
                .Union(result.Entries.Select(e => e.Key)).ToList())
            {
                // A tag of its own is a part of the image.
                var name = path + (path.Length == 0 && key == "tag" ? "image" : key);
                var own = verdicts.Where(v => v.Edit.Field == name || v.Edit.Field.StartsWith(
                    name + ".", StringComparison.Ordinal)).ToList();
                if (own.Count == 0 || !own.Exists(v => v.IsCovered))
                {
                    continue;
                }
                result = Meaning.With(result, key, own.TrueForAll(v => v.IsCovered) ? after[key]
                    : Part(schema[key]?.Type, result[key], after[key], name));
            }
            return result;
        }

        private EditValue? Part(FieldType? type, EditValue? before, EditValue? after, string path)
        {
            switch (type, before, after)
            {
                case (ObjectType group, MapEdit or null, MapEdit now):
                    return Map(group.Schema, before as MapEdit, now, path + ".");
                case (MapType, MapEdit or null, MapEdit now):
                    var then = before as MapEdit ?? new([]);
                    return Covered(path).Aggregate(then,
                        (map, key) => Meaning.With(map, key, now[key]));
                case (ListType list, ListEdit or null, ListEdit now):
                    return Items(list, before as ListEdit ?? new([]), now, path) ?? before;
                default:
                    return before;
            }
        }

        private ListEdit? Items(ListType type, ListEdit before, ListEdit after, string path)
        {
            if (ListIdentity.Of(before, type) is not { } then
                || ListIdentity.Of(after, type) is not { } now)
            {
                return null;
            }
            var items = then.Zip(before.Items).ToDictionary(
                p => p.First, p => p.Second, StringComparer.Ordinal);
            var order = then.Union(now).ToList();
            foreach (var key in Covered(path))
            {
                if (now.IndexOf(key) is var at and >= 0)
                {
                    items[key] = after.Items[at];
                }
                else
                {
                    items.Remove(key);
                }
            }
            return new([.. order.Where(items.ContainsKey).Select(k => items[k])]);
        }

        private IEnumerable<string> Covered(string path) => verdicts.Where(v => v.IsCovered
            && v.Edit.Field == path && v.Edit.Key is not null).Select(v => v.Edit.Key!);
    }
}
