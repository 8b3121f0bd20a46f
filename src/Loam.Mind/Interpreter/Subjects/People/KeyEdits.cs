using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Public keys of a user.</summary>
internal sealed class KeyEdits(Session session)
{
    private Draft Draft => session.Draft;

    public IEnumerable<Reply> Apply(Clause clause, string user, UserAttribute said)
    {
        var present = new PeopleBook(Draft.State)[user]!.Texts("ssh_keys").ToList();
        var path = EditPath.Parse("spec.users").Item("name", user).Key("ssh_keys");
        var goes = clause.Verb is "remove" or "stop" or "unset" or "block" || clause.Negated
            || clause.Lexemes.Any(l => l.Is(Part.Topic, "goes") || l.Is(Part.Topic, "close"))
            || HasNone(clause) || (said.Hints.Count > 0 && clause.Lexemes.Any(l => l.IsGlue("not")
                || l.Is(Part.Topic, "lock")));
        if (said.Keys.Count > 0)
        {
            // "Only with this one from now on", "the old one out"
            said = said with
            {
                ReplacesKeys = said.ReplacesKeys || present.Count == 1 && clause.Lexemes.Any(
                    l => l.Text.EndsWith(" changed", StringComparison.Ordinal))
                    || present.Count == 1 && TakesPlace(clause)
                    || clause.Lexemes.Where((l, i) => goes
                    && l.Text.Split(' ')[0] is "old" or "former" or "previous"
                    || l.IsGlue("only") && i + 1 < clause.Count
                        && clause[i + 1].Is(Part.Topic, "key")
                    || l.IsGlue("only") && clause.Lexemes.Skip(i + 1).Take(3).Any(
                        n => n.Is(Part.Key) || n.Text is "this" or "that" or "this one"
                            or "with" or "log in")).Any(),
            };
            // "She can't get in any more, her new key is …": nobody takes away what is not there.
            var fresh = clause.Verb is not ("remove" or "stop" or "unset" or "block")
                && !said.Keys.Exists(k => present.Exists(p => Same(p, k)));
            return goes && !said.ReplacesKeys && !fresh
                ? Remove(user, path, present,
                    [.. present.Where(p => said.Keys.Exists(k => Same(p, k)))])
                : Add(user, path, present, said);
        }
        if (!goes && said.Kept.Count > 0 && clause.Lexemes.Any(l => l.IsGlue("only"))
            && Meant(present, said) is { Count: > 0 } others)
        {
            // "Anna only needs the laptop key"
            return others.Count == present.Count ? [] : Remove(user, path, present, others);
        }
        if (!goes && said.Hints.Count > 0 && clause.Lexemes.Any(l => l.Is(Part.Topic, "stolen"))
            && Meant(present, said) is { Count: > 0 } lost)
        {
            return [Reply.Ask($"Shall I remove {user}'s key {Wording.List(lost.Select(Called))}?",
                ["yes", "no"], answer => Take(clause, answer))];
        }
        if (said.SaysKey && !goes && said.Hints.Count == 0)
        {
            // "He brings his key along later"
            if (clause.Lexemes.Any(l => l.Text.Split(' ').Any(w => w is "later" or "soon"
                or "follows" or "follow" or "tomorrow" or "afterwards" or "yet")))
            {
                return [];
            }
            return clause.Verb is "create" or "have" or "set" or "replace"
                ? [Reply.Ask($"Which public key? Give the line of the .pub file of {user}.", [],
                    answer => Fill(clause, said, answer))] : [];
        }
        if (!goes || (!said.SaysKey && said.Hints.Count == 0))
        {
            return [];
        }
        var meant = HasNone(clause) ? present : Meant(present, said);
        if (meant.Count == 0 && present.Count == 0)
        {
            return [Reply.Absent($"{user} has no key.")];
        }
        return meant.Count > 0 ? Remove(user, path, present, meant)
            : [Reply.Ask($"Which key of {user}: {Wording.List(present.Select(Called), "or")}?",
                present.Select(Called).Append("all of them"),
                answer => Choose(clause, said, answer))];
    }

    /// <summary>"Amir should have no key".</summary>
    private static bool HasNone(Clause clause) => clause.Verb is "have" or "set" or ""
        && clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(p => p.First.Text is "no" or "no ssh"
            or "without" or "without any" && p.Second.Is(Part.Topic, "key")
            && !clause.Lexemes.Any(l => l.Text is "yet" || l.IsVerb("create")));

    /// <summary>"In place of the old one", "old key out, this one in", "rotate the key": the one
    /// that is there goes.</summary>
    private static bool TakesPlace(Clause clause)
    {
        var old = clause.Lexemes.Any(l => l.Text.Split(' ').Any(w => w is "old" or "former"
            or "previous" or "current" or "existing"));
        return old && clause.Lexemes.Any(l => l.IsGlue("insteadof") || l.Is(Part.Topic, "out")
                || l.Is(Part.Topic, "replacekey") || l.Text is "place" or "in place of" or "gone")
            || clause.Lexemes.Any(l => l.Text is "change" or "is now" or "are now")
            || clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(p => p.First.IsGlue("is")
                && p.Second.Text is "now")
            || clause.Lexemes.Any(l => l.Text is "instead" || l.Is(Part.Topic, "rotate")
                || l.Text is "rotate" or "rotates" or "rotated");
    }

    private static string Called(string key) => PeopleBook.Remark(key) is { Length: > 0 } remark
        ? remark : UserEdits.Short(key);

    private static bool Same(string one, string other) =>
        one.Split(' ').Take(2).SequenceEqual(other.Split(' ').Take(2));

    private static bool Fill(Clause clause, UserAttribute said, Clause answer)
    {
        var index = clause.Attributes.IndexOf(said);
        var keys = answer.Lexemes.Where(l => l.Is(Part.Key)).Select(l => l.Original).ToList();
        if (index < 0 || keys.Count == 0)
        {
            return false;
        }
        clause.Attributes[index] = said with { Keys = keys };
        return true;
    }

    private static bool Take(Clause clause, Clause answer)
    {
        var yes = answer.Lexemes.Any(l => l.IsGlue("yes")) || answer.Verb == "remove";
        clause.Verb = yes ? "remove" : clause.Verb;
        return yes;
    }

    private bool Choose(Clause clause, UserAttribute said, Clause answer)
    {
        var index = clause.Attributes.IndexOf(said);
        var book = new PeopleBook(Draft.State);
        var hints = answer.Lexemes.Select(l => book.KeyHint(l)?.Text).OfType<string>().ToList();
        var all = answer.Lexemes.Any(l => l.Is(Part.Reference, "all") || l.IsGlue("each")
            || l.Is(Part.Reference, "them"));
        if (index < 0 || (hints.Count == 0 && !all))
        {
            return false;
        }
        clause.Attributes[index] = said with { Hints = hints, AllKeys = all };
        return true;
    }

    private static List<string> Meant(List<string> present, UserAttribute said)
    {
        var keeps = said.Kept.Count > 0
            ? present.Where(k => said.Kept.Exists(h => Fits(k, h))).ToList() : [];
        if (said.Hints.Count > 0)
        {
            return [.. present.Where(k => said.Hints.Exists(h => Fits(k, h))).Except(keeps)];
        }
        return keeps.Count > 0 ? [.. present.Except(keeps)]
            : present.Count == 1 || said.AllKeys ? present : [];
    }

    public static bool Fits(string key, string hint)
    {
        var remark = PeopleBook.Remark(key).ToLowerInvariant();
        return remark == hint || remark.Split('@')[1..].Contains(hint)
            || remark.Split('@', '-', '_', '.', ' ').Contains(hint);
    }

    private List<Reply> Add(string user, EditPath path, List<string> present, UserAttribute said)
    {
        var fresh = said.Keys.Where(k => !present.Exists(p => Same(p, k))).ToList();
        if (said.ReplacesKeys && Meant(present, said) is { Count: > 0 } old
            && said.Hints.Count > 0 && old.Count < present.Count)
        {
            foreach (var key in old)
            {
                Draft.Remove(SecurityFile.File, path.Text(key));
            }
            foreach (var key in fresh)
            {
                Draft.Append(SecurityFile.File, path, EditValue.Of(key));
            }
            return [Reply.Done($"replace {user}'s key {Wording.List(old.Select(Called))} by "
                + Wording.List(said.Keys.Select(Called))).With(Risk.High)];
        }
        if (said.ReplacesKeys)
        {
            Draft.Set(SecurityFile.File, path,
                EditValue.List([.. said.Keys.Select(EditValue.Of)]));
            return [Reply.Done($"replace {user}'s {(present.Count == 1 ? "key" : "keys")} by "
                + $"{Wording.List(said.Keys.Select(Called))}").With(Risk.High)];
        }
        if (fresh.Count == 0)
        {
            return [Reply.Same($"{user} has that key already.")];
        }
        if (present.Count == 0)
        {
            Draft.Set(SecurityFile.File, path, EditValue.List([.. fresh.Select(EditValue.Of)]));
        }
        else
        {
            foreach (var key in fresh)
            {
                Draft.Append(SecurityFile.File, path, EditValue.Of(key));
            }
        }
        var reply = Reply.Done($"let {user} log in with the key "
            + Wording.List(fresh.Select(Called))).With(Risk.Medium);
        var shell = new PeopleBook(Draft.State)[user]!.Text("shell");
        return [PeopleBook.IsNoLogin(shell) && said.Shell is null && !said.Unlocks
            ? reply.Note($"The shell of {user} is {shell}, so the key alone lets nobody in.")
            : reply];
    }

    private List<Reply> Remove(
        string user, EditPath path, List<string> present, List<string> meant)
    {
        if (meant.Count == 0)
        {
            return [Reply.Absent($"{user} does not have that key.")];
        }
        if (meant.Count == present.Count)
        {
            Draft.Set(SecurityFile.File, path, EditValue.List());
        }
        else
        {
            foreach (var key in meant)
            {
                Draft.Remove(SecurityFile.File, path.Text(key));
            }
        }
        var reply = Reply.Done($"remove {user}'s key {Wording.List(meant.Select(Called))}")
            .With(Risk.Medium);
        return [LastWay.Judge(Draft.State, meant.Count == present.Count
            ? reply.Note($"{user} then has no key left.") : reply)];
    }
}
