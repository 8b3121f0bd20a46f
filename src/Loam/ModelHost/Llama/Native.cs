using System.Runtime.InteropServices;

namespace Loam.ModelHost.Llama;

/// <summary>Parameters that a library keeps in a structure of its own: larger than any, since it
/// is passed in memory and each side looks at its own part.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct Opaque
{
    public const int Bytes = 1024;
    private readonly long _first;
}

/// <summary>Tokens to be read: <c>llama_batch</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Batch
{
    public int Count;
    public int* Tokens;
    public void* Embeddings, Positions, SequenceCounts, Sequences, Outputs;
}

/// <summary>A token that may come next: <c>llama_token_data</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Candidate
{
    public int Token;
    public float Logit, Probability;
}

/// <summary><c>llama_token_data_array</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Candidates
{
    public Candidate* At;
    public nuint Count;
    public long Selected;
    public byte IsSorted;
}

/// <summary><c>llama_chat_message</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Message
{
    public byte* Role, Content;
}

/// <summary>What is used of llama.cpp, as <c>include/llama.h</c> declares it. Bound by
/// <see cref="LlamaLibrary"/>, which looks whether all of it is there.</summary>
internal static unsafe partial class Native
{
    public const string Llama = "llama", Ggml = "ggml";

    [LibraryImport(Ggml, EntryPoint = "ggml_backend_load_all_from_path",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial void LoadBackends(string folder);

    [LibraryImport(Llama, EntryPoint = "llama_log_set")]
    public static partial void SetLog(delegate* unmanaged[Cdecl]<int, byte*, void*, void> log,
        void* state);

    [LibraryImport(Llama, EntryPoint = "llama_version")]
    public static partial nint Version();

    [LibraryImport(Llama, EntryPoint = "llama_backend_init")]
    public static partial void Begin();

    [LibraryImport(Llama, EntryPoint = "llama_model_default_params")]
    public static partial Opaque ModelDefaults();

    [LibraryImport(Llama, EntryPoint = "llama_context_default_params")]
    public static partial Opaque ContextDefaults();

    [LibraryImport(Llama, EntryPoint = "llama_sampler_chain_default_params")]
    public static partial byte ChainDefaults();

    [LibraryImport(Llama, EntryPoint = "llama_model_load_from_file",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint LoadModel(string file, Opaque parameters);

    [LibraryImport(Llama, EntryPoint = "llama_model_free")]
    public static partial void FreeModel(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_init_from_model")]
    public static partial nint MakeContext(nint model, Opaque parameters);

    [LibraryImport(Llama, EntryPoint = "llama_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_n_ctx")]
    public static partial uint ContextSize(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_set_n_threads")]
    public static partial void SetThreads(nint context, int threads, int batchThreads);

    [LibraryImport(Llama, EntryPoint = "llama_set_abort_callback")]
    public static partial void SetAbort(
        nint context, delegate* unmanaged[Cdecl]<void*, byte> abort, void* state);

    [LibraryImport(Llama, EntryPoint = "llama_model_get_vocab")]
    public static partial nint Vocabulary(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_vocab_n_tokens")]
    public static partial int TokenCount(nint vocabulary);

    [LibraryImport(Llama, EntryPoint = "llama_vocab_is_eog")]
    public static partial byte IsEnd(nint vocabulary, int token);

    [LibraryImport(Llama, EntryPoint = "llama_model_chat_template")]
    public static partial byte* Template(nint model, nint name);

    [LibraryImport(Llama, EntryPoint = "llama_chat_apply_template")]
    public static partial int ApplyTemplate(byte* template, Message* messages, nuint count,
        byte addAssistant, byte* buffer, int length);

    [LibraryImport(Llama, EntryPoint = "llama_get_memory")]
    public static partial nint Memory(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_memory_clear")]
    public static partial void ClearMemory(nint memory, byte data);

    [LibraryImport(Llama, EntryPoint = "llama_memory_seq_rm")]
    public static partial byte ForgetFrom(nint memory, int sequence, int from, int to);

    [LibraryImport(Llama, EntryPoint = "llama_tokenize")]
    public static partial int Tokenize(nint vocabulary, byte* text, int length, int* tokens,
        int most, byte addSpecial, byte parseSpecial);

    [LibraryImport(Llama, EntryPoint = "llama_token_to_piece")]
    public static partial int Piece(nint vocabulary, int token, byte* buffer, int length,
        int strip, byte special);

    [LibraryImport(Llama, EntryPoint = "llama_batch_get_one")]
    public static partial Batch BatchOf(int* tokens, int count);

    [LibraryImport(Llama, EntryPoint = "llama_decode")]
    public static partial int Decode(nint context, Batch batch);

    [LibraryImport(Llama, EntryPoint = "llama_get_logits_ith")]
    public static partial float* Logits(nint context, int at);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_chain_init")]
    public static partial nint MakeChain(byte parameters);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_chain_add")]
    public static partial void AddToChain(nint chain, nint sampler);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_init_grammar",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint MakeGrammar(nint vocabulary, string grammar, string root);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_init_greedy")]
    public static partial nint MakeGreedy();

    [LibraryImport(Llama, EntryPoint = "llama_sampler_init_top_k")]
    public static partial nint MakeTopK(int count);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_init_top_p")]
    public static partial nint MakeTopP(float probability, nuint least);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_init_temp")]
    public static partial nint MakeTemperature(float temperature);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_init_dist")]
    public static partial nint MakeDraw(uint seed);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_apply")]
    public static partial void Apply(nint sampler, Candidates* candidates);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_accept")]
    public static partial void Accept(nint sampler, int token);

    [LibraryImport(Llama, EntryPoint = "llama_sampler_free")]
    public static partial void FreeSampler(nint sampler);
}
