using System.Globalization;

namespace Loam.Cli.Views;

/// <summary>How far a file has come, on one line that is drawn again; nothing where nobody looks.
/// </summary>
internal sealed class ByteProgress(Terminal screen, TimeProvider time) : IDisposable
{
    private const int Cells = 30;
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(100);

    private long _drawn;

    /// <summary>What is being done with it; empty: that is known.</summary>
    public string Doing { get; set; } = "";

    /// <param name="whole">0: unknown.</param>
    public void Show(long done, long whole)
    {
        if (!screen.Live || (_drawn != 0 && time.GetElapsedTime(_drawn) < s_frame))
        {
            return;
        }
        _drawn = time.GetTimestamp();
        var part = whole > 0 ? Math.Clamp(done / (double)whole, 0, 1) : 0;
        var full = (int)(part * Cells);
        screen.Raw("\r\e[K" + screen.Paint(new Line(Doing.Length > 0 ? Doing + " " : "")
            .Add(new string('━', full), Ink.Accent)
            .Add(new string('━', Cells - full), Ink.Dim)
            .Add($" {Units.Download(done)}" + (whole > 0 ? $" of {Units.Download(whole)}, "
                + string.Create(CultureInfo.InvariantCulture, $"{part * 100:0} %") : ""))));
    }

    public void Dispose()
    {
        if (_drawn != 0)
        {
            screen.Raw("\r\e[K");
            _drawn = 0;
        }
    }
}
