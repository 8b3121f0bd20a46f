using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Importing;

/// <summary>What a service may do beyond its container.</summary>
internal static class RightsKeys
{
    public static void Devices(ImportedService service, Node node)
    {
        var devices = new List<string>();
        foreach (var text in node.Texts(service.Variables))
        {
            if (ServiceFormats.Device.Judge(text).Normal is not null)
            {
                devices.Add(text);
                service.Grant(Right.Device, text);
            }
            else
            {
                service.Lost(node, "devices", $"'{text}' is no device of the machine");
            }
        }
        service.Set("devices", [.. devices.Distinct()]);
    }

    public static void CapAdd(ImportedService service, Node node)
    {
        var known = new List<string>();
        foreach (var text in node.Texts(service.Variables))
        {
            if (ServiceFormats.Capability.Judge(text).Normal is { } capability)
            {
                known.Add(capability);
                service.Grant(Right.Capability, capability);
            }
            else
            {
                service.Lost(node, "cap_add", text.Equals("ALL", StringComparison.OrdinalIgnoreCase)
                    ? "all capabilities at once are not given; name those it needs"
                    : $"there is no capability {text}");
            }
        }
        service.Set("cap_add", [.. known.Distinct()]);
    }

    public static void Privileged(ImportedService service, Node node)
    {
        if (node.IsTrue(service.Variables))
        {
            service.Set("privileged", EditValue.Of(true));
            service.Grant(Right.Privileged, "all rights over the machine");
        }
    }

    public static void ReadOnly(ImportedService service, Node node)
    {
        if (node.IsTrue(service.Variables))
        {
            service.Set("read_only", EditValue.Of(true));
        }
    }

    /// <summary>No service gains privileges here; other options are the engine's.</summary>
    public static void SecurityOpt(ImportedService service, Node node)
    {
        foreach (var option in node.Texts(service.Variables))
        {
            if (!option.StartsWith("no-new-privileges", StringComparison.Ordinal))
            {
                service.Lost(node, "security_opt", $"{option}: the engine's default counts");
            }
        }
    }
}
