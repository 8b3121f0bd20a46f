using Loam.Core.Observing;

namespace Loam.Cli.Views;

/// <summary>What registries have that is newer, for people.</summary>
internal static class UpdateView
{
    public static IEnumerable<Line> Table(IReadOnlyCollection<UpdateStatus> all, Look look)
    {
        if (all.Count == 0)
        {
            return Paragraph.Of("Nothing runs from an image.", look);
        }
        var table = new Table("", "NAME", "IMAGE", "THIS TAG", "NEWER VERSION");
        foreach (var one in all)
        {
            table.Add(
                one.Error is not null ? new("✗", Ink.Bad)
                    : one.IsCurrent ? new("●", Ink.Good) : new("◐", Ink.Warn),
                new(one.Name, Ink.Bold), new(one.Image),
                new(look.Clean(one.Error ?? (one.IsNewBuild == true ? "a newer build" : "newest"))),
                new(one.Newer ?? ""));
        }
        List<Line> lines = [.. table.Render(look)];
        if (all.Any(a => a.IsNewBuild == true))
        {
            lines.AddRange(Paragraph.Of("`loam update` plans the newer builds.", look));
        }
        if (all.FirstOrDefault(a => a.Newer is not null) is { } newer)
        {
            lines.AddRange(Paragraph.Of(
                $"A newer version is a change of the tag: loam \"upgrade {newer.Name} to "
                + $"{newer.Newer}\".", look));
        }
        return lines;
    }
}
