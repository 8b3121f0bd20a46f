using System.Collections.Immutable;

namespace Loam.Core.Catalog;

/// <summary>The categories of the catalogue: a closed list, in the order they are shown in.
/// </summary>
public static class AppCategory
{
    public static ImmutableArray<string> All { get; } =
    [
        "databases", "caches", "queues", "web", "proxies", "monitoring", "logs", "analytics",
        "media", "downloads", "photos", "files", "documents", "office", "passwords", "identity",
        "home-automation", "dns", "vpn", "git", "ci", "chat", "mail", "notifications", "wikis",
        "notes", "blogs", "feeds", "tasks", "bookmarks", "finance", "recipes", "games", "models",
        "search", "dashboards", "automation", "development", "tools",
    ];

    public static int Rank(string category) => All.IndexOf(category);
}
