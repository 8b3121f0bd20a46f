using Loam.Core.Resources;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Everything a person says of one job, in one clause or several.</summary>
internal sealed record JobWish : ClauseAttribute
{
    /// <summary>Jobs of the state that were named.</summary>
    public List<string> Jobs { get; } = [];
    public bool All { get; set; }

    /// <summary>All but these.</summary>
    public List<string> Except { get; } = [];

    /// <summary>What tells of it shall stop.</summary>
    public bool Silences { get; set; }

    /// <summary>How many times the time limit it has.</summary>
    public decimal? TimeoutFactor { get; set; }

    /// <summary>The name a new job, or a renamed one, shall have.</summary>
    public string? Name { get; set; }
    public TimePhrase? Time { get; set; }

    /// <summary>Told apart from a new time: by how many minutes it moves.</summary>
    public int? Shift { get; set; }

    /// <summary>The time comes to those that are there.</summary>
    public bool Adds { get; set; }

    /// <summary>Not on the days, in the months or at the hours that were said.</summary>
    public bool Without { get; set; }

    /// <summary>At no other times.</summary>
    public bool Only { get; set; }

    /// <summary>The time of day stays as it is.</summary>
    public bool SameTime { get; set; }

    /// <summary>Months of a season, as cron has them.</summary>
    public string? Months { get; set; }

    /// <summary>The month a season begins or ends with; its other end stays.</summary>
    public (int? From, int? To) Season { get; set; }

    /// <summary>As typed.</summary>
    public string? Command { get; set; }

    /// <summary>Services the words may mean, to run in.</summary>
    public List<Target> Containers { get; } = [];

    /// <summary>It was said that it runs in them, not only what it is about.</summary>
    public bool Placed { get; set; }
    public ImageReference? Image { get; set; }

    /// <summary>Another tag of the image it has.</summary>
    public string? Tag { get; set; }
    public bool OnHost { get; set; }
    public List<string> Access { get; } = [];
    public string? Timeout { get; set; }

    /// <summary>It may run as long as it takes.</summary>
    public bool Unlimited { get; set; }
    public int? Retries { get; set; }

    /// <summary>The time limit it has was said not to be enough, in this unit.</summary>
    public string? ShortOf { get; set; }

    /// <summary>How often it runs was said not to suit, in this unit.</summary>
    public string? RhythmOf { get; set; }
    public string? OnSuccess { get; set; }
    public string? OnFailure { get; set; }

    /// <summary>An address that takes the place of the one in its command.</summary>
    public string? Url { get; set; }

    /// <summary>A word of its command, and what takes its place.</summary>
    public (string Old, string New)? Argument { get; set; }

    /// <summary>More or less often, without a number.</summary>
    public bool Vague { get; set; }

    /// <summary>Folders and files that were named, for tasks whose command is plain.</summary>
    public List<string> Paths { get; } = [];

    /// <summary>Files of a folder older than so many days go.</summary>
    public int? Days { get; set; }

    /// <summary>Key of a plain task: <c>clean</c>, <c>vacuum</c>; null: none was named.</summary>
    public string? Task { get; set; }

    /// <summary>It is happening once only, or at another place's time: why there is no job of it.
    /// </summary>
    public string? Never { get; set; }

    /// <summary>A name after "in" that is no service here.</summary>
    public string? Unknown { get; set; }

    /// <summary>Jobs spoken of before, for "it" and for what names none.</summary>
    public IReadOnlyList<string> About { get; set; } = [];

    /// <summary>Said in the clause before: this one adds to it.</summary>
    public bool Absorbed { get; set; }

    /// <summary>Takes over what a later clause says of the same job.</summary>
    public void Take(JobWish more)
    {
        Jobs.AddRange(more.Jobs.Except(Jobs).ToList());
        Name = more.Name ?? Name;
        Time = Joined(Time, more.Time);
        Shift = more.Shift ?? Shift;
        SameTime |= more.SameTime;
        Adds |= more.Adds;
        Only |= more.Only;
        Without = more.Time is null && more.Months is null ? Without : more.Without;
        Months = more.Months ?? Months;
        Season = (more.Season.From ?? Season.From, more.Season.To ?? Season.To);
        Command = more.Command ?? Command;
        Containers.AddRange(more.Containers);
        Placed |= more.Placed;
        Image = more.Image ?? Image;
        Tag = more.Tag ?? Tag;
        OnHost |= more.OnHost;
        Access.AddRange(more.Access);
        Timeout = more.Timeout ?? Timeout;
        Unlimited |= more.Unlimited;
        Retries = more.Retries ?? Retries;
        ShortOf = more.ShortOf ?? ShortOf;
        OnSuccess = more.OnSuccess ?? OnSuccess;
        OnFailure = more.OnFailure ?? OnFailure;
        Url = more.Url ?? Url;
        Argument = more.Argument ?? Argument;
        Vague |= more.Vague;
        Paths.AddRange(more.Paths);
        Silences |= more.Silences;
        TimeoutFactor = more.TimeoutFactor ?? TimeoutFactor;
        Days = more.Days ?? Days;
        Task = more.Task ?? Task;
        Never = more.Never ?? Never;
        Unknown = more.Unknown ?? Unknown;
    }

    /// <summary>"At seven in the evening. Still on the first of the month": the hour of one, the
    /// days of the other.</summary>
    private static TimePhrase? Joined(TimePhrase? one, TimePhrase? more) => (one, more) switch
    {
        (null, _) => more,
        (_, null) => one,
        ({ Impossible: null, SaysTime: true, SaysDays: false } or { IsInterval: true },
            { Impossible: null, SaysTime: false, SaysDays: true }) => With(one, more),
        ({ Impossible: null, SaysTime: false, SaysDays: true },
            { Impossible: null, SaysTime: true, SaysDays: false }) => With(more, one),
        _ => more,
    };

    private static TimePhrase With(TimePhrase clock, TimePhrase days) => clock with
    {
        Cron = string.Join(' ', clock.Cron.Split(' ').Take(2).Concat(days.Cron.Split(' ').Skip(2))),
        SaysDays = true,
    };

    public bool IsEmpty => !Changes && Jobs.Count == 0 && Name is null && Task is null
        && Never is null && !All;

    public bool Changes => Time is not null || Shift is not null || Months is not null
        || Command is not null || Containers.Count > 0 || Image is not null || Tag is not null
        || OnHost || Access.Count > 0 || Timeout is not null || Retries is not null
        || OnSuccess is not null || OnFailure is not null || Vague || Url is not null
        || Season != default || Paths.Count > 0 || Unlimited || Argument is not null
        || TimeoutFactor is not null || Days is not null;
}
