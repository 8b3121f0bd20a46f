namespace Loam.Mind.Interpreter.Resolving;

/// <summary>More was said at once than one turn may cost.</summary>
internal sealed class TooMuchException() : Exception("The turn costs more than it may.");

/// <summary>The work of one turn, counted in what is done and never by a clock, so that the same
/// turn comes to the same everywhere. One unit is about a hundredth of a millisecond.</summary>
internal sealed class Effort
{
    /// <summary>Units of one turn, all its readings and attempts together.</summary>
    private const int Most = 1800;

    /// <summary>Reading a word as part of a clause: every subject looks at it.</summary>
    public const int Word = 3;

    /// <summary>Characters of a state file that one unit edits or reads again.</summary>
    private const int Characters = 100;

    /// <summary>Units of what is tried besides the first reading, each time.</summary>
    private const int Besides = 800;

    private int _limit = Most;

    /// <summary>What may be left undone where the turn can cost no more, or it alone would cost
    /// too much.</summary>
    /// <returns>Null: it was.</returns>
    public T? Within<T>(Func<T?> attempt) where T : class
    {
        var before = _limit;
        _limit = Math.Min(_limit, Spent + Besides);
        try
        {
            return attempt();
        }
        catch (TooMuchException)
        {
            return null;
        }
        finally
        {
            _limit = before;
        }
    }

    public int Spent { get; private set; }

    public void Begin() => (Spent, _limit) = (0, Most);

    /// <exception cref="TooMuchException">The turn may cost no more.</exception>
    public void Spend(int units)
    {
        Spent += units;
        if (Spent > _limit)
        {
            throw new TooMuchException();
        }
    }

    /// <summary>A file of that many characters is edited, or read again.</summary>
    public void SpendOnText(int characters) => Spend(1 + characters / Characters);
}
