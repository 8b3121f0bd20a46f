using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Loam.Core.Reconciling;

namespace Loam.ModelHost.Llama;

/// <summary>One model with one context, used by one at a time. What two conversations begin with
/// alike is not read twice.</summary>
internal sealed unsafe class LoadedModel : IDisposable
{
    /// <summary>Tokens read at once: small enough that every second or so one can stop.</summary>
    private const int Together = 64;

    private readonly nint _model, _context, _vocabulary;
    private readonly Action _progress;
    private readonly List<int> _seen = [];
    private readonly byte* _isStopped = (byte*)NativeMemory.AllocZeroed(1);

    private LoadedModel(nint model, nint context, Action progress)
    {
        (_model, _context, _progress) = (model, context, progress);
        _vocabulary = Native.Vocabulary(model);
        ContextTokens = (int)Native.ContextSize(context);
        Template = Marshal.PtrToStringUTF8((nint)Native.Template(model, 0));
    }

    /// <summary>Tokens of question and answer together.</summary>
    public int ContextTokens { get; }

    /// <summary>What the file says of how a conversation is written; null: nothing.</summary>
    public string? Template { get; }

    /// <param name="contextTokens">What it shall see at once.</param>
    /// <param name="progress">Called whenever the library has come back.</param>
    /// <exception cref="HostException">It cannot be loaded.</exception>
    public static LoadedModel Load(
        string file, int contextTokens, int threads, Action progress)
    {
        var model = Native.LoadModel(file, Native.ModelDefaults());
        if (model == 0)
        {
            throw new HostException(Fault.Unsupported, "llama.cpp does not take the model.",
                "`loam model verify` looks whether the file is whole; the log of the model host "
                + "has the library's own words.");
        }
        progress();
        var parameters = Native.ContextDefaults();
        var fields = new Span<uint>(&parameters, 3);
        (fields[0], fields[1], fields[2]) = ((uint)contextTokens, Together, Together);
        var context = Native.MakeContext(model, parameters);
        if (context == 0)
        {
            Native.FreeModel(model);
            throw new HostException(Fault.Exhausted,
                $"There is no memory for a context of {contextTokens} tokens.",
                "Lower llm.context_size of manifest.yaml, or use a smaller model.");
        }
        Native.SetThreads(context, threads, threads);
        progress();
        var loaded = new LoadedModel(model, context, progress);
        Native.SetAbort(context, &IsStopped, loaded._isStopped);
        return loaded;
    }

    public void Dispose()
    {
        Native.FreeContext(_context);
        Native.FreeModel(_model);
        NativeMemory.Free(_isStopped);
    }

    /// <summary>An answer is about to begin: <see cref="Stop"/> is meant for it from now on.
    /// </summary>
    public void Ready() => Volatile.Write(ref *_isStopped, 0);

    /// <summary>Nobody waits for the answer any more: the library comes back soon. From any thread.
    /// </summary>
    public void Stop() => Volatile.Write(ref *_isStopped, 1);

    /// <param name="isStart">It is the beginning of all.</param>
    /// <param name="parsesMarks">Marks of turns in it are marks, and not text.</param>
    public int[] Tokens(string text, bool isStart, bool parsesMarks)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tokens = new int[bytes.Length + 8];
        fixed (byte* from = bytes)
        fixed (int* to = tokens)
        {
            var nothing = (byte)0;
            var count = Native.Tokenize(_vocabulary, bytes.Length == 0 ? &nothing : from,
                bytes.Length, to, tokens.Length, isStart ? (byte)1 : (byte)0,
                parsesMarks ? (byte)1 : (byte)0);
            return tokens[..Math.Max(count, 0)];
        }
    }

    /// <summary>The conversation as the model was taught to read it.</summary>
    /// <returns>Null: llama.cpp does not know the template of the file.</returns>
    public string? Apply(IReadOnlyList<(string Role, string Text)> messages)
    {
        if (Template is null)
        {
            return null;
        }
        var texts = messages.SelectMany(m => (string[])[m.Role, m.Text]).Append(Template)
            .Select(Marshal.StringToCoTaskMemUTF8).ToList();
        try
        {
            var said = stackalloc Message[messages.Count];
            for (var at = 0; at < messages.Count; at++)
            {
                said[at] = new()
                {
                    Role = (byte*)texts[at * 2], Content = (byte*)texts[(at * 2) + 1],
                };
            }
            var room = (messages.Sum(m => Encoding.UTF8.GetByteCount(m.Text)) * 2) + 4096;
            while (true)
            {
                var buffer = new byte[room];
                fixed (byte* to = buffer)
                {
                    var length = Native.ApplyTemplate((byte*)texts[^1], said,
                        (nuint)messages.Count, 1, to, room);
                    if (length <= room)
                    {
                        return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
                    }
                    room = length;
                }
            }
        }
        finally
        {
            texts.ForEach(Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>Answers a prompt, on the calling thread.</summary>
    /// <param name="prompt">At least one token, and fewer than the context has.</param>
    /// <param name="say">Gets pieces of the answer, which need not be whole characters; false: it
    /// is enough.</param>
    /// <returns>How it ended, and the tokens of the answer.</returns>
    /// <exception cref="HostException">The library fails.</exception>
    public (StopReason, int) Answer(int[] prompt, Sampling sampling,
        Func<ReadOnlyMemory<byte>, bool> say)
    {
        using var sampler = new Sampler(_vocabulary, sampling);
        if (!ReadIn(prompt))
        {
            return (StopReason.Left, 0);
        }
        var room = Math.Min(sampling.MostTokens, ContextTokens - prompt.Length);
        var piece = new byte[512];
        for (var count = 0; count < room; count++)
        {
            var token = sampler.Next(Native.Logits(_context, -1));
            if (Native.IsEnd(_vocabulary, token) != 0)
            {
                return (StopReason.Complete, count);
            }
            if (!say(PieceOf(token, ref piece)))
            {
                return (StopReason.Complete, count + 1);
            }
            if (!Decode([token]))
            {
                return (StopReason.Left, count + 1);
            }
        }
        return (StopReason.Length, room);
    }

    private ReadOnlyMemory<byte> PieceOf(int token, ref byte[] room)
    {
        while (true)
        {
            fixed (byte* to = room)
            {
                var length = Native.Piece(_vocabulary, token, to, room.Length, 0, 0);
                if (length >= 0)
                {
                    return room.AsMemory(0, length);
                }
                room = new byte[-length];
            }
        }
    }

    /// <summary>All but what is there already from the last time.</summary>
    private bool ReadIn(int[] prompt)
    {
        var common = _seen.Zip(prompt).TakeWhile(p => p.First == p.Second).Count();
        // The last one is read in any case: after it comes the answer.
        common = Math.Min(common, prompt.Length - 1);
        var memory = Native.Memory(_context);
        if (common == 0 || Native.ForgetFrom(memory, 0, common, -1) == 0)
        {
            Native.ClearMemory(memory, 1);
            common = 0;
        }
        _seen.RemoveRange(common, _seen.Count - common);
        for (var at = common; at < prompt.Length; at += Together)
        {
            if (!Decode(prompt.AsSpan(at, Math.Min(Together, prompt.Length - at))))
            {
                return false;
            }
        }
        return true;
    }

    /// <returns>False: it was stopped.</returns>
    private bool Decode(ReadOnlySpan<int> tokens)
    {
        fixed (int* at = tokens)
        {
            var result = Native.Decode(_context, Native.BatchOf(at, tokens.Length));
            _progress();
            if (result == 0)
            {
                _seen.AddRange(tokens);
                return Volatile.Read(ref *_isStopped) == 0;
            }
            // What came of it is unknown: the next one begins anew.
            _seen.Clear();
            return result == 2 ? false : throw new HostException(Fault.Unavailable,
                $"llama.cpp failed with {result}.", "Ask again.");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte IsStopped(void* state) => Volatile.Read(ref *(byte*)state);
}

/// <summary>How an answer ends.</summary>
internal enum StopReason { Complete, Length, Left }

/// <param name="Grammar">What the answer must fit; null: anything.</param>
internal sealed record Sampling(
    float Temperature, float TopP, uint Seed, int MostTokens, string? Grammar);
