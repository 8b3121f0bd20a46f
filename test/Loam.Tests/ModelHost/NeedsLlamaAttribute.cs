using Loam.Drivers.Models;
using Loam.Tests.Tidy;

namespace Loam.Tests.ModelHost;

/// <summary>Needs llama.cpp, which <c>./dev setup full</c> brings.</summary>
public sealed class NeedsLlamaAttribute : NeedAttribute
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "out", "llama");

    public override string? Missing() => LlamaFolder.LibraryIn(Folder, "llama") is null
        ? "needs llama.cpp: ./dev setup full" : null;
}
