using System.Globalization;
using System.Text;
using Loam.Core.Planning;
using Loam.Core.Reconciling;

namespace Loam.Cli.Views;

/// <summary>Live view of an apply: what is done stays as one line each; what runs is redrawn
/// below it. Without a terminal only the lines that stay are written.</summary>
internal sealed class ApplyDisplay : IAsyncDisposable
{
    public static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(120);

    private readonly Terminal _screen;
    private readonly bool _silent;
    private readonly ApplyProgress _progress;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _ticking;
    private int _drawn;
    private int _tick;

    /// <param name="silent">Nothing is shown: the answer is for a program.</param>
    public ApplyDisplay(Terminal screen, Plan plan, bool silent)
    {
        _screen = screen;
        _silent = silent;
        _progress = new(plan);
        _ticking = silent || !screen.Live ? Task.CompletedTask : TickAsync();
    }

    public void Tell(MachineEvent happened)
    {
        var lasting = _progress.Take(happened);
        if (_silent)
        {
            return;
        }
        lock (_gate)
        {
            Redraw(lasting);
        }
    }

    /// <summary>The person goes; the change does not.</summary>
    public void Leave()
    {
        if (!_silent)
        {
            lock (_gate)
            {
                Redraw([new Line("The change goes on without you; `loam events -f` follows it.")]);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _ticking.ConfigureAwait(false);
        lock (_gate)
        {
            Erase();
        }
        _ended.Dispose();
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(Frame);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
            {
                lock (_gate)
                {
                    _tick++;
                    Redraw([]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ended.
        }
    }

    private void Redraw(IReadOnlyList<Line> lasting)
    {
        if (!_screen.Live)
        {
            _screen.Write(lasting);
            return;
        }
        var running = _progress.RunningLines(_tick, _screen.Look);
        var text = new StringBuilder();
        AppendErasure(text);
        foreach (var line in lasting)
        {
            text.Append(_screen.Paint(line)).Append('\n');
        }
        foreach (var line in running)
        {
            text.Append(_screen.Paint(line)).Append('\n');
        }
        _drawn = running.Count;
        _screen.Raw(text.ToString());
    }

    private void Erase()
    {
        if (_drawn > 0)
        {
            var text = new StringBuilder();
            AppendErasure(text);
            _drawn = 0;
            _screen.Raw(text.ToString());
        }
    }

    private void AppendErasure(StringBuilder text)
    {
        if (_drawn > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\e[{_drawn}A\e[J");
        }
    }
}
