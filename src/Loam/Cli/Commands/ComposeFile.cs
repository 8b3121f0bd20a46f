using System.Collections;
using Loam.Core;
using Loam.Core.Importing;
using Loam.Core.StateFiles;
using Loam.Drivers.Secrets;

namespace Loam.Cli.Commands;

/// <summary>A compose file on disk, with what lies around it, as state files.</summary>
internal static class ComposeFile
{
    private const string Surroundings = ".env";

    /// <summary>Reads the file, its <c>.env</c> and what it names; secrets are sealed here, so that
    /// their plaintext goes no further.</summary>
    /// <exception cref="CommandFailure">Invalid: it cannot be imported.</exception>
    public static Imported Read(string path, StateSet present, string recipient)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var sources = new ComposeSources(Path.GetFileName(path), folder,
            Environment.GetEnvironmentVariable("HOME"), new(Variables(folder)), TextOf,
            value => SecretText.Encrypt(value, AgeRecipient.Parse(recipient)));
        try
        {
            var text = TextOf(path) ?? throw new CommandFailure(ExitCode.Invalid,
                $"{path} cannot be read.", "Name a compose file or an export of Loam.");
            return ComposeImport.Read(text, sources, present);
        }
        catch (ComposeException fault)
        {
            throw new CommandFailure(ExitCode.Invalid, fault.Message, fault.Remedy);
        }
    }

    /// <summary>As compose does: what the shell has counts more than the file.</summary>
    private static Dictionary<string, string> Variables(string folder)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in DotEnv.Read(
            TextOf(Path.Combine(folder, Surroundings)) ?? ""))
        {
            known[name] = value;
        }
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            known[(string)variable.Key] = (string?)variable.Value ?? "";
        }
        return known;
    }

    private static string? TextOf(string path)
    {
        try
        {
            return new FileInfo(path).Length <= Limits.StateFileBytes
                ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
