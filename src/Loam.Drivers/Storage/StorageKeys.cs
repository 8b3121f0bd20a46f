using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Secrets;

namespace Loam.Drivers.Storage;

/// <summary>Keys of encrypted images, each sealed in a file, and passwords of
/// mounts, on memory while they are needed.</summary>
public sealed class StorageKeys(SecretVault vault, SecretFiles files)
{
    /// <summary>Characters; of letters and digits, more than 256 bits.</summary>
    private const int KeyLength = 64;
    private const uint OwnerOnly = 0b110_000_000;
    private const string Own = "loam-storage";

    /// <summary>The key of an image, made where there is none.</summary>
    public string Make(string image)
    {
        if (AtomicFile.Read(FileOf(image), Limits.SecretBytes) is null)
        {
            AtomicFile.Write(FileOf(image), Encoding.ASCII.GetBytes(
                vault.SealFresh(new(KeyLength, IsHex: false)) + "\n"), OwnerOnly);
        }
        return Reveal(image);
    }

    /// <exception cref="HostException">NotFound: it is gone, and the data with it.</exception>
    public string Reveal(string image)
    {
        var bytes = AtomicFile.Read(FileOf(image), Limits.SecretBytes) ?? throw new HostException(
            Fault.NotFound, $"The key {FileOf(image)} is not there.",
            "Put it back from a backup: without it nobody can read the volume.");
        return vault.Reveal(Encoding.ASCII.GetString(bytes).Trim());
    }

    public void Remove(string image)
    {
        if (File.Exists(FileOf(image)))
        {
            AtomicFile.Delete(FileOf(image));
        }
    }

    /// <summary>Lays the password among mount options into a file on memory, with the user that
    /// belongs to it, and lets the options name that file: whoever lists processes sees no more.
    /// </summary>
    /// <param name="options">Are changed.</param>
    /// <returns>Removes the file.</returns>
    public IDisposable Lay(string target, List<string> options, string sealedPassword)
    {
        string[] names = ["username", "user", "domain", "dom", "workgroup"];
        var lines = new StringBuilder();
        foreach (var option in options.ToList())
        {
            var parts = option.Split('=', 2);
            if (parts.Length == 2 && names.Contains(parts[0]))
            {
                lines.Append(parts[0].StartsWith('u') ? "username" : "domain").Append('=')
                    .Append(parts[1]).Append('\n');
                options.Remove(option);
            }
            else if (option.Contains("${secrets.", StringComparison.Ordinal))
            {
                lines.Append("password=").Append(vault.Reveal(sealedPassword)).Append('\n');
                options.Remove(option);
            }
        }
        files.Mount();
        var path = files.WriteOwn(Own, "credentials", lines.ToString());
        options.Add($"credentials={path}");
        return new Laid(files);
    }

    private static string FileOf(string image) => image + ".key";

    private sealed class Laid(SecretFiles files) : IDisposable
    {
        public void Dispose() => files.Remove(Own);
    }
}
