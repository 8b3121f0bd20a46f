using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Importing;

/// <summary>What runs, as whom, and what happens when it ends.</summary>
internal static class ProgramKeys
{
    public static void Image(ImportedService service, Node node) =>
        service.Image = node.Text(service.Variables);

    public static void Text(ImportedService service, Node node, string field)
    {
        if (node.Text(service.Variables) is { Length: > 0 } text)
        {
            service.Set(field, EditValue.Of(text));
        }
    }

    public static void Command(ImportedService service, Node node) =>
        Line(service, node, "command");

    public static void Entrypoint(ImportedService service, Node node) =>
        Line(service, node, "entrypoint");

    private static void Line(ImportedService service, Node node, string field)
    {
        if (node is SequenceNode { Items.IsEmpty: false })
        {
            service.Set(field, node.Texts(service.Variables));
        }
        else if (node.Text(service.Variables) is { Length: > 0 } text)
        {
            service.Set(field, EditValue.Of(text.Trim()));
        }
        else
        {
            service.Lost(
                node, field, $"the image's own {field} cannot be taken away, only replaced");
        }
    }

    public static void User(ImportedService service, Node node)
    {
        var text = node.Text(service.Variables) ?? "";
        if (Resources.ServiceFormats.User.Judge(text).Normal is not null)
        {
            service.Set("user", EditValue.Of(text));
        }
        else
        {
            service.Lost(node, "user", $"'{text}' is no user; the image's own counts");
        }
    }

    public static void Restart(ImportedService service, Node node)
    {
        var text = node.Text(service.Variables) ?? "";
        var (policy, more) = text.Split(':') is [var before, var count]
            ? (before, count) : (text, null);
        if (policy is "no" or "false" or "never" or "none")
        {
            service.Set("restart", EditValue.Of("never"));
        }
        else if (policy == "on-failure")
        {
            service.Set("restart", EditValue.Of("on-failure"));
            if (more is not null)
            {
                service.Otherwise(node, "restart", "it is restarted however often it fails");
            }
        }
    }

    public static void Labels(ImportedService service, Node node)
    {
        var labels = node.Pairs(service.Variables)
            .Where(l => Resources.ServiceFormats.LabelName(l.Name).Normal is not null)
            .DistinctBy(l => l.Name)
            .Select(l => KeyValuePair.Create(l.Name, EditValue.Of(l.Value ?? ""))).ToList();
        if (labels.Count > 0)
        {
            service.Set("labels", new MapEdit([.. labels]));
        }
    }
}
