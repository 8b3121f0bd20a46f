using System.Globalization;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Models;

/// <summary>What a model needs of this machine, worked out before anything of it is loaded.
/// </summary>
/// <param name="File">Absolute path.</param>
/// <param name="ContextTokens">What it shall see at once.</param>
/// <param name="Memory">Bytes that its process may use for itself; the file itself is not among
/// them, as long as it is used where it lies.</param>
public sealed record ModelPlan(string File, int ContextTokens, ulong Memory)
{
    /// <summary>The verb of our program that loads it.</summary>
    public const string Verb = "model-host";

    private const uint ForAll = 0x4; // read by others

    /// <param name="contextTokens">As the manifest says.</param>
    /// <param name="available">Bytes of memory that are free or can be freed.</param>
    /// <exception cref="HostException">It cannot be used here: the message has the figures.
    /// </exception>
    public static ModelPlan Of(string file, int contextTokens, long available)
    {
        var place = RealPath.Of(file);
        if (Libc.Stat(place) is { } facts && (facts.Permissions & ForAll) == 0)
        {
            throw new HostException(Fault.Denied, $"The model's process may not read {file}.",
                $"`chmod a+r {file}`, or `loam model add {file}`.");
        }
        var header = GgufHeader.Read(place);
        if (header.ContextTokens > 0 && contextTokens > header.ContextTokens)
        {
            throw new HostException(Fault.Unsupported,
                $"llm.context_size is {Number(contextTokens)}, and the model was made for "
                + $"{Number(header.ContextTokens)}.", "Lower it in manifest.yaml.");
        }
        var cache = header.Cache(contextTokens);
        var needed = header.Bytes + cache + Limits.ModelOverhead;
        if (needed > available)
        {
            throw new HostException(Fault.Exhausted,
                $"The model needs {Size(needed)} of memory ({Size(header.Bytes)} for itself, "
                + $"{Size(cache)} for a context of {Number(contextTokens)} tokens, "
                + $"{Size(Limits.ModelOverhead)} besides), and {Size(available)} are free.",
                "Lower llm.context_size of manifest.yaml, use a smaller model, or stop a service.");
        }
        // Libraries may write the weights anew, in an order that the processor likes better.
        return new(place, contextTokens, (ulong)needed);
    }

    /// <summary>Processors to use: real cores and not their halves, and one is left to others.
    /// </summary>
    public static int Threads()
    {
        var cores = Directory.Exists("/sys/devices/system/cpu")
            ? Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*")
                .Select(c => Path.Combine(c, "topology", "thread_siblings_list"))
                .Where(System.IO.File.Exists).Select(System.IO.File.ReadAllText).Distinct().Count()
            : 0;
        var usable = cores > 0 ? Math.Min(cores, Environment.ProcessorCount)
            : Environment.ProcessorCount;
        return Math.Max(usable - 1, 1);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Size(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB");
}
