using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Models;

namespace Loam.ModelHost.Llama;

/// <summary>llama.cpp, found in a folder, looked at before anything of it is used, and bound once
/// in a process.</summary>
internal static unsafe class LlamaLibrary
{
    /// <summary>Those whose functions and structures are what <see cref="Native"/> says.</summary>
    private static readonly string[] s_known = ["0.5"];

    private const string Remedy = "`apt-get install loam-llama` brings the one that fits.";

    private const int WarningLevel = 3, ContinuedLevel = 5;

    private static readonly string[] s_functions =
    [
        "llama_log_set", "llama_version", "llama_backend_init", "llama_model_default_params",
        "llama_context_default_params", "llama_sampler_chain_default_params",
        "llama_model_load_from_file", "llama_model_free", "llama_init_from_model", "llama_free",
        "llama_n_ctx", "llama_set_n_threads", "llama_set_abort_callback", "llama_model_get_vocab",
        "llama_vocab_n_tokens", "llama_vocab_is_eog", "llama_model_chat_template",
        "llama_chat_apply_template", "llama_get_memory", "llama_memory_clear",
        "llama_memory_seq_rm", "llama_tokenize", "llama_token_to_piece", "llama_batch_get_one",
        "llama_decode", "llama_get_logits_ith", "llama_sampler_chain_init",
        "llama_sampler_chain_add", "llama_sampler_init_grammar", "llama_sampler_init_greedy",
        "llama_sampler_init_top_k", "llama_sampler_init_top_p", "llama_sampler_init_temp",
        "llama_sampler_init_dist", "llama_sampler_apply", "llama_sampler_accept",
        "llama_sampler_free",
    ];

    private static readonly Lock s_gate = new();
    private static string? s_version;
    private static nint s_llama, s_ggml;

    /// <summary>Binds it, unless it is already.</summary>
    /// <returns>Its version.</returns>
    /// <exception cref="HostException">NotFound, or Unsupported: another version or layout than
    /// what is known.</exception>
    public static string Open(string folder)
    {
        lock (s_gate)
        {
            return s_version ??= Bind(folder);
        }
    }

    private static string Bind(string folder)
    {
        var file = LlamaFolder.LibraryIn(folder, "llama")
            ?? throw Unfit($"{folder} has no libllama.");
        var ggml = LlamaFolder.LibraryIn(folder, "ggml")
            ?? throw Unfit($"{folder} has no libggml.");
        (s_ggml, s_llama) = (Load(ggml), Load(file));
        var missing = s_functions.Where(f => !NativeLibrary.TryGetExport(s_llama, f, out _))
            .ToList();
        if (missing.Count > 0)
        {
            throw Unfit($"{file} is no llama.cpp that Loam knows: it has no {missing[0]}.");
        }
        NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, (name, _, _) =>
            name == Native.Llama ? s_llama : name == Native.Ggml ? s_ggml : 0);
        var version = Marshal.PtrToStringUTF8(Native.Version()) ?? "";
        if (!Array.Exists(s_known, k => version == k || version.StartsWith(
            $"{k}.", StringComparison.Ordinal)))
        {
            throw Unfit($"{file} is llama.cpp {version}; Loam knows "
                + $"{string.Join(" and ", s_known)}.");
        }
        CheckLayout(file, version);
        Native.SetLog(&Log, null);
        Native.LoadBackends(folder);
        Native.Begin();
        return version;
    }

    private static nint Load(string file)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw Unfit($"{file} cannot be loaded: {e.Message}");
        }
    }

    /// <summary>The fields that are written stand where they are expected: their defaults do.
    /// </summary>
    private static void CheckLayout(string file, string version)
    {
        var defaults = Native.ContextDefaults();
        var fields = new ReadOnlySpan<byte>(&defaults, Opaque.Bytes);
        ReadOnlySpan<int> expected = [512, 2048, 512, 1];
        for (var at = 0; at < expected.Length; at++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(fields[(at * 4)..]) != expected[at])
            {
                throw Unfit($"{file} calls itself llama.cpp {version}, and its structures are "
                    + "others.");
            }
        }
    }

    private static HostException Unfit(string message) =>
        new(Fault.Unsupported, message, Remedy);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Log(int level, byte* text, void* state)
    {
        if (level is >= WarningLevel and < ContinuedLevel)
        {
            Console.Error.Write(Marshal.PtrToStringUTF8((nint)text));
        }
    }
}
