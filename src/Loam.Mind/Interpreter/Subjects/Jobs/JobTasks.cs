using Loam.Core.Catalog;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Commands of tasks that are plain: files of a folder that grow old, a database that
/// is vacuumed.</summary>
internal static class JobTasks
{
    public static (EditValue? Command, string? Container, Reply? Problem) Command(
        JobWish wish, string? container, Session session, Clause clause) => wish.Task switch
    {
        "clean" or "empty" => Clean(wish, container, clause),
        "vacuum" => Vacuum(container, session),
        _ => (null, container, null),
    };

    private static (EditValue?, string?, Reply?) Clean(
        JobWish wish, string? container, Clause clause)
    {
        var path = wish.Paths[0].Length > 1 ? wish.Paths[0].TrimEnd('/') : wish.Paths[0];
        if (path.Trim('/').Length == 0 || path.Contains("..", StringComparison.Ordinal)
            || JobCommand.Refusal($"rm {path}") is not null)
        {
            return (null, container, Reply.Refuse("I won't schedule a command that erases the "
                + "machine. Name the folder to be cleaned, such as /tmp/cache."));
        }
        if (wish.Days is null && wish.Task == "clean")
        {
            return (null, container, Reply.Ask($"What shall go from {path}: everything, or only "
                + "what is older than some days?",
                ["older than 7 days", "older than 30 days", "everything"], answer =>
                {
                    var days = answer.Attributes.OfType<JobWish>().FirstOrDefault()?.Days
                        ?? Enumerable.Range(0, answer.Count).Select(i =>
                            JobLimits.Age(new([.. answer.Lexemes]), i)?.Days)
                            .FirstOrDefault(d => d is not null);
                    var all = answer.Lexemes.Any(l => l.Key(Part.Reference) == "all"
                        || l.Text is "everything" or "all");
                    (wish.Days, wish.Task) = (days ?? wish.Days, all ? "empty" : "clean");
                    return all || wish.Days is > 0;
                }));
        }
        var quoted = path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.')
            ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        var age = clause.Lexemes.Any(l => l.Is(Part.Topic, "old")
            && !l.Text.Contains("older", StringComparison.Ordinal)
            && !l.Text.Contains("modified", StringComparison.Ordinal)) ? "-atime" : "-mtime";
        return (EditValue.Of(wish.Days is { } old && wish.Task == "clean"
            ? $"find {quoted} -type f {age} +{old} -delete"
            : $"find {quoted} -mindepth 1 -delete"), container, null);
    }

    private static (EditValue?, string?, Reply?) Vacuum(string? container, Session session)
    {
        var services = session.Draft.State.Services;
        if (container is null)
        {
            var found = services.Values.Where(s =>
                AppCatalog.ByImage(s.Image)?.Name == "postgres").Select(s => s.Name).ToList();
            container = found is [var only] ? only : null;
        }
        if (container is not null && services.TryGetValue(container, out var service)
            && AppCatalog.ByImage(service.Image)?.Name == "postgres")
        {
            var user = service.Environment.GetValueOrDefault("POSTGRES_USER", "postgres");
            return (EditValue.Of($"vacuumdb --all --analyze -U {user}"), container, null);
        }
        return (null, container, null);
    }
}
