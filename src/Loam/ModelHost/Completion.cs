using System.Text;
using System.Threading.Channels;
using Loam.Core.Reconciling;
using Loam.ModelHost.Llama;

namespace Loam.ModelHost;

/// <summary>Answers one request with a model that nobody else uses meanwhile.</summary>
internal sealed class Completion(LoadedModel model, Pulse pulse, ChatRequest asked)
{
    /// <summary>Pieces that may wait for a slow reader before the model does.</summary>
    private const int Ahead = 256;

    private readonly SpokenText _spoken = new(asked.Stops);
    private readonly StringBuilder _whole = new();

    /// <summary>Tokens of the question.</summary>
    public int Asked { get; private set; }

    /// <summary>Tokens of the answer.</summary>
    public int Answered { get; private set; }

    public StopReason Reason { get; private set; }

    /// <summary>The answer is, or may be, a call.</summary>
    public bool MayBeCall => asked.MustCall
        || (!asked.Tools.IsEmpty && _whole.ToString().AsSpan().TrimStart() is ['{', ..]);

    public (string Name, string Arguments)? Call =>
        MayBeCall ? ChatTools.Find(_whole.ToString(), asked.Tools) : null;

    public string Words => _whole.ToString();

    /// <exception cref="ChatFault">It has no room in the model's context.</exception>
    public int[] Prompt()
    {
        var prompt = ChatPrompt.Of(model, asked.Messages);
        Asked = prompt.Length;
        return prompt.Length == 0 ? throw ChatFault.Invalid("Nothing is said.")
            : prompt.Length < model.ContextTokens ? prompt
            : throw new ChatFault(400, "exceed_context_size_error",
                $"The request has {prompt.Length} tokens, and the model's context is "
                + $"{model.ContextTokens}: raise llm.context_size of manifest.yaml.");
    }

    /// <summary>Pieces of the words as they come; an empty one says that it goes on.</summary>
    /// <exception cref="HostException">The library fails.</exception>
    public async IAsyncEnumerable<string> RunAsync(int[] prompt,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var pieces = Channel.CreateBounded<string>(new BoundedChannelOptions(Ahead)
        {
            SingleReader = true, SingleWriter = true,
        });
        model.Ready();
        pulse.Works();
        var working = Task.Factory.StartNew(() => Work(prompt, pieces.Writer),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await using var left = cancel.Register(model.Stop).ConfigureAwait(false);
            while (!working.IsCompleted || pieces.Reader.Count > 0)
            {
                var piece = await NextAsync(pieces.Reader, cancel).ConfigureAwait(false);
                if (piece is null)
                {
                    break;
                }
                _whole.Append(piece);
                yield return piece;
            }
            (Reason, Answered) = await working.ConfigureAwait(false);
        }
        finally
        {
            model.Stop();
            pieces.Writer.TryComplete();
            await Task.WhenAny(working).ConfigureAwait(false);
            pulse.Rests();
        }
    }

    /// <returns>Null: that was all.</returns>
    private static async Task<string?> NextAsync(
        ChannelReader<string> reader, CancellationToken cancel)
    {
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        moment.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            return await reader.ReadAsync(moment.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return "";
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    private (StopReason, int) Work(int[] prompt, ChannelWriter<string> to)
    {
        try
        {
            var (reason, count) = model.Answer(prompt, asked.Sampling, piece =>
            {
                Say(to, _spoken.Take(piece.Span));
                return !_spoken.IsOver;
            });
            Say(to, _spoken.Rest());
            return (reason, count);
        }
        finally
        {
            to.TryComplete();
        }
    }

    private static void Say(ChannelWriter<string> to, string text)
    {
        if (text.Length > 0 && !to.TryWrite(text))
        {
            try
            {
                to.WriteAsync(text).AsTask().GetAwaiter().GetResult();
            }
            catch (ChannelClosedException)
            {
                // Nobody reads any more; whoever closed it has stopped the model.
            }
        }
    }
}
