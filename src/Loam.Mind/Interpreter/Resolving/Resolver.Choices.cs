using Loam.Core.Catalog;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>What is to be made and cannot be all meant: one is asked for.</summary>
internal sealed partial class Resolver
{
    /// <summary>"Gitea or forgejo": one of them.</summary>
    private Reply? Either(Clause clause, List<Target> creations)
    {
        var or = clause.Lexemes.ToList().FindIndex(l => l.IsGlue("or"));
        if (or < 0 || creations.Count != 2 || !clause.Lexemes.Take(or).Any(l => l.IsMention)
            || !clause.Lexemes.Skip(or).Any(l => l.IsMention))
        {
            return null;
        }
        // "Pgadmin or adminer, adminer is fine"
        var again = creations.FindAll(c => turn.SelectMany(t => t.Lexemes).Count(
            l => l.IsMention && l.Namings.SequenceEqual(c.Namings)) > 1);
        if (again is [var preferred])
        {
            creations.RemoveAll(c => c != preferred);
            clause.Targets.RemoveAll(t => t != preferred && t.Named(Known.App) is not null);
            return null;
        }
        var names = creations.ConvertAll(c => c.Text);
        return Reply.Ask($"Which shall it be: {Wording.List(names, "or")}?", names, answer =>
        {
            var chosen = creations.Find(c => answer.Targets.Exists(
                t => t.Namings.SequenceEqual(c.Namings)));
            return chosen is not null && clause.Targets.RemoveAll(
                t => creations.Contains(t) && t != chosen) > 0;
        });
    }

    /// <summary>"Nextcloud with postgres", which comes with MariaDB: nothing would use the other.
    /// </summary>
    private static Reply? OtherDatabase(Clause clause, List<Target> creations)
    {
        const string Database = "database";
        App? AppOf(Target target) => target.Named(Known.App) is { } app
            ? AppCatalog.Named(app) : null;
        var other = creations.Find(c => AppOf(c)?.Roles.Contains(Database) == true);
        var user = creations.Find(c => c != other && AppOf(c)?.Needs.Any(
            n => AppCatalog.Named(n.App)?.Roles.Contains(Database) == true) == true);
        if (other is null || user is null || !clause.Lexemes.Any(l => l.IsGlue("with")
            || l.IsGlue("insteadof") || l.Text is "use" or "uses" or "using"))
        {
            return null;
        }
        var need = AppOf(user)!.Needs.First(
            n => AppCatalog.Named(n.App)!.Roles.Contains(Database));
        return need.App == AppOf(other)!.Name ? null
            : Reply.Ask($"{AppOf(user)!.Title} comes with {AppCatalog.Named(need.App)!.Title} "
                + $"here, and would not use {AppOf(other)!.Title}. Shall I set it up like that?",
                ["yes", "no"], answer => answer.Lexemes.Any(l => l.IsGlue("yes"))
                    && clause.Targets.Remove(other));
    }
}
