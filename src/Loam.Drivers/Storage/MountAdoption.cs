using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Drivers.Storage;

/// <summary>Reads what somebody else mounted as a mount of storage.yaml: what
/// <c>loam adopt /PATH</c> proposes. Where /etc/fstab has it, as it stands there, since a disk's
/// name of today is another one tomorrow.</summary>
/// <param name="fstab">The text of /etc/fstab; null: there is none.</param>
public sealed class MountAdoption(
    IStorageHost host, StorageLedger ledger, Func<string?> fstab)
{
    private const string Storage = StorageFile.File;

    /// <summary>Words of fstab(5) that say when and by whom it is mounted, not how.</summary>
    private static readonly string[] s_when =
        ["defaults", "auto", "noauto", "nofail", "user", "users", "nouser", "owner", "group",
         "_netdev"];

    /// <returns>Full new texts of the files that declare it; none: it is declared already.
    /// </returns>
    /// <exception cref="HostException">NotFound: nothing is mounted there. Conflict: it is Loam's.
    /// Unsupported: it cannot be declared as it is.</exception>
    public async Task<ImmutableSortedDictionary<string, string>> ReadAsync(
        string target, StateSet now, bool isDeclared, CancellationToken cancel)
    {
        var place = host.Real(target);
        var top = (await host.MountsAsync(cancel)).LastOrDefault(m => m.Target == place)
            ?? throw new HostException(Fault.NotFound, $"Nothing is mounted at {target}.",
                "`findmnt` lists what is mounted where.");
        if (top.Image is not null && ledger.Images.Values.Any(i => i.File == top.Image))
        {
            throw new HostException(Fault.Conflict,
                $"{target} is a volume of Loam's already.");
        }
        var files = ImmutableSortedDictionary<string, string>.Empty;
        if (isDeclared)
        {
            return files;
        }
        var (source, type, options) = Written(target) ?? (top.Source, top.Type, []);
        if (source.EndsWith(']') || options.Exists(o => o.StartsWith("password=",
            StringComparison.Ordinal)))
        {
            throw new HostException(Fault.Unsupported, source.EndsWith(']')
                ? $"A part of a file system is mounted at {target}, and /etc/fstab does not say "
                    + "how."
                : $"/etc/fstab has a password for {target}.",
                "Declare it in storage.yaml by hand, with `type: bind` or "
                + "`password=${secrets.NAME}`, unmount it, and `loam apply`.");
        }
        var entry = new List<(string, EditValue)>
        {
            ("source", EditValue.Of(source)), ("target", EditValue.Of(target)),
            ("type", EditValue.Of(type)),
        };
        if (options.Count > 0)
        {
            entry.Add(("options", EditValue.List([.. options.Select(EditValue.Of)])));
        }
        return files.SetItem(Storage, StateEdit.Append(
            now[Storage] ?? StateEdit.NewFile(FileKinds.Of(Storage)!, "machine"),
            EditPath.Parse("spec.mounts"), EditValue.Map([.. entry])));
    }

    private (string Source, string Type, List<string> Options)? Written(string target)
    {
        foreach (var line in (fstab() ?? "").Split('\n'))
        {
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 3 || fields[0].StartsWith('#')
                || MountTable.Plain(fields[1]).TrimEnd('/') != target)
            {
                continue;
            }
            var options = (fields.Length > 3 ? fields[3] : "").Split(
                ',', StringSplitOptions.RemoveEmptyEntries).Where(o => !s_when.Contains(o)
                    && !o.StartsWith("x-", StringComparison.Ordinal)
                    && !o.StartsWith("comment=", StringComparison.Ordinal)).ToList();
            var isBound = options.Remove("bind");
            return (MountTable.Plain(fields[0]), isBound ? "bind" : fields[2], options);
        }
        return null;
    }
}
