namespace Loam.Mind.Gateway;

/// <summary>A gateway until nobody asks it any more: then its connections end.</summary>
/// <param name="connections">Those of its models.</param>
public sealed class GatewayInUse(ModelGateway gateway, IDisposable connections)
{
    private readonly Lock _gate = new();
    private int _users;
    private bool _isRetired;

    public ModelGateway Gateway => gateway;

    /// <summary>Whoever takes it may ask until they give it back.</summary>
    public IDisposable Take()
    {
        lock (_gate)
        {
            Core.Invariant.Require(!_isRetired, "what was retired is not taken");
            _users++;
        }
        return new Use(this);
    }

    /// <summary>Nobody takes it from now on.</summary>
    public void Retire() => Change(0);

    private void Change(int by)
    {
        bool isOver;
        lock (_gate)
        {
            _users += by;
            _isRetired |= by == 0;
            isOver = _isRetired && _users == 0;
        }
        if (isOver)
        {
            connections.Dispose();
        }
    }

    private sealed class Use(GatewayInUse used) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                used.Change(-1);
            }
        }
    }
}
