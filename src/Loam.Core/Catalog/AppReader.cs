using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Logins;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Catalog;

/// <summary>Reads one catalogue file, strictly: unknown, missing and misshapen parts are all
/// errors.</summary>
public static class AppReader
{
    /// <returns>Null when the text is no YAML mapping or lacks what every app must have.
    /// </returns>
    public static App? Read(string file, string text, DiagnosticBag found)
    {
        if (YamlReader.Read(file, text, found) is not MappingNode root)
        {
            return null;
        }
        var map = new StrictMap(root, "app", found);
        var imageText = map.Text("image");
        var image = ImageReference.Parse(imageText, out var reason);
        if (image is null)
        {
            found.Error(Codes.BadValue, root.Span, $"image '{imageText}': {reason}.",
                "Write it like nginx:1.27-alpine.");
            return null;
        }
        var app = new App
        {
            Name = map.Text("name"),
            Title = map.Text("title"),
            Summary = map.Text("summary"),
            Category = Category(map),
            Note = map.TextOrNull("note"),
            Image = image,
            Majors = map.Texts("majors"),
            Names = map.Texts("names"),
            Roles = map.Texts("roles"),
            DefaultFor = map.Texts("default_for"),
            Network = map.TextOrNull("network"),
            Command = map.Texts("command"),
            User = map.TextOrNull("user"),
            Capabilities = map.Texts("cap_add"),
            Devices = map.Texts("devices"),
            Ports = [.. map.Maps("ports").Select(Port)],
            Volumes = [.. map.Maps("volumes").Select(Volume)],
            Content = [.. map.Maps("content").Select(Content)],
            Environment = map.Pairs("environment"),
            Secrets = [.. map.Maps("secrets").Select(Secret)],
            FileVariables = [.. map.Texts("file_variables")],
            Probe = Probe(map.Map("probe")),
            Resources = Resources(map.Map("resources")),
            Needs = [.. map.Maps("needs").Select(Need)],
            Settings = [.. map.Maps("settings").Select(Setting)],
            Data = map.MapOrNull("data") is { } data ? Data(data) : null,
            Dump = map.Texts("dump"),
            DumpEnd = map.TextOrNull("dump_end"),
            Restore = map.Texts("restore"),
            LoginFailures = map.Texts("login_failures"),
        };
        foreach (var wording in app.LoginFailures)
        {
            var fault = FailureWording.Fault(wording);
            map.Require(fault is null, "login_failures", fault ?? "");
        }
        map.Done();
        return found.HasErrors ? null : app;
    }

    private static string Category(StrictMap map)
    {
        var category = map.Text("category");
        map.Require(AppCategory.All.Contains(category), "category",
            $"is one of {string.Join(", ", AppCategory.All)}");
        return category;
    }

    private static AppPort Port(StrictMap map)
    {
        var port = new AppPort(map.Number("container") ?? 0, map.Number("publish"),
            map.TextOrNull("protocol") ?? "tcp", map.Texts("words"));
        map.Require(port.Container is > 0 and < 65536, "container", "is a port, 1 to 65535");
        map.Require(port.Publish is null or (> 0 and < 65536), "publish", "is a port");
        map.Require(port.Protocol is "tcp" or "udp", "protocol", "is tcp or udp");
        map.Done();
        return port;
    }

    private static AppVolume Volume(StrictMap map)
    {
        var volume = new AppVolume(map.Text("name"), map.Text("target"), map.TextOrNull("owner"));
        map.Require(volume.Target.StartsWith('/'), "target", "is an absolute path");
        map.Done();
        return volume;
    }

    private static AppContent Content(StrictMap map)
    {
        var content = new AppContent(map.Text("target"), map.TextOrNull("source"),
            map.Flag("readonly"), map.Texts("words"));
        map.Require(content.Target.StartsWith('/'), "target", "is an absolute path");
        map.Done();
        return content;
    }

    private static AppSecret Secret(StrictMap map)
    {
        var secret = new AppSecret(
            map.Text("name"), map.Number("length") ?? 0, map.TextOrNull("variable"),
            map.TextOrNull("form") is "hex");
        map.Require(map.TextOrNull("form") is null or "hex", "form", "is hex, or absent");
        map.Require(secret.Length is >= 16 and <= 128, "length", "is 16 to 128 characters");
        map.Done();
        return secret;
    }

    private static AppProbe Probe(StrictMap map)
    {
        var http = map.MapOrNull("http");
        var tcp = map.MapOrNull("tcp");
        var test = map.Texts("test");
        var count = (http is null ? 0 : 1) + (tcp is null ? 0 : 1) + (test.IsEmpty ? 0 : 1);
        map.Require(count == 1, "probe", "has exactly one of http, tcp and test");
        var probe = new AppProbe(http?.Text("path"), http?.Number("port") ?? tcp?.Number("port"),
            test, map.TextOrNull("interval"), map.TextOrNull("start_period"),
            map.Number("retries"));
        http?.Done();
        tcp?.Done();
        map.Done();
        return probe;
    }

    private static AppResources Resources(StrictMap map)
    {
        var resources = new AppResources(
            map.Text("memory"), map.Text("cpu"), map.Number("pids"));
        map.Done();
        return resources;
    }

    private static AppNeed Need(StrictMap map)
    {
        var need = new AppNeed(
            map.Text("app"), map.TextOrNull("secret") ?? AppNeed.UsualSecret, map.Flag("shared"),
            map.Pairs("environment"), map.Pairs("its_environment"));
        map.Done();
        return need;
    }

    private static AppSetting Setting(StrictMap map)
    {
        var word = map.Text("type");
        var known = Enum.TryParse<SettingType>(word, ignoreCase: true, out var type);
        map.Require(known, "type", "is number, size, megabytes, duration, text or switch");
        var setting = new AppSetting(map.Text("name"), map.Texts("words"), type,
            map.Texts("command"), map.TextOrNull("environment"));
        map.Require(setting.Command.IsEmpty != (setting.Variable is null), "command",
            "or environment is given, not both");
        map.Done();
        return setting;
    }

    private static AppData Data(StrictMap map)
    {
        var known = Enum.TryParse<Breaking>(map.Text("breaking"), ignoreCase: true, out var part);
        map.Require(known, "breaking", "is none, minor or major");
        var data = new AppData(map.Text("volume"), part);
        map.Done();
        return data;
    }
}
