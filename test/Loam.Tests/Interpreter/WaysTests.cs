using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Tests.Interpreter;

/// <summary>What other ways to read a turn cost is never taken from the likeliest one.</summary>
public sealed class WaysTests
{
    private sealed record Turn(
        Session Session, List<Sentence> Sentences, List<List<int>> Starts, List<Clause> Clauses);

    private static Turn Hear(string state, string said)
    {
        var files = StartStates.Read(state);
        var session = new Session(files, StateReader.Read(files).State!, DateTimeOffset.UnixEpoch);
        var lexemes = new Recogniser(Lexicon.English, NameTable.Of(session.Draft.State))
            .Read(Normaliser.Words(said, Lexicon.English));
        var sentences = ClauseSplitter.Sentences(lexemes, Particles.English);
        var starts = sentences.ConvertAll(ClauseSplitter.Starts);
        var clauses = Ways.Read(
            [.. sentences.Zip(starts, ClauseSplitter.Clauses).SelectMany(c => c)], session);
        session.Effort.Begin();
        return new(session, sentences, starts, clauses);
    }

    [Theory]
    [InlineData("shop", "give the api 300 MB, the worker 301 MB quuxly, nginx 302 MB")]
    [InlineData("shop", "hostname depot, 2 GB for the api and the worker quuxly 1 GB")]
    public void The_likeliest_way_stands_if_no_more_than_itself_can_be_paid(
        string state, string said)
    {
        var alone = Hear(state, said);
        new TurnRun(alone.Session, alone.Clauses, trusted: false).Go().Outcome
            .ShouldBe(Outcome.Proposal);
        var cost = alone.Session.Effort.Spent;
        var all = Hear(state, said);
        var best = new Ways(all.Session, all.Sentences, all.Starts).Best(all.Clauses);
        best.Result.Outcome.ShouldBe(Outcome.Proposal);
        // There are others, and they cost more.
        all.Session.Effort.Spent.ShouldBeGreaterThan(cost);

        var poor = Hear(state, said);
        poor.Session.Effort.Spend(Most() - cost);
        new Ways(poor.Session, poor.Sentences, poor.Starts).Best(poor.Clauses).Result.Outcome
            .ShouldBe(Outcome.Proposal);
    }

    private static int Most()
    {
        var effort = new Effort();
        Should.Throw<TooMuchException>(() =>
        {
            while (true)
            {
                effort.Spend(1);
            }
        });
        return effort.Spent - 1;
    }
}
