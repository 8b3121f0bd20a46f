using Loam.Core.StateFiles;

namespace Loam.Core.Importing;

/// <summary>Variables, the files they come from, and secrets.</summary>
internal static class EnvironmentKeys
{
    public static void Environment(ImportedService service, Node node)
    {
        foreach (var (name, value, at) in node.Pairs(service.Variables))
        {
            var known = value ?? service.Variables[name];
            if (Resources.ServiceFormats.VariableName(name).Normal is null)
            {
                service.Lost(at, "environment", $"'{name}' is no name of a variable");
            }
            else if (known is not null)
            {
                service.Environment[name] = known;
            }
            else if (node is SequenceNode)
            {
                service.Lost(at, "environment",
                    $"{name} comes from the surroundings, where it is not set");
            }
            else
            {
                service.Environment[name] = "";
            }
        }
    }

    /// <summary>What stands in <c>environment</c> counts more, wherever it stands.</summary>
    public static void EnvFile(ImportedService service, Node node)
    {
        var own = service.Node["environment"].Pairs(service.Variables).Select(p => p.Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var item in node is SequenceNode list ? [.. list.Items] : new[] { node })
        {
            var map = item as MappingNode;
            var path = map is not null ? map["path"].Text(service.Variables)
                : item.Text(service.Variables);
            if (path is null)
            {
                continue;
            }
            var sources = service.Context.Sources;
            var text = sources.ReadFile(
                ComposeMounts.Absolute(path, sources.Folder, sources.Home));
            if (text is null)
            {
                if (map is null || map["required"].Text(service.Variables) != "false")
                {
                    service.Lost(item, "env_file", $"{path} cannot be read");
                }
                continue;
            }
            foreach (var (name, value) in DotEnv.Read(text))
            {
                if (!own.Contains(name)
                    && Resources.ServiceFormats.VariableName(name).Normal is not null)
                {
                    service.Environment[name] = service.Variables.Fill(value);
                }
            }
        }
    }

    public static void Secrets(ImportedService service, Node node)
    {
        foreach (var item in (node as SequenceNode)?.Items ?? [])
        {
            var name = item is MappingNode map
                ? map["source"].Text(service.Variables) : item.Text(service.Variables);
            if (name is not null)
            {
                service.Secrets.Add(name);
            }
        }
    }
}
