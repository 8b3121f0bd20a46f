using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Normalising;
using Loam.Mind.Interpreter.Parsing.Times;

namespace Loam.Mind.Interpreter.Recognising;

/// <summary>Finds commands in what was typed, for jobs: "every 15 minutes run <c>php -f
/// /var/www/html/cron.php</c> in nextcloud". A command becomes one word, exactly as typed; its
/// parts are no words of a sentence.</summary>
internal sealed class CommandFinder(Lexicon lexicon, NameTable names)
{
    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_words = new(Load);

    private static readonly string[] s_scripts =
        [".sh", ".py", ".php", ".pl", ".rb", ".js", ".jar", ".bash", ".ts"];

    /// <summary>So many dots has an address, a version has fewer.</summary>
    private const int Dots = 3;

    private readonly TimeWords _times = TimeWords.English;

    private static Dictionary<string, HashSet<string>> Load()
    {
        var words = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var (key, phrase) in WordFile.Read("en", "commands"))
        {
            words.TryAdd(key, new(StringComparer.Ordinal));
            words[key].Add(phrase);
        }
        // The bar itself separates words in the file.
        words["operator"].Add("|");
        return words;
    }

    /// <summary>The name of a program people type in a shell.</summary>
    public static bool IsProgram(string word) => s_words.Value["tool"].Contains(word)
        || s_words.Value["program"].Contains(word)
        || word.StartsWith("mkfs.", StringComparison.Ordinal);

    /// <summary>It is nothing but a program.</summary>
    public static bool IsTyped(string word) => s_words.Value["typed"].Contains(word);

    private static bool Is(Word word, string kind) =>
        !word.Quoted && s_words.Value[kind].Contains(word.Text);

    /// <summary>The words, each command of a job among them made one.</summary>
    /// <param name="line">What was typed.</param>
    /// <param name="expected">Jobs were spoken of last.</param>
    public List<Word> Gather(List<Word> words, string line, bool expected)
    {
        if (!expected && !words.Exists(Recurs) && !words.Exists(IsClock) && !SaysTime(words)
            && !words.Exists(IsJob) && !IsBidden(words))
        {
            return words;
        }
        var gathered = new List<Word>(words.Count);
        for (var at = 0; at < words.Count;)
        {
            var start = Start(words, at, expected);
            if (start < 0)
            {
                gathered.Add(words[at++]);
                continue;
            }
            // "In cloud: php occ …" begins with what runs the program.
            gathered.AddRange(words[at..start]);
            while (gathered.Count > 0 && !words[start].Quoted && gathered[^1] == words[start - 1]
                && Is(gathered[^1], "tool") && !gathered[^1].IsMark)
            {
                gathered.RemoveAt(gathered.Count - 1);
                start--;
            }
            var end = End(words, start);
            gathered.Add(Command(words, start, end, line));
            at = end;
        }
        return gathered;
    }

    private static bool IsClock(Word word) => !word.Quoted && word.Text.Split(':') is
        [{ Length: 1 or 2 } hour, { Length: 2 } minute]
        && hour.All(char.IsAsciiDigit) && minute.All(char.IsAsciiDigit);

    /// <summary>"At 3", "for 4am".</summary>
    private bool SaysTime(List<Word> words) => Enumerable.Range(1, Math.Max(0, words.Count - 1))
        .Any(at => words[at - 1].Text is "at" && char.IsAsciiDigit(words[at].Text[0])
            && words[at].Text.Length <= 7)
        || words.Exists(w => w.Text is "month" or "months" or "pm"
            or "am" || (w.Text.Length is > 2 and < 8 && char.IsAsciiDigit(w.Text[0])
                && (w.Text.EndsWith("am", StringComparison.Ordinal)
                    || w.Text.EndsWith("pm", StringComparison.Ordinal))));

    /// <summary>"Run /opt/backup.sh", without a time: nothing that can be read as a wish.
    /// </summary>
    private static bool IsBidden(List<Word> words)
    {
        var run = words.FindIndex(w => w.Text is "run" or "execute");
        return run is >= 0 and < 4 && run + 1 < words.Count
            && (words[run + 1].Quoted && words[run + 1].Text.Contains(' ', StringComparison.Ordinal)
                || words[run + 1].Original.StartsWith('/') || s_scripts.Any(
                s => words[run + 1].Text.EndsWith(s, StringComparison.Ordinal)));
    }

    private bool Recurs(Word word) => !word.Quoted && (_times.Is(word.Text, "every")
        || _times.Of(word.Text, "day") is not null || IsAdverb(word.Text)
        || _times.Is(word.Text, "twice") || _times.Is(word.Text, "once")
        || _times.Of(word.Text, "part") is not null
        || word.Text.StartsWith("*/", StringComparison.Ordinal)
        || word.Text is "*" or "tomorrow") || (word.Quoted && word.Text.Split(' ').Length == 5
            && word.Text.Contains('*', StringComparison.Ordinal));

    private bool IsAdverb(string text) => _times.Is(text, "hourly") || _times.Is(text, "daily")
        || _times.Is(text, "weekly") || _times.Is(text, "monthly") || _times.Is(text, "yearly")
        || _times.Is(text, "nightly") || _times.Is(text, "quarterly")
        || _times.Is(text, "halfhourly") || _times.Is(text, "biweekly");

    private bool IsJob(Word word) => word.Text is "job" or "cron" or "cronjob" or "schedule"
        || names.Namings(word.Text).Any(n => n.Known == Known.Job);

    /// <summary>Where a command begins at or right after a place; -1: not there.</summary>
    private int Start(List<Word> words, int at, bool expected)
    {
        var word = words[at];
        if (word.Text == ":" && Introduces(words, at))
        {
            // "Job: gravity" is a name; of "job x: run …", what is run is the command.
            return at + 2 < words.Count && !words[at + 1].Quoted && (Is(words[at + 1], "begin")
                || words[at + 2].Quoted && IsCron(words[at + 2].Text)) ? -1
                : at + 1 < words.Count && !IsTime(words, at + 1) && !IsSaidOf(words, at + 1)
                && !Is(words[at + 1], "end") && !words[at + 1].IsMark
                && (End(words, at + 1) > at + 2 || words[at - 1].Text != "job"
                    || IsProgram(words, at + 1)) ? at + 1 : -1;
        }
        if (Is(word, "begin") || word.Text == "command" && at + 2 < words.Count
            && words[at + 1].Text is "is" or "becomes" or "=")
        {
            var next = at + 1;
            next += next < words.Count && words[next].Text is "is" or "becomes" or "=" ? 1 : 0;
            next += next < words.Count && words[next].Text is "now" ? 1 : 0;
            while (next < words.Count && Is(words[next], "skip"))
            {
                next++;
            }
            if (word.Text == "command" && next > at + 1 && next < words.Count
                && !words[next].IsMark && !Is(words[next], "end") && !IsTime(words, next)
                && words[at + 1].Text is "is" or "becomes" or "=")
            {
                return next;
            }
            var bare = words.GetRange(at + 1, next - at - 1).TrueForAll(
                w => w.Text is not ("the" or "a" or "an" or "my" or "our" or "this"));
            return next < words.Count && (IsProgram(words, next)
                || ((bare && !Is(word, "weak") || words[next].Original.StartsWith('/'))
                    && IsBare(words, next)))
                ? next : -1;
        }
        var named = at > 0 && (words[at - 1].Text is "called" or "named" or "name" or "image"
            or "in" or "inside" or "of" or "remove" or "delete" or "job" or "install" or "add");
        if (word.Quoted)
        {
            var line = word.Text.Contains(" -", StringComparison.Ordinal)
                || word.Text.Contains(" /", StringComparison.Ordinal);
            // "A nightly job "gitea dump" in gitea": a name has no blank, unless more follows.
            line |= !words.Skip(at + 1).Any(w => Is(w, "begin") || w.Quoted
                || s_words.Value["program"].Contains(w.Text) || w.Text == ":");
            return (!named || (words[at - 1].Text == "job" && line))
                && word.Text.Contains(' ', StringComparison.Ordinal)
                && !IsCron(word.Text) ? at : -1;
        }
        return !named && (IsProgram(words, at) || IsLine(words, at)
            || !word.IsMark && word.Text.Length > 0 && IsOwnProgram(words, at)
            || (expected && at == 0 && words.Count == 1 && word.Text.StartsWith('/'))) ? at : -1;
    }

    /// <summary>"The cleanup job: scrap it": a wish, and no command.</summary>
    private bool IsSaidOf(List<Word> words, int at) => at + 1 < words.Count
        && words[at + 1].Text is "it" or "them" or "that"
        && lexicon.Readings(words[at].Text).Any(r => r.Part == Part.Verb);

    /// <summary>"Job index: …", "command: …".</summary>
    private static bool Introduces(List<Word> words, int colon)
    {
        for (var at = colon - 1; at >= 0 && at >= colon - 3; at--)
        {
            if (words[at].Text is "name" || words[at].IsMark)
            {
                return false;
            }
            if (words[at].Text is "job" or "command" or "cmd" or "cron" || Is(words[at], "begin"))
            {
                return true;
            }
        }
        return false;
    }

    private bool IsProgram(List<Word> words, int at)
    {
        var word = words[at];
        if (at + 1 < words.Count && Is(words[at + 1], "thing"))
        {
            return false;
        }
        if (word.Quoted)
        {
            return at > 0;
        }
        if (word.IsMark || word.Text.Length == 0 || char.IsAsciiDigit(word.Text[0])
            || IsTime(words, at) || lexicon.Readings(word.Text).Any(r => r.Part == Part.Glue))
        {
            return false;
        }
        var text = word.Original;
        var script = s_scripts.Any(s => word.Text.EndsWith(s, StringComparison.Ordinal));
        var next = at + 1 < words.Count ? words[at + 1] : null;
        var option = next is { Quoted: false } && IsOption(next.Text);
        // "Curl 8.11.0 is out"
        var version = next is { Quoted: false } && char.IsAsciiDigit(next.Text[0])
            && next.Text.All(c => char.IsAsciiDigit(c) || c == '.')
            && next.Text.Count(c => c == '.') < Dots;
        if (version)
        {
            return false;
        }
        if (script || text.StartsWith("./", StringComparison.Ordinal)
            || text.StartsWith("~/", StringComparison.Ordinal) || Is(word, "program"))
        {
            // "Influx backup" is no command where influx is a service.
            var thing = next is not null && (Is(next, "vague") || !words.Skip(at + 1)
                    .TakeWhile(w => !w.IsMark).Any(w => w.Original.Contains('/') || w.Quoted))
                && !words.Skip(at).TakeWhile(w => !w.IsMark).Any(w => IsOption(w.Text))
                && names.Namings(word.Text).Any(n => n.Known == Known.Service
                    || n.Known == Known.App);
            return !(Is(word, "program") && (next is null || Is(next, "end") || next.IsMark
                    || thing && !(at > 0 && Is(words[at - 1], "begin"))))
                || text.Contains('_', StringComparison.Ordinal);
        }
        if (text.StartsWith('/'))
        {
            return at > 0 && Is(words[at - 1], "begin") || option;
        }
        // "Add --hard to the command"
        if (option && IsWish(word))
        {
            return false;
        }
        var value = next is not null
            && !(word.Text == "ping" && next.Text.Contains('/', StringComparison.Ordinal))
            && (next.Original.StartsWith('/') || next.Quoted && !IsCron(next.Text)
            || next.Text.Contains("://", StringComparison.Ordinal)
            || next.Text.Contains('.', StringComparison.Ordinal) && next.Text.Length > 2
            || next.Text.Contains('=', StringComparison.Ordinal));
        return option || (Is(word, "tool") && value);
    }

    private static bool IsWish(Word word) => !word.Quoted && word.Text is "add" or "append"
        or "remove" or "drop" or "use" or "with" or "without" or "delete" or "replace" or "give";

    /// <summary>A line that begins with a program and has an option further on: "gitea doctor
    /// check --all".</summary>
    private bool IsLine(List<Word> words, int at)
    {
        if (at > 0 && !words[at - 1].IsMark || IsWish(words[at]))
        {
            return false;
        }
        for (var next = at; next < words.Count && next < at + 4; next++)
        {
            var word = words[next];
            if (next > at && IsOption(word.Text))
            {
                return true;
            }
            if (word.Quoted || word.IsMark || Is(word, "end") || Is(word, "begin")
                || Is(word, "skip") || IsTime(words, next)
                || word.Text is "should" or "needs" or "must" or "uses" or "use" or "please")
            {
                return false;
            }
        }
        return false;
    }

    private static bool IsCron(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: 5 } fields
        && fields.All(f => char.IsAsciiDigit(f[0]) || f[0] == '*' || f.Length == 3)
        && text.Contains('*', StringComparison.Ordinal);

    private static bool IsOption(string text) => text.Length > 1 && text[0] == '-'
        && (char.IsAsciiLetter(text[1]) || (text.Length > 2 && text[1] == '-'));

    /// <summary>Right after "run": a word that means nothing else.</summary>
    private bool IsBare(List<Word> words, int at)
    {
        var word = words[at];
        if (word.Original.StartsWith('/'))
        {
            return true;
        }
        if (word.IsMark || Is(word, "vague") || Is(word, "end") || IsTime(words, at)
            || word.Text.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            || char.IsAsciiDigit(word.Text[0]) || names.Namings(word.Text).Length > 0)
        {
            // "Run gitea dump in gitea", "run photoprism index in photos": its own program.
            return HasWords(words, at) && RunsIn(words, at) is { } place
                && (place == word.Text || !Is(words[at + 1], "vague"))
                || Is(word, "tool") && at + 1 < words.Count && !Is(words[at + 1], "end");
        }
        return Is(word, "tool") || !lexicon.Knows(word.Text);
    }

    /// <summary>"Gitea doctor check daily at 4 in gitea", "mc admin info in minio": a program that
    /// nobody would say so but to run it.</summary>
    private bool IsOwnProgram(List<Word> words, int at)
    {
        var begins = at == 0 || words[at - 1].IsMark || IsTime(words, at - 1)
            || char.IsAsciiDigit(words[at - 1].Text[0]) || _times.Of(words[at - 1].Text, "part")
                is not null || Is(words[at - 1], "weak") || words[at - 1].Text is "schedule"
            || _times.Number(words[at - 1].Text) is not null;
        var named = names.Namings(words[at].Text);
        return begins && HasWords(words, at) && !Is(words[at + 1], "vague")
            && !lexicon.Readings(words[at + 1].Text).Any(r => r.Part is Part.Field or Part.Glue)
            && RunsIn(words, at) is { } place && !named.Any(n => n.Known == Known.Job)
            && (Is(words[at], "tool") && !lexicon.Knows(words[at].Text)
                || place == words[at].Text || named.Length > 0
                    && named.All(n => n.Known == Known.App)
                || named.Length == 0 && !lexicon.Knows(words[at].Text)
                    && words[at + 1].Text.IndexOfAny(['_', ':']) > 0);
    }

    /// <summary>What follows may be more of a command.</summary>
    private bool HasWords(List<Word> words, int at) => at + 1 < words.Count
        && words[at + 1] is { IsMark: false, Quoted: false } next && !Is(next, "end")
        && !Is(next, "begin") && !IsTime(words, at + 1) && !char.IsAsciiDigit(next.Text[0])
        && next.Text is not ("should" or "needs" or "must" or "uses" or "use" or "please" or "is"
            or "has" or "the" or "a");

    /// <summary>The service behind a command: "… in photos", "… every night inside the minio
    /// container"; null: there is none before the sentence ends.</summary>
    private string? RunsIn(List<Word> words, int at)
    {
        for (var place = at + 2; place + 1 < words.Count && words[place].Text is not ("." or ";"
            or "?" or ":"); place++)
        {
            if (words[place].Text is "in" or "inside" or "within" && words.Skip(place + 1).Take(2)
                .SkipWhile(w => w.Text is "the" or "container" or "service").FirstOrDefault()
                is { Quoted: false } found
                && names.Namings(found.Text).Any(n => n.Known == Known.Service))
            {
                return found.Text;
            }
        }
        return null;
    }

    private int End(List<Word> words, int start)
    {
        var at = start + 1;
        while (at < words.Count)
        {
            var word = words[at];
            var joined = !word.Quoted && s_words.Value["operator"].Contains(word.Original);
            if (joined)
            {
                at += 2;
                continue;
            }
            if (word.IsMark || Is(word, "end") || IsTime(words, at)
                || (words[start].Quoted && !IsOption(word.Text)))
            {
                break;
            }
            at++;
        }
        return Math.Min(at, words.Count);
    }

    private bool IsTime(List<Word> words, int at)
    {
        var word = words[at];
        var text = word.Text;
        if (word.Quoted || text.Length == 0)
        {
            return false;
        }
        var clock = char.IsAsciiDigit(text[0]) && (text.EndsWith("am", StringComparison.Ordinal)
            || text.EndsWith("pm", StringComparison.Ordinal)
            || text.Split(':') is [{ Length: <= 2 }, { Length: 2 } minutes]
                && minutes.All(char.IsAsciiDigit));
        var cron = text.Length <= 4 && text[0] == '*' || (char.IsAsciiDigit(text[0])
            && at + 2 < words.Count && words[at + 2].Text[0] == '*');
        var date = _times.Of(text, "month") is not null && at + 1 < words.Count
            && _times.Ordinal(words[at + 1].Text) is not null;
        return clock || cron || date || IsAdverb(text) || _times.Of(text, "day") is not null
            || _times.Is(text, "every") || (_times.Is(text, "twice") || _times.Is(text, "once"))
                && at + 1 < words.Count && words[at + 1].Text is "a" or "per" or "every" or "daily"
                    or "an";
    }

    private static Word Command(List<Word> words, int start, int end, string line)
    {
        if (end == start + 1 && words[start].Quoted)
        {
            return words[start] with { IsCommand = true };
        }
        var (from, to) = (words[start].Place.From, words[end - 1].Place.To);
        var text = line[from..to];
        // Marks at the end are those of the sentence.
        if (end < words.Count && words[end].IsMark && words[end].Place == words[end - 1].Place)
        {
            text = text.TrimEnd(',', '.', ';', ':', '!', '?');
        }
        if (text.EndsWith(')') && !text.Contains('(', StringComparison.Ordinal))
        {
            text = text[..^1];
        }
        return new(text.ToLowerInvariant(), text, false, true)
        {
            IsCommand = true,
            Place = (from, to),
        };
    }
}
