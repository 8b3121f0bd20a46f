using System.Collections.Immutable;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Recognising;

internal enum Known
{
    Service, App, Role, Volume, Network, Secret, User, Job, Rule, Certificate, Interface, Mount,
}

/// <summary>What a name is in its sentence for.</summary>
/// <remarks><c>Model</c>: compared with, as in "like plex". <c>Beside</c>: "next to redis".
/// </remarks>
internal enum Role { None, Model, Beside }

/// <summary>A thing a word can name, in the state or in the catalogue.</summary>
internal readonly record struct Naming(Known Known, string Name);

/// <summary>A word or phrase with everything it can mean.</summary>
/// <param name="Text">Normalised words, joined by a space.</param>
/// <param name="Original">As typed.</param>
internal sealed record Lexeme(string Text, string Original, ImmutableArray<Reading> Readings)
{
    /// <summary>For <see cref="Part.Number"/>.</summary>
    public decimal Value { get; init; }

    /// <summary>Key of the unit written with a number; empty: none.</summary>
    public string Unit { get; init; } = "";

    /// <summary>For <see cref="Part.Mention"/>: what it may name.</summary>
    public ImmutableArray<Naming> Namings { get; init; } = [];
    public bool Possessive { get; init; }
    public Role Role { get; init; }

    /// <summary>Read as another word, because of a slip.</summary>
    public bool Corrected { get; init; }

    /// <summary>More than one is meant: <c>databases</c>.</summary>
    public bool Plural { get; init; }

    public bool Is(Part part) => Key(part) is not null;

    public bool Is(Part part, string key)
    {
        foreach (var reading in Readings.AsSpan())
        {
            if (reading.Part == part && reading.Key == key)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The meaning it has as this kind; null when it is none.</summary>
    public string? Key(Part part)
    {
        foreach (var reading in Readings.AsSpan())
        {
            if (reading.Part == part)
            {
                return reading.Key;
            }
        }
        return null;
    }

    public bool IsReference(string key) => Is(Part.Reference, key);
    public bool IsGlue(string key) => Is(Part.Glue, key);
    public bool IsField(string key) => Is(Part.Field, key);
    public bool IsVerb(string key) => Is(Part.Verb, key);
    public bool IsNumber => Is(Part.Number);
    public bool IsMention => Is(Part.Mention);

    public string? Named(Known known)
    {
        foreach (var naming in Namings)
        {
            if (naming.Known == known)
            {
                return naming.Name;
            }
        }
        return null;
    }
}
