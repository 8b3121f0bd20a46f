using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Catalog;

/// <summary>What the catalogue knows, as it is written into state files.</summary>
public static class AppWriting
{
    /// <summary>The probe as a service's <c>healthcheck</c>.</summary>
    public static EditValue Probe(AppProbe probe)
    {
        var entries = new List<(string, EditValue)>();
        if (probe.HttpPath is { } path)
        {
            entries.Add(("http", EditValue.Map(
                ("path", EditValue.Of(path)), ("port", EditValue.Of(probe.Port!.Value)))));
        }
        else if (!probe.Test.IsEmpty)
        {
            entries.Add(("test", EditValue.List([.. probe.Test.Select(EditValue.Of)])));
        }
        else
        {
            entries.Add(("tcp", EditValue.Map(("port", EditValue.Of(probe.Port!.Value)))));
        }
        foreach (var (field, value) in (ReadOnlySpan<(string, string?)>)
            [("interval", probe.Interval), ("start_period", probe.StartPeriod)])
        {
            if (value is not null)
            {
                entries.Add((field, EditValue.Of(value)));
            }
        }
        if (probe.Retries is { } retries)
        {
            entries.Add(("retries", EditValue.Of(retries)));
        }
        return EditValue.Map([.. entries]);
    }
}
