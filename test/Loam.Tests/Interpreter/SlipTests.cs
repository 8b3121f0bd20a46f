using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Tests.Interpreter;

/// <summary>What is a slip of the finger, and what is another word.</summary>
public sealed class SlipTests
{
    [Theory]
    [InlineData("restrat the wroker", "restart the worker")]
    [InlineData("give memroy", "give memory")]
    [InlineData("sclae it", "scale it")]
    [InlineData("instal postgers", "install postgres")]
    [InlineData("it neds more", "it needs more")]
    [InlineData("the adress", "the address")]
    [InlineData("upgrqde it", "upgrade it")]
    [InlineData("a passwort", "a password")]
    [InlineData("the wheather", "the weather")]
    public void A_slip_is_mended(string said, string meant) =>
        Mended("shop", said).ShouldBe(meant);

    [Theory]
    [InlineData("a finger strikes no n for an s", "the first frost")]
    [InlineData("a form of a word that is known", "the officer books a pager for the bakery")]
    [InlineData("a name", "make Lieke an account")]
    [InlineData("an ordinary word", "carts and coarse flour")]
    [InlineData("no key beside, and no sound like it", "we need consent, says the insurance")]
    public void Another_word_stays(string why, string said) =>
        Mended("shop", said).ShouldBe(said.ToLowerInvariant(), why);

    [Fact]
    public void A_letter_doubled_in_the_wrong_place_is_no_matter() =>
        Mended("media", "raddar is slow").ShouldBe("radarr is slow");

    [Fact]
    public void Who_says_both_means_both() =>
        Mended("studio", "rename ines to inesc").ShouldBe("rename ines to inesc");

    private static string Mended(string state, string said)
    {
        var names = NameTable.Of(StateReader.Read(StartStates.Read(state)).State!);
        var words = Normaliser.Words(said, Lexicon.English);
        return string.Join(' ', new Slips(Lexicon.English, names).Mended(words)
            .Select(w => w.Text)).Replace(" ,", ",", StringComparison.Ordinal);
    }
}
