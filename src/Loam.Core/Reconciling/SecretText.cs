using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>Puts secrets' ciphertexts into security.yaml, leaving every other line alone.
/// </summary>
internal static class SecretText
{
    private const string File = "security.yaml";

    public static string Replace(string text, string secret, string value)
    {
        var secrets = (YamlReader.Read(File, text, new())?["spec"] as MappingNode)?["secrets"];
        var item = (secrets as SequenceNode)?.Items.OfType<MappingNode>()
            .FirstOrDefault(i => (i["name"] as ScalarNode)?.Text == secret);
        Invariant.Require(item?["value"] is ScalarNode, $"{File} does not declare {secret}");
        var at = item["value"]!.Span;
        var lines = text.Split('\n');
        var line = lines[at.Line - 1];
        lines[at.Line - 1] = line[..(at.Column - 1)] + value + line[(at.EndColumn - 1)..];
        return string.Join('\n', lines);
    }

    /// <summary>Every <c>generate:N</c> becomes the ciphertext of a fresh value.</summary>
    public static StateSet Generate(
        StateSet files, IEnumerable<Resources.Secret> secrets, Func<int, string> seal)
    {
        foreach (var secret in secrets.Where(s => s.IsGenerated))
        {
            var length = int.Parse(secret.Value.AsSpan("generate:".Length),
                System.Globalization.CultureInfo.InvariantCulture);
            files = files.With(File, Replace(files[File]!, secret.Name, seal(length)));
        }
        return files;
    }
}
