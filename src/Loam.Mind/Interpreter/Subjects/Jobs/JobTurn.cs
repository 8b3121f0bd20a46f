using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Attributes;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Something shall happen at a set time, and no command was said that does it.</summary>
internal static class JobTurn
{
    public static Reply Of(Clause clause) => IsTask(clause) ? Ask(clause)
        : new(ReplyKind.NotYet, "I can't yet do that at a set time: a job can only run a command "
            + "in a container or a sandbox. Say it when it is to happen.");

    /// <summary>Some command may do it, unlike a restart.</summary>
    private static bool IsTask(Clause clause) => clause.Verb is not ("restart" or "stop" or "start"
            or "scale" or "downgrade" or "publish" or "unpublish" or "raise" or "lower" or "limit")
        && !(clause.Verb == "upgrade" && clause.Targets.Count > 0)
        && (clause.Verb.Length > 0 || clause.Lexemes.Any(l => l.Is(Part.Unknown)
            && !l.Text.Split(' ').Any(TimeWords.English.Knows)))
        && TimeReader.Peek(new([.. clause.Lexemes])) is not null;

    /// <summary>The answer's command makes a job of it.</summary>
    private static Reply Ask(Clause clause) => Reply.Ask(
        "A job runs a command at its times. Which command shall do that, and in which service?",
        ["run php cron.php in nextcloud", "run /scripts/nightly.sh"], answer =>
        {
            var said = answer.Attributes.OfType<JobWish>().FirstOrDefault();
            var command = said?.Command ?? answer.Lexemes.FirstOrDefault(
                l => l.Is(Part.Command) || l.Is(Part.Quoted))?.Original;
            var time = said?.Time ?? TimeReader.Peek(new([.. clause.Lexemes]));
            if (command is null || time is null)
            {
                return false;
            }
            var wish = new JobWish();
            if (said is not null)
            {
                wish.Take(said);
            }
            (wish.Command, wish.Time) = (command, time);
            if (wish.Containers.Count == 0)
            {
                wish.Containers.AddRange(answer.Lexemes.Concat(clause.Lexemes)
                    .Where(l => l.Named(Known.Service) is not null).Take(1)
                    .Select(l => new Target(l.Text, l.Namings, null, false, null)));
            }
            clause.Subject = SubjectTable.Jobs;
            clause.Attributes.Clear();
            clause.Targets.Clear();
            clause.Attributes.Add(wish);
            clause.Explains();
            return true;
        });
}
