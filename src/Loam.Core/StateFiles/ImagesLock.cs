using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <summary><c>images.lock</c>: what each image reference was resolved to. One line each, sorted:
/// <c>REFERENCE sha256:… [size=BYTES]</c>, or <c>REFERENCE image-id sha256:…</c> for an image that
/// only the engine has (decisions 9 and 20).</summary>
public static class ImagesLock
{
    private const string Head =
        "# Written by Loam: what each image resolved to. `loam update` resolves anew.\n";
    private const string LocalId = "image-id";
    private const string SizeMark = "size=";

    public static ImmutableSortedDictionary<string, ResolvedImage> Read(
        string text, DiagnosticBag found)
    {
        var images = ImmutableSortedDictionary.CreateBuilder<string, ResolvedImage>(
            StringComparer.Ordinal);
        var number = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }
            var at = new Span(StateSet.Lock, number, 1, number, Math.Max(1, raw.Length));
            if (ReadLine(line.ToString()) is not { } image)
            {
                found.Error(Codes.BadValue, at,
                    "The line is not an image reference with its digest.",
                    "Delete the line; `loam update` resolves the image again.");
            }
            else if (!images.TryAdd(image.Reference, image))
            {
                found.Error(Codes.Duplicate, at, $"{image.Reference} stands twice.",
                    "Delete one of the two lines.");
            }
        }
        return images.ToImmutable();
    }

    public static string Write(IEnumerable<ResolvedImage> images)
    {
        var text = new StringBuilder(Head);
        foreach (var image in images.OrderBy(i => i.Reference, StringComparer.Ordinal))
        {
            text.Append(image.Reference).Append(' ');
            if (image.IsLocalId)
            {
                text.Append(LocalId).Append(' ');
            }
            text.Append(image.Digest);
            if (image.Size is { } size)
            {
                text.Append(CultureInfo.InvariantCulture, $" {SizeMark}{size}");
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    private static ResolvedImage? ReadLine(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isLocal = parts.Length > 1 && parts[1] == LocalId;
        var next = isLocal ? 2 : 1;
        if (parts.Length <= next || parts.Length > next + 2 || !IsDigest(parts[next])
            || ImageReference.Parse(parts[0], out _) is not { } reference)
        {
            return null;
        }
        long? size = null;
        if (parts.Length == next + 2)
        {
            if (!parts[next + 1].StartsWith(SizeMark, StringComparison.Ordinal)
                || !long.TryParse(parts[next + 1].AsSpan(SizeMark.Length), NumberStyles.None,
                    CultureInfo.InvariantCulture, out var bytes))
            {
                return null;
            }
            size = bytes;
        }
        // Only complete names are keys; a shortened one would never be found again.
        return reference.Name == parts[0]
            ? new(parts[0], parts[next], isLocal, size) : null;
    }

    private static bool IsDigest(string text) =>
        text.Length == 71 && text.StartsWith("sha256:", StringComparison.Ordinal)
        && text.AsSpan(7).IndexOfAnyExcept("0123456789abcdef") < 0;
}
