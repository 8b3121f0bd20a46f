using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Catalog;

/// <summary>What of a catalogue file must be known before any app is meant: its names and roles,
/// its image, and the words of its settings. These stand on one line each, so they are found
/// without reading the whole of it; that waits until the app is wanted. A request names one app
/// of a hundred.</summary>
internal sealed class AppHead
{
    public required string Name { get; init; }

    /// <summary>Without registry's mirror and version.</summary>
    public required string Repository { get; init; }
    public required ImmutableArray<string> Names { get; init; }
    public required ImmutableArray<string> Roles { get; init; }
    public required ImmutableArray<string> DefaultFor { get; init; }
    public required ImmutableArray<string> SettingWords { get; init; }

    public static AppHead Read(string text)
    {
        string? name = null;
        string? image = null;
        ImmutableArray<string> names = [];
        ImmutableArray<string> roles = [];
        ImmutableArray<string> defaults = [];
        var words = ImmutableArray.CreateBuilder<string>();
        var inSettings = false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var colon = line.IndexOf(':');
            if (colon <= 0)
            {
                continue;
            }
            if (line[0] == ' ')
            {
                if (inSettings && line[..colon].Trim() is "words")
                {
                    words.AddRange(List(line[(colon + 1)..]));
                }
                continue;
            }
            var value = line[(colon + 1)..].Trim();
            inSettings = line[..colon] is "settings";
            switch (line[..colon])
            {
                case "name":
                    name = value.ToString();
                    break;
                case "image":
                    image = value.ToString();
                    break;
                case "names":
                    names = List(value);
                    break;
                case "roles":
                    roles = List(value);
                    break;
                case "default_for":
                    defaults = List(value);
                    break;
            }
        }
        Invariant.Require(name is not null && image is not null, "an app has a name and an image");
        return new()
        {
            Name = name,
            Repository = ImageReference.Parse(image, out _)?.Repository ?? image,
            Names = names,
            Roles = roles,
            DefaultFor = defaults,
            SettingWords = words.ToImmutable(),
        };
    }

    /// <summary><c>[web server, site]</c>.</summary>
    private static ImmutableArray<string> List(ReadOnlySpan<char> text)
    {
        var inner = text.Trim().TrimStart('[').TrimEnd(']');
        var items = ImmutableArray.CreateBuilder<string>();
        foreach (var item in inner.Split(','))
        {
            items.Add(inner[item].Trim().ToString());
        }
        return items.ToImmutable();
    }
}
