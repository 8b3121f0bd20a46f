using System.Net.Http;

namespace Loam.Mind.Gateway.Wire;

/// <summary>An answer while it comes.</summary>
internal sealed class ModelStream : IDisposable
{
    private readonly ModelConnection _connection;
    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private readonly CallWatch _watch;
    private readonly SseReader _reader;

    public ModelStream(ModelConnection connection, HttpResponseMessage response, Stream stream,
        CallWatch watch)
    {
        (_connection, _response, _stream, _watch) = (connection, response, stream, watch);
        _reader = new(ReadAsync, SseBounds.Usual);
    }

    /// <returns>Null: the stream ended.</returns>
    /// <exception cref="ModelException">It cannot be read on.</exception>
    public async ValueTask<SseEvent?> NextAsync()
    {
        try
        {
            return await _reader.NextAsync();
        }
        catch (Exception e) when (e is not ModelException)
        {
            var failure = _connection.Meaning(e, _watch, hasBegun: true);
            if (ReferenceEquals(failure, e))
            {
                throw;
            }
            throw failure;
        }
    }

    public ModelException CutOff() => new(ModelFault.CutOff,
        $"The answer of {_connection.Who} was cut off.", "Ask again.") { MayCost = true };

    public void Dispose()
    {
        _response.Dispose();
        _watch.Dispose();
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        var count = await _stream.ReadAsync(buffer, _watch.Token);
        _watch.Came();
        return count;
    }
}
