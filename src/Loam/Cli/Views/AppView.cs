using System.Collections.Immutable;
using System.Text.Json;
using Loam.Core.Catalog;

namespace Loam.Cli.Views;

/// <summary>Apps of the catalogue: several as a table, one as a page.</summary>
internal static class AppView
{
    private const int Column = 12;

    public static IEnumerable<Line> Table(IEnumerable<App> apps, Look look)
    {
        var table = new Table("name", "summary", "category");
        foreach (var app in apps)
        {
            table.Add(new Line(app.Name, Ink.Bold), new Line(app.Summary),
                new Line(app.Category, Ink.Dim));
        }
        return table.Render(look);
    }

    public static IEnumerable<Line> Page(App app, Look look)
    {
        yield return new Line(app.Title, Ink.Bold).Add($"  {app.Summary}");
        yield return Line.Empty;
        foreach (var (label, text) in Rows(app).Where(r => r.Text.Length > 0))
        {
            foreach (var line in Paragraph.Of(
                new Line("  ").Add(label, Ink.Dim).PadTo(Column + 2), text, look))
            {
                yield return line;
            }
        }
        yield return Line.Empty;
        yield return new Line("Say:", Ink.Bold);
        foreach (var sentence in Sentences(app))
        {
            yield return new Line("  ").Add($"loam \"{sentence}\"", Ink.Accent);
        }
    }

    private static IEnumerable<(string Label, string Text)> Rows(App app) =>
    [
        ("category", app.Category),
        ("image", $"{app.Image.Short}"),
        ("versions", app.Majors.Length > 1 ? Listed(app.Majors) : ""),
        ("ports", Listed(app.Ports.Select(Port))),
        ("data", Listed(app.Volumes.Select(v => v.Target))),
        ("yours", Listed(app.Content.Select(c => c.Target + (c.ReadOnly ? " (only read)" : "")
            + (c.Source is { } source ? $" is the machine's {source}" : "")))),
        ("needs", Listed(app.Needs.Select(n => AppCatalog.Named(n.App)!.Title
            + (n.Shared ? " (one that is there is used)" : "")))),
        ("memory", $"{app.Resources.Memory}, {app.Resources.Cpu} cores"),
        ("rights", Listed(app.Capabilities.Concat(app.Devices))),
        ("secrets", app.Secrets.IsEmpty ? ""
            : Listed(app.Secrets.Select(s => s.Name)) + " (generated)"),
        ("settings", Listed(app.Settings.Select(s => s.Words[0]))),
        ("bans", app.LoginFailures.IsEmpty ? "" : "its log tells of failed logins"),
        ("backup", app.Dump.IsEmpty ? ""
            : app.Dump[0] == "sh" ? "by its own dump" : $"by {app.Dump[0]}"),
        ("known as", Listed(app.Names)),
        ("good for", Listed(app.Roles)),
        ("then", app.Note ?? ""),
    ];

    private static string Port(AppPort port) =>
        $"{port.Container}{(port.Protocol == "tcp" ? "" : "/" + port.Protocol)}"
        + (port.Words.IsEmpty ? "" : $" {port.Words[0]}")
        + (port.Publish is { } host ? $" (published on {host})" : " (inside)");

    private static IEnumerable<string> Sentences(App app)
    {
        yield return $"install {app.Names[0]}";
        if (app.Ports.Any(p => p.Publish is not null && p.Protocol == "tcp"))
        {
            var port = app.Ports.First(p => p.Publish is not null && p.Protocol == "tcp").Publish!;
            yield return $"install {app.Names[0]} on port {port + 1000}";
        }
        if (app.DefaultFor is [var role, ..])
        {
            yield return $"set up {(role[0] is 'a' or 'e' or 'i' or 'o' ? "an" : "a")} {role}";
        }
    }

    private static string Listed(IEnumerable<string> items) => string.Join(", ", items);

    public static string Json(ImmutableArray<App> apps) => JsonOutput.Write(json =>
    {
        json.WriteStartArray("apps");
        foreach (var app in apps)
        {
            json.WriteStartObject();
            Brief(json, app);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    public static string Json(App app) => JsonOutput.Write(json =>
    {
        Brief(json, app);
        json.WriteString("image", app.Image.Short);
        Texts(json, "versions", app.Majors);
        json.WriteStartArray("ports");
        foreach (var port in app.Ports)
        {
            json.WriteStartObject();
            json.WriteNumber("container", port.Container);
            if (port.Publish is { } host)
            {
                json.WriteNumber("host", host);
            }
            json.WriteString("protocol", port.Protocol);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Texts(json, "data", app.Volumes.Select(v => v.Target));
        Texts(json, "content", app.Content.Select(c => c.Target));
        Texts(json, "needs", app.Needs.Select(n => n.App));
        json.WriteString("memory", app.Resources.Memory);
        json.WriteString("cpu", app.Resources.Cpu);
        Texts(json, "cap_add", app.Capabilities);
        Texts(json, "devices", app.Devices);
        Texts(json, "secrets", app.Secrets.Select(s => s.Name));
        Texts(json, "settings", app.Settings.Select(s => s.Name));
        Texts(json, "names", app.Names);
        Texts(json, "roles", app.Roles);
        Texts(json, "default_for", app.DefaultFor);
        if (app.Note is { } note)
        {
            json.WriteString("note", note);
        }
        Texts(json, "say", Sentences(app));
    });

    private static void Brief(Utf8JsonWriter json, App app)
    {
        json.WriteString("name", app.Name);
        json.WriteString("title", app.Title);
        json.WriteString("summary", app.Summary);
        json.WriteString("category", app.Category);
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }
        json.WriteEndArray();
    }
}
