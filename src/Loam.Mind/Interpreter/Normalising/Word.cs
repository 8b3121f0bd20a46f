namespace Loam.Mind.Interpreter.Normalising;

/// <summary>One word or mark of a sentence.</summary>
/// <param name="Text">Lower case, contractions written out, without possessive s.</param>
/// <param name="Original">As typed, for names and values.</param>
/// <param name="Possessive"><c>worker's</c></param>
/// <param name="Quoted">It stood in quotation marks: a name or value, never grammar.</param>
internal sealed record Word(string Text, string Original, bool Possessive, bool Quoted)
{
    /// <summary>Mended from a slip of the finger.</summary>
    public bool Corrected { get; init; }

    /// <summary>Where in the line it was typed, with the marks around it: first character and
    /// the one after the last.</summary>
    public (int From, int To) Place { get; init; }

    /// <summary>A whole command as it was typed; see
    /// <see cref="Recognising.CommandFinder"/>.</summary>
    public bool IsCommand { get; init; }

    public static Word Of(string text) => new(text, text, false, false);

    public bool IsMark => Text is "," or "." or ";" or "?" or "!" or ":";
}
