using System.Globalization;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Importing;

/// <summary>How to find out whether a service is well.</summary>
internal static class HealthKeys
{
    private static readonly string[] s_times = ["interval", "timeout", "start_period"];

    public static void HealthCheck(ImportedService service, Node node)
    {
        if (node is not MappingNode map || Test(service, map) is not { } test)
        {
            return;
        }
        service.SetIn("healthcheck", "test", test);
        foreach (var key in s_times)
        {
            if (map[key].Text(service.Variables) is { } text)
            {
                if (ComposeUnits.Time(text) is { } time && (time != "0s" || key == "start_period"))
                {
                    service.SetIn("healthcheck", key, EditValue.Of(time));
                }
                else
                {
                    service.Lost(map[key]!, $"healthcheck.{key}", $"'{text}' is no time");
                }
            }
        }
        if (int.TryParse(map["retries"].Text(service.Variables), NumberStyles.None,
            CultureInfo.InvariantCulture, out var retries) && retries is > 0 and <= 1000)
        {
            service.SetIn("healthcheck", "retries", EditValue.Of(retries));
        }
    }

    /// <summary>Null: there is none, and a connection to its first port is tried.</summary>
    private static EditValue? Test(ImportedService service, MappingNode map)
    {
        var parts = map["test"].Texts(service.Variables);
        if (map["disable"].IsTrue(service.Variables) || parts is ["NONE", ..])
        {
            service.Otherwise(map, "healthcheck",
                "it was switched off; Loam looks whether its first port answers");
            return null;
        }
        return parts switch
        {
            ["CMD", _, ..] => new ListEdit([.. parts.Skip(1).Select(EditValue.Of)]),
            ["CMD-SHELL", var line] => Shell(line),
            [var line] when map["test"] is ScalarNode => Shell(line),
            [] => null,
            _ => new ListEdit([.. parts.Select(EditValue.Of)]),
        };
    }

    private static EditValue Shell(string line) => EditValue.List(
        EditValue.Of("/bin/sh"), EditValue.Of("-c"), EditValue.Of(line));
}
