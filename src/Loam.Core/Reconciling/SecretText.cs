using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Reconciling;

/// <summary>Puts secrets' ciphertexts into security.yaml, leaving every other line alone.
/// </summary>
internal static class SecretText
{
    private const string File = "security.yaml";

    public static string Replace(string text, string secret, string value) =>
        StateEdit.Set(text, EditPath.Parse($"spec.secrets[{secret}].value"), value);

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
