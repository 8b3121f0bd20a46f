using System.Net;

namespace Loam.NamesHost;

/// <summary>Places for who asks, so that one who asks without end takes only his own.</summary>
/// <param name="all">How many there are.</param>
/// <param name="each">How many one asker gets.</param>
internal sealed class Places(int all, int each)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _taken = [];
    private int _left = all;

    public bool TryTake(IPAddress asker)
    {
        lock (_gate)
        {
            var has = _taken.GetValueOrDefault(asker);
            if (_left == 0 || has == each)
            {
                return false;
            }
            _left--;
            _taken[asker] = has + 1;
            return true;
        }
    }

    public void Leave(IPAddress asker)
    {
        lock (_gate)
        {
            _left++;
            if (--_taken[asker] == 0)
            {
                _taken.Remove(asker);
            }
        }
    }
}
