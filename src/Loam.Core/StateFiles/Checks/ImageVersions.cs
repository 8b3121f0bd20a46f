using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Checks;

/// <summary>An image should name one version, and name it once.</summary>
internal static class ImageVersions
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        foreach (var (name, spec) in declared.Services)
        {
            if (spec.Text("image") is not { } text
                || ImageReference.Parse(text, out _) is not { } written)
            {
                continue;
            }
            var image = written with { Tag = spec.Text("tag") ?? written.Tag };
            if (spec["tag"] is TextValue tag)
            {
                if (written.Digest is not null)
                {
                    found.Warn(Codes.Ambiguous, tag.At,
                        $"Service {name} has a tag and an image with a digest, which decides.",
                        "Remove the tag, or the digest from image.");
                }
                else if (!written.TagIsImplied && written.Tag != tag.Text)
                {
                    found.Warn(Codes.Ambiguous, tag.At,
                        $"Service {name} has tag {tag.Text} and an image with tag "
                        + $"{written.Tag}; {tag.Text} is used.",
                        "Remove the tag from image.");
                }
            }
            if (image is { Tag: "latest", Digest: null })
            {
                found.Warn(Codes.LatestTag, spec["image"]!.At,
                    $"Service {name} uses the newest {image.Product}, whichever that is.",
                    "Name a version, as in `tag: \"1.27\"`.");
            }
        }
    }
}
