using Loam.Core.Reconciling;

namespace Loam.ModelHost.Llama;

/// <summary>Chooses tokens. The grammar looks first at the one that would be chosen without it, and
/// only if that does not fit at all of them: with a large vocabulary that is most of the time
/// saved.</summary>
internal sealed unsafe class Sampler : IDisposable
{
    private const int TopK = 40;

    private readonly nint _chain, _grammar;
    private readonly Candidate[] _candidates;

    /// <exception cref="HostException">The grammar is none.</exception>
    public Sampler(nint vocabulary, Sampling sampling)
    {
        _candidates = new Candidate[Native.TokenCount(vocabulary)];
        if (sampling.Grammar is { } grammar)
        {
            _grammar = Native.MakeGrammar(vocabulary, grammar, "root");
            if (_grammar == 0)
            {
                throw new HostException(Fault.Unsupported, "llama.cpp does not take the grammar.",
                    "Send one in its form, or a JSON schema.");
            }
        }
        _chain = Native.MakeChain(Native.ChainDefaults());
        if (sampling.Temperature <= 0)
        {
            Native.AddToChain(_chain, Native.MakeGreedy());
            return;
        }
        Native.AddToChain(_chain, Native.MakeTopK(TopK));
        Native.AddToChain(_chain, Native.MakeTopP(sampling.TopP, 1));
        Native.AddToChain(_chain, Native.MakeTemperature(sampling.Temperature));
        Native.AddToChain(_chain, Native.MakeDraw(sampling.Seed));
    }

    public void Dispose()
    {
        Native.FreeSampler(_chain);
        if (_grammar != 0)
        {
            Native.FreeSampler(_grammar);
        }
    }

    /// <param name="logits">Of the last token that was read, one for each of the vocabulary.
    /// </param>
    public int Next(float* logits)
    {
        if (logits == null)
        {
            throw new HostException(Fault.Unavailable, "llama.cpp says nothing of the next token.",
                "Ask again.");
        }
        var token = Choose(logits, underGrammar: false);
        if (_grammar != 0 && !Fits(token))
        {
            token = Choose(logits, underGrammar: true);
        }
        Native.Accept(_chain, token);
        if (_grammar != 0)
        {
            Native.Accept(_grammar, token);
        }
        return token;
    }

    private int Choose(float* logits, bool underGrammar)
    {
        for (var token = 0; token < _candidates.Length; token++)
        {
            _candidates[token] = new() { Token = token, Logit = logits[token] };
        }
        fixed (Candidate* at = _candidates)
        {
            var all = new Candidates { At = at, Count = (nuint)_candidates.Length, Selected = -1 };
            if (underGrammar)
            {
                Native.Apply(_grammar, &all);
            }
            Native.Apply(_chain, &all);
            return all.Selected >= 0 && (nuint)all.Selected < all.Count
                && !float.IsNegativeInfinity(all.At[all.Selected].Logit)
                ? all.At[all.Selected].Token
                : throw new HostException(Fault.Unsupported,
                    "The model has no token that fits what the answer must be.",
                    "Use a model whose vocabulary has every character.");
        }
    }

    private bool Fits(int token)
    {
        var one = new Candidate { Token = token, Logit = 1 };
        var only = new Candidates { At = &one, Count = 1, Selected = -1 };
        Native.Apply(_grammar, &only);
        return !float.IsNegativeInfinity(one.Logit);
    }
}
