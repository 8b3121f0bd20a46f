using Loam.Core;

namespace Loam.ModelHost;

/// <summary>Tells the daemon that this process is well: a file is touched every second, but not
/// when the library has not come back for too long.</summary>
internal sealed class Pulse : IDisposable
{
    /// <summary>In the host's own folder.</summary>
    public const string FileName = "alive";

    private readonly string _file;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _came;
    private long _allowed = Limits.ModelLoad.Ticks;

    /// <param name="file">What is touched.</param>
    public Pulse(string file, TimeProvider time)
    {
        (_file, _time, _came) = (file, time, time.GetTimestamp());
        _timer = time.CreateTimer(_ => Beat(), null, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    /// <summary>The library has come back.</summary>
    public void Came() => Volatile.Write(ref _came, _time.GetTimestamp());

    /// <summary>The library is asked for something from now on.</summary>
    public void Works()
    {
        Came();
        Volatile.Write(ref _allowed, Limits.ModelStall.Ticks);
    }

    /// <summary>Nothing is to do.</summary>
    public void Rests() => Volatile.Write(ref _allowed, long.MaxValue);

    public void Dispose() => _timer.Dispose();

    private void Beat()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _came)).Ticks < Volatile.Read(ref _allowed))
        {
            File.WriteAllText(_file, "");
        }
    }
}
