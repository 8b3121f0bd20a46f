using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Confinement;
using Loam.ModelHost.Llama;

namespace Loam.ModelHost;

/// <param name="Libraries">Folder of llama.cpp.</param>
/// <param name="File">The model.</param>
/// <param name="Name">As answers name it.</param>
/// <param name="Stays">It does not end when nobody asks.</param>
internal sealed record ModelHostOptions(
    string Libraries, string File, string Name, int ContextTokens, int Threads, bool Stays);

/// <summary><c>loam model-host</c>: everything is put together here, by hand. It reads one file and
/// the libraries, and answers on a socket that it was given as file 3.</summary>
internal static class ModelHostProcess
{
    private const ulong Listener = 3;

    /// <summary>How long it goes on saying why it cannot answer.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(5);

    /// <summary>Until nobody has asked for a while.</summary>
    /// <returns>Whether the model could be used.</returns>
    public static async Task<bool> RunAsync(
        ModelHostOptions options, TimeProvider time, CancellationToken stop)
    {
        Confined.ForbidPrograms();
        using var pulse = new Pulse(Pulse.FileName, time);
        LoadedModel? model = null;
        HostException? fault = null;
        try
        {
            var version = LlamaLibrary.Open(options.Libraries);
            model = LoadedModel.Load(
                options.File, options.ContextTokens, options.Threads, pulse.Came);
            await Console.Error.WriteLineAsync($"llama.cpp {version} answers for {options.Name}: "
                + $"{model.ContextTokens} tokens, {options.Threads} threads"
                + (ChatPrompt.HasTemplate(model) ? "" : ". The file has no template that "
                    + "llama.cpp knows: conversations are written plainly")).ConfigureAwait(false);
        }
        catch (HostException failure)
        {
            fault = failure;
            await Console.Error.WriteLineAsync($"{failure.Message} {failure.Remedy}")
                .ConfigureAwait(false);
        }
        pulse.Rests();
        using (model)
        {
            await new ModelServer(model, fault, options.Name, pulse, time).RunAsync(Listener,
                fault is not null ? s_farewell
                    : options.Stays ? TimeSpan.MaxValue : Limits.ModelQuiet, stop)
                .ConfigureAwait(false);
        }
        return fault is null;
    }
}
