using Loam.Core.Resources;
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

    /// <summary>Every <c>generate:…</c> becomes the ciphertext of a fresh value.</summary>
    public static StateSet Generate(
        StateSet files, IEnumerable<Secret> secrets, Func<FreshSecret, string> seal)
    {
        foreach (var secret in secrets.Where(s => s.IsGenerated))
        {
            var wanted = FreshSecret.Parse(secret.Value);
            Invariant.Require(wanted is not null, "a value that was read can be generated");
            files = files.With(File, Replace(files[File]!, secret.Name, seal(wanted)));
        }
        return files;
    }
}
