namespace Loam.Drivers.Models;

/// <summary>Where the libraries of llama.cpp are. None of them is loaded here.</summary>
public static class LlamaFolder
{
    /// <summary>As the package puts it.</summary>
    public const string Installed = "/usr/lib/loam/llama";

    /// <summary>Beside our program, as a build has it; else the installed one.</summary>
    /// <returns>Null: there is none.</returns>
    public static string? Find() =>
        new[] { Path.Combine(AppContext.BaseDirectory, "llama"), Installed }
            .FirstOrDefault(f => LibraryIn(f, "llama") is not null);

    /// <param name="name">Such as <c>llama</c>, for <c>libllama.so</c> or
    /// <c>libllama.v0.5.0.so</c>.</param>
    public static string? LibraryIn(string folder, string name) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, $"lib{name}.*")
            .Where(f => Path.GetFileName(f).Contains(".so", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).FirstOrDefault()
        : null;
}
