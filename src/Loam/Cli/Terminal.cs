using System.Runtime.InteropServices;
using System.Text;

namespace Loam.Cli;

/// <summary>How the place we write to can show things.</summary>
/// <param name="Width">Cells of a line.</param>
/// <param name="Cuts">Tables are cut to the width; in a pipe nothing is.</param>
internal sealed record Look(int Width, bool Colour, bool Unicode, bool Cuts)
{
    /// <summary>For pipes and files: no colour, prose at a readable width.</summary>
    public static readonly Look Plain = new(100, false, true, false);

    /// <summary>Text safe to show here: neutral, and ASCII where nothing else can be shown.
    /// </summary>
    public string Clean(string text)
    {
        var neutral = Glyphs.Neutral(text);
        return Unicode ? neutral : Glyphs.Ascii(neutral);
    }
}

/// <summary>Standard input and output of one invocation. The only way to the screen is by
/// <see cref="Line"/>, so that nothing foreign reaches it raw.</summary>
internal sealed partial class Terminal(
    TextReader input, TextWriter output, TextWriter error, bool asks, bool live, Look look)
{
    public TextReader Input { get; } = input;

    /// <summary>A person sits there: questions make sense.</summary>
    public bool Asks { get; private set; } = asks;

    /// <summary>Output can be redrawn: bars make sense.</summary>
    public bool Live { get; } = live;

    public Look Look { get; private set; } = look;

    /// <summary>Where what the person says is kept; null: nowhere.</summary>
    public string? OwnFolder { get; init; }

    /// <summary>The process's own streams.</summary>
    public static Terminal Open()
    {
        var inputIsTty = IsTty(0);
        var outputIsTty = IsTty(1);
        var term = Environment.GetEnvironmentVariable("TERM") ?? "dumb";
        var live = outputIsTty && term != "dumb";
        var colour = live && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        var width = outputIsTty ? Columns() : Look.Plain.Width;
        return new(
            Reader(), Writer(1), Writer(2), inputIsTty && outputIsTty, live,
            new(width, colour, IsUtf8(), outputIsTty))
        {
            OwnFolder = Path.GetDirectoryName(Shell.LineHistory.DefaultFile()),
        };
    }

    public void WithoutColour() => Look = Look with { Colour = false };

    /// <summary>The width may change while a shell runs.</summary>
    public void Measure()
    {
        if (Live)
        {
            Look = Look with { Width = Columns() };
        }
    }

    public void Write(Line line)
    {
        output.Write(Paint(line));
        output.Write('\n');
        output.Flush();
    }

    public void Write(string text, Ink ink = Ink.Plain) => Write(new Line(text, ink));

    public void Write(IEnumerable<Line> lines)
    {
        foreach (var line in lines)
        {
            output.Write(Paint(line));
            output.Write('\n');
        }
        output.Flush();
    }

    /// <summary>Without a line's end, for questions.</summary>
    public void Prompt(Line line)
    {
        output.Write(Paint(line));
        output.Flush();
    }

    /// <summary>Reads an answer, in the shell with its line editor; null at the end of input.
    /// </summary>
    public Func<Line, bool, CancellationToken, Task<string?>>? Editor { get; set; }

    /// <summary>Whoever feeds the shell's lines answers its questions too.</summary>
    public void AskOnInput() => Asks = true;

    /// <summary>The answer to a question; null when there is none.</summary>
    public Task<string?> AskAsync(Line question, CancellationToken cancel) =>
        AskAsync(question, false, cancel);

    /// <param name="hidden">What is typed is not shown.</param>
    public async Task<string?> AskAsync(Line question, bool hidden, CancellationToken cancel)
    {
        if (Editor is { } editor)
        {
            return await editor(question, hidden, cancel).ConfigureAwait(false);
        }
        Prompt(question);
        var answer = await Input.ReadLineAsync(cancel).ConfigureAwait(false);
        if (!Live)
        {
            // Nobody pressed Enter on this screen.
            Raw("\n");
        }
        return answer;
    }

    /// <summary>For programs: as it is.</summary>
    public void Raw(string text)
    {
        output.Write(text);
        output.Flush();
    }

    public void Complain(Line line)
    {
        error.Write(Paint(line));
        error.Write('\n');
        error.Flush();
    }

    public string Paint(Line line)
    {
        var text = new StringBuilder();
        foreach (var run in line.Runs)
        {
            var code = Look.Colour ? Code(run.Ink) : "";
            text.Append(code).Append(Look.Clean(run.Text)).Append(code.Length > 0 ? "\e[0m" : "");
        }
        return Look.Colour ? text.ToString() : text.ToString().TrimEnd(' ');
    }

    // Only the eight basic colours and dim: readable on light and dark backgrounds alike.
    private static string Code(Ink ink) => ink switch
    {
        Ink.Dim => "\e[2m",
        Ink.Bold => "\e[1m",
        Ink.Good => "\e[32m",
        Ink.Bad => "\e[31m",
        Ink.Warn => "\e[33m",
        Ink.Accent => "\e[36m",
        _ => "",
    };

    private static StreamReader Reader() =>
        new(Console.OpenStandardInput(), new UTF8Encoding(false));

    private static StreamWriter Writer(int descriptor) => new(
        descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError(),
        new UTF8Encoding(false));

    /// <summary>What the locale says. Where none is set at all (containers, services), terminals
    /// are UTF-8 today, but for the kernel's own console and those of before.</summary>
    private static bool IsUtf8()
    {
        foreach (var name in (string[])["LC_ALL", "LC_CTYPE", "LANG"])
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } locale)
            {
                return locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
                    || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase);
            }
        }
        var term = Environment.GetEnvironmentVariable("TERM") ?? "";
        return term is not ("linux" or "ansi") && !term.StartsWith("vt", StringComparison.Ordinal);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelsX;
        public ushort PixelsY;
    }

    private const ulong GetWindowSize = 0x5413;

    // The console class loads terminfo to answer these; two system calls do not.
    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATty(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, ulong request, out WindowSize size);

    private static bool IsTty(int descriptor) => IsATty(descriptor) == 1;

    private static int Columns()
    {
        if (Ioctl(1, GetWindowSize, out var size) == 0 && size.Columns >= 20)
        {
            return size.Columns;
        }
        return 80;
    }
}
