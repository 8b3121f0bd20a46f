using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Backups;

/// <summary>What people call the things and the copies they mean.</summary>
public static class BackupNames
{
    private const int ShortestId = 4;

    private static readonly string[] s_days = ["yyyy-MM-dd"];

    private static readonly string[] s_moments =
    [
        "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss",
    ];

    /// <summary>The things that names mean, each once.</summary>
    /// <param name="names">Volumes, services, <c>state</c>; empty: what is declared to be copied,
    /// or, where nothing is, everything there is.</param>
    /// <exception cref="HostException">NotFound: a name means nothing.</exception>
    public static ImmutableArray<BackupItem> Meant(
        DesiredState state, IReadOnlyList<string> names)
    {
        var settings = state.Backups;
        if (names.Count == 0)
        {
            return !settings.Items.IsEmpty ? settings.Items
                : [settings.State, .. state.Volumes.Keys.Select(settings.Of)];
        }
        return [.. names.SelectMany(n => Meant(state, n)).DistinctBy(i => i.Id)];
    }

    /// <summary>The one thing that a name means, which need not be declared any more.</summary>
    public static string IdOf(DesiredState state, string name) =>
        name == BackupItem.State && !state.Volumes.ContainsKey(name) ? BackupItem.IdOf(null)
            : BackupItem.IdOf(BackupItem.VolumeOf(name) ?? (state.Volumes.ContainsKey(name)
                || Used(state, name) is not [var only] ? name : only));

    /// <param name="copies">Of the one thing.</param>
    /// <param name="at">A moment of the machine's clock, or the beginning of an ID; null: the
    /// newest.</param>
    /// <exception cref="HostException">NotFound: there is no such copy.</exception>
    public static BackupCopy Choose(
        IEnumerable<BackupCopy> copies, string id, string? at, TimeZoneInfo zone)
    {
        var newest = copies.OrderByDescending(c => c.At).ToList();
        var words = BackupItem.WordsOf(id);
        const string look = "`loam backup list` shows what there are copies of.";
        if (newest.Count == 0)
        {
            throw new HostException(Fault.NotFound, $"There is no copy of {words}.", look);
        }
        if (at is null)
        {
            return newest.Find(c => c.IsWhole) ?? throw new HostException(Fault.NotFound,
                $"There is no whole copy of {words}.", "Name one of those there are with `--at`.");
        }
        if (Moment(at, zone) is { } moment)
        {
            return newest.Find(c => c.IsWhole && c.At <= moment) ?? throw new HostException(
                Fault.NotFound, $"There is no copy of {words} that is as old.", look);
        }
        var named = newest.FindAll(c => at.Length >= ShortestId
            && c.Id.StartsWith(at, StringComparison.Ordinal));
        return named is [var one] ? one : throw new HostException(Fault.NotFound,
            $"'{at}' is neither a copy of {words} nor a moment.",
            $"Write an ID, or a moment such as \"2026-03-01 14:00\". {look}");
    }

    /// <summary>A day means its end.</summary>
    private static DateTimeOffset? Moment(string text, TimeZoneInfo zone)
    {
        var culture = CultureInfo.InvariantCulture;
        if (DateTime.TryParseExact(text, s_days, culture, DateTimeStyles.None, out var day))
        {
            var end = day.AddDays(1).AddTicks(-1);
            return new(end, zone.GetUtcOffset(end));
        }
        return DateTime.TryParseExact(text, s_moments, culture, DateTimeStyles.None,
            out var moment) ? new(moment, zone.GetUtcOffset(moment)) : null;
    }

    private static IEnumerable<BackupItem> Meant(DesiredState state, string name)
    {
        var settings = state.Backups;
        if (BackupItem.VolumeOf(name) is { } prefixed && state.Volumes.ContainsKey(prefixed))
        {
            return [settings.Of(prefixed)];
        }
        if (state.Volumes.ContainsKey(name))
        {
            return [settings.Of(name)];
        }
        if (name == BackupItem.State)
        {
            return [settings.State];
        }
        var used = Used(state, name);
        if (used.Count > 0)
        {
            return used.Select(settings.Of);
        }
        var near = Nearest.To(name, [.. state.Volumes.Keys, .. state.Services.Keys]);
        throw new HostException(Fault.NotFound, state.Services.ContainsKey(name)
            ? $"Service {name} uses no volume." : $"There is no volume or service {name}.",
            near is null ? "`loam backup list` shows what is copied." : $"Did you mean {near}?");
    }

    private static List<string> Used(DesiredState state, string service) =>
        [.. state.Volumes.Keys.Where(v => BackupSettings.Users(state, v)
            .Any(s => s.Name == service && s.WritesVolumes))];
}
