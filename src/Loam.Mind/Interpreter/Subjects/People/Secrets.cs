using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>Secrets by name: made, renewed and removed. Values never pass through here.</summary>
internal static class Secrets
{
    private const int UsualLength = 32;
    private static readonly EditPath s_secrets = EditPath.Parse("spec.secrets");

    public static Reply Hidden => Reply.Refuse("I never show a secret's value; `loam secret "
        + "list` shows the names, and `loam secret set NAME` sets a new value.");

    public static bool Speaks(Clause clause)
    {
        if (clause.Lexemes.Any(l => l.Named(Known.Service) is not null
            && l.Named(Known.Secret) is null) || clause.Lexemes.Any(l => l.Is(Part.Assignment)))
        {
            return false;
        }
        var named = clause.Lexemes.Any(l => l.Named(Known.Secret) is not null);
        var like = Enumerable.Range(0, clause.Count).Any(i => clause[i].Is(Part.Identifier)
            || IsListed(clause, i));
        var word = clause.Lexemes.Any(l => l.IsField("secret")) || Every(clause);
        var makes = clause.Lexemes.Any(l => l.Is(Part.Topic, "generate")
            || l.Is(Part.Topic, "rotate"));
        return named || (like && (word || makes)) || (word && (makes
            || clause.Verb is "create" or "remove" or "set" or "have"
            || clause.Question is not null));
    }

    /// <summary>"API_KEY and TOKEN", "secrets token and salt": what stands beside the name of a
    /// secret, or behind the word, is one, whatever the word means elsewhere.</summary>
    private static bool IsListed(Clause clause, int at)
    {
        var lexeme = clause[at];
        if (!Literals.IsIdentifier(lexeme.Original) || clause.Question is not null || at == 0)
        {
            return false;
        }
        var before = at - 1;
        while (before > 0 && ClauseSplitter.IsJoint(clause[before]))
        {
            before--;
        }
        var upper = lexeme.Original.Length > 2 && lexeme.Original.All(c => !char.IsLower(c));
        var word = clause[before].IsField("secret");
        return upper && (before == at - 1 ? word : IsName(clause, before))
            || before < at - 1 && lexeme.Is(Part.Unknown) && !lexeme.Corrected
                && clause.Lexemes.Take(at).Any(l => l.Text == "secrets")
                && (IsName(clause, before) || clause[before].Is(Part.Unknown))
                && (at + 1 == clause.Count || ClauseSplitter.IsJoint(clause[at + 1]));
    }

    private static bool IsName(Clause clause, int at) => clause[at].Is(Part.Identifier)
        || clause[at].Named(Known.Secret) is not null || IsListed(clause, at);

    /// <summary>"Rotate both passwords", "all the secrets".</summary>
    private static bool Every(Clause clause) => clause.Lexemes.Any(l => l.Is(Part.Topic, "rotate"))
        && clause.Lexemes.Any(l => l.Text is "passwords" or "secrets" or "tokens")
        && clause.Lexemes.Any(l => l.Text is "both" or "all" or "every" or "all the" or "all our"
            or "both the" || l.Key(Part.Reference) == "all");

    /// <summary>"Somebody asked for a secret LINK_KEY, could you create it?", "the token is in the
    /// chat. We need a fresh one": the secret of the clause before; null: it is not meant.
    /// </summary>
    public static SecretAttribute? GoesOn(Clause clause, Discourse said) =>
        said.Before is [.., { Question: null } before] && clause.Question is null
        && !clause.Lexemes.Any(l => l.IsMention || l.Is(Part.Identifier) || l.Is(Part.Field))
        && (clause.Verb is "create" or "set" or "replace" && clause.Lexemes.Any(
                l => l.IsReference("it"))
            || clause.Verb is "" or "have" or "set" or "create" or "replace" && clause.Lexemes.Any(
                l => l.Is(Part.Topic, "rotate") || l.Is(Part.Topic, "generate")))
        && before.Attributes.OfType<SecretAttribute>().LastOrDefault() is
            { Names.IsEmpty: false, Wish: SecretWish.Make or SecretWish.Tell } told ? told : null;

    /// <summary>The wish is that of the second clause.</summary>
    public static void Take(Clause clause, Discourse said, SecretAttribute told)
    {
        var there = told.Names.All(said.Session.Draft.State.Secrets.ContainsKey);
        said.Before[^1].Attributes.Remove(told);
        said.Before[^1].Explains();
        clause.Attributes.Add(told with { Wish = there ? SecretWish.Renew : SecretWish.Make });
        clause.Explains();
    }

    public static void Read(Clause clause)
    {
        var names = new List<string>();
        var after = false;
        var hex = false;
        int? length = null;
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            var name = lexeme.Named(Known.Secret) ?? (lexeme.Is(Part.Identifier)
                || (lexeme.Is(Part.Quoted) && Literals.IsIdentifier(lexeme.Original))
                || IsListed(clause, at)
                || (after && names.Count == 0 && clause.Question is null
                    && lexeme.Is(Part.Unknown)
                    && Literals.IsIdentifier(lexeme.Original)) ? lexeme.Original : null);
            if (name is not null)
            {
                names.Add(name);
                clause.Use(at);
                continue;
            }
            after |= lexeme.IsField("secret") || lexeme.IsField("name");
            hex |= lexeme.Is(Part.Topic, "hex");
            if (lexeme.IsNumber && length is null
                && clause.Lexemes.Any(l => l.Is(Part.Topic, "characters")
                    || l.Is(Part.Topic, "hex") || l.Text is "long" or "length" || l.Unit == "b"))
            {
                length = (int)Math.Clamp(lexeme.Value, 0, 100_000);
                clause.Use(at);
            }
            if (lexeme.Is(Part.Topic) || lexeme.Is(Part.Field) || lexeme.Is(Part.Verb)
                || (lexeme.IsNumber && lexeme.Value == names.Count + 2 && length is null))
            {
                clause.Use(at);
            }
        }
        clause.Attributes.Add(new SecretAttribute(
            Wish(clause), [.. names.Distinct()], length ?? UsualLength, hex));
    }

    private static SecretWish Wish(Clause clause)
    {
        var makes = clause.Lexemes.Any(l => l.Is(Part.Topic, "generate"));
        var to = clause.Lexemes.ToList().FindLastIndex(l => l.IsGlue("to") || l.IsGlue("is")
            || l.Text == "=");
        var value = to >= 0 && to + 1 < clause.Count && clause.Lexemes.Skip(to + 1).Any(l =>
            l.Is(Part.Unknown) || l.Is(Part.Quoted) || l.Is(Part.Number) || l.Is(Part.Version));
        return clause.Verb == "remove" ? SecretWish.Remove
            : clause.Lexemes.Any(l => l.Is(Part.Topic, "rotate")) || IsAnother(clause)
                ? SecretWish.Renew
            : value && !makes ? SecretWish.Tell
            : makes || IsFresh(clause) || clause.Verb is "create" or "have" or "" ? SecretWish.Make
            : SecretWish.Tell;
    }

    /// <summary>"MAIL_PASSWORD has been leaked, make a new one", "CHAT_TOKEN: new value please": of
    /// one that is there.</summary>
    private static bool IsAnother(Clause clause) => clause.Question is null
        && clause.Lexemes.Any(l => l.Named(Known.Secret) is not null)
        && (clause.Lexemes.Any(l => l.Is(Part.Topic, "generate") && l.Text.Split(' ')[0] is "new"
                or "fresh" or "another")
            || clause.Lexemes.Any(l => l.Is(Part.Topic, "stolen")) && (clause.Verb == "replace"
                || clause.Lexemes.Any(l => l.Is(Part.Topic, "generate")))
            || clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(p => p.First.Text.Split(' ')[^1]
                is "new" or "fresh" or "another" or "different" && p.Second.Text is "one" or "ones"
                    or "value" or "values" or "password" or "token" or "key"));

    /// <summary>"Make a new secret API_TOKEN", and no word that could be its value.</summary>
    private static bool IsFresh(Clause clause) => clause.Verb == "set"
        && clause.Lexemes.Any(l => l.Text is "new" or "fresh" or "random" or "a new" or "brand new")
        && !clause.Lexemes.SkipWhile(l => !l.Is(Part.Identifier)).Any(l => l.Is(Part.Unknown)
            || l.Is(Part.Quoted) || l.IsNumber || l.Is(Part.Version));

    public static IEnumerable<Reply> Apply(Clause clause, SecretAttribute said, Session session)
    {
        if (clause.Lexemes.Any(l => l.Is(Part.Question, "show")))
        {
            clause.Use(0, clause.Count - 1);
            return [Hidden];
        }
        if (said.Wish == SecretWish.Tell)
        {
            // The value that was said is not even named again.
            clause.Use(0, clause.Count - 1);
            var name = said.Names.IsEmpty ? "NAME" : said.Names[0];
            return [Reply.Refuse("I never take a secret's value from a sentence; `loam secret set "
                + $"{name}` asks for it, and \"generate a new value for {name}\" makes one.")];
        }
        if (said.Names.IsEmpty && Every(clause) && session.Draft.State.Secrets.Count
            is > 0 and var all && !(all != 2 && clause.Lexemes.Any(l => l.Text is "both")))
        {
            said = said with { Names = [.. session.Draft.State.Secrets.Keys] };
        }
        if (said.Names.IsEmpty)
        {
            return [Reply.Ask(said.Wish == SecretWish.Make
                ? "What shall the secret be called, such as API_TOKEN?" : "Which secret?",
                said.Wish == SecretWish.Make ? [] : session.Draft.State.Secrets.Keys.Take(4),
                answer => Fill(clause, said, answer))];
        }
        if (said.Length is < 8 or > 1024)
        {
            return [Reply.Refuse($"A secret of {said.Length} characters is not made; say a length "
                + "from 8 to 1024.")];
        }
        session.About = new(PeopleSubject.Instance, [.. said.Names]);
        return said.Names.Select(n => One(n, said, session.Draft)).ToList();
    }

    private static bool Fill(Clause clause, SecretAttribute said, Clause answer)
    {
        var index = clause.Attributes.IndexOf(said);
        var name = answer.Lexemes.Select(l => l.Named(Known.Secret)
            ?? (l.Is(Part.Identifier) || l.Is(Part.Unknown) || l.Is(Part.Quoted)
                ? l.Original : null)).FirstOrDefault(n => n is not null
                    && Literals.IsIdentifier(n));
        if (index < 0 || name is null)
        {
            return false;
        }
        clause.Attributes[index] = said with { Names = [name] };
        return true;
    }

    private static Reply One(string name, SecretAttribute said, Draft draft)
    {
        var there = draft.State.Secrets.ContainsKey(name);
        var users = Users(draft, name);
        if (said.Wish == SecretWish.Remove)
        {
            if (!there)
            {
                return Reply.Absent($"There is no secret {name}.");
            }
            if (users.Count > 0)
            {
                return Reply.Refuse($"The secret {name} is used by {Wording.Some(users)}, so I "
                    + "don't remove it; take it away there first.");
            }
            draft.Remove(SecurityFile.File, s_secrets.Item("name", name));
            return Reply.Done($"remove the secret {name}, which nothing uses").With(Risk.High);
        }
        var value = $"generate:{said.Length}{(said.Hex ? ":hex" : "")}";
        if (!there)
        {
            draft.Append(SecurityFile.File, s_secrets, EditValue.Map(
                ("name", EditValue.Of(name)), ("value", EditValue.Of(value))));
            return Reply.Done($"make the secret {name} with a random value of {said.Length} "
                + (said.Hex ? "hexadecimal digits" : "characters")).With(Risk.Medium);
        }
        if (said.Wish == SecretWish.Make
            && draft.Base.Secrets.ContainsKey(name) && !IsNewValue(said))
        {
            return Reply.Same($"The secret {name} exists already; say \"renew {name}\" for another "
                + "value.");
        }
        draft.Set(SecurityFile.File, s_secrets.Item("name", name).Key("value"),
            EditValue.Of(value));
        var reply = Reply.Done($"give the secret {name} a new random value").With(Risk.High);
        return users.Count == 0 ? reply : reply.Note(
            $"{Wording.Some(users)} {(users.Count == 1 ? "uses" : "use")} it and must know the new "
            + "value; a database keeps its old password until it is changed inside.");
    }

    private static bool IsNewValue(SecretAttribute said) => said.Wish == SecretWish.Renew;

    /// <summary>The secrets that services refer to.</summary>
    public static List<string> Of(Draft draft, IReadOnlyCollection<string> services) =>
        [.. draft.State.Secrets.Keys.Where(name => services.Any(s =>
            draft.State.Services.TryGetValue(s, out var service) && service.Environment.Values.Any(
                v => v.Contains($"${{secrets.{name}}}", StringComparison.Ordinal))))];

    /// <summary>A secret goes if nothing else uses it; said of one by its name, or of those that
    /// only what is gone has used.</summary>
    public static Reply Remove(Draft draft, string name, bool isNamed)
    {
        var users = Users(draft, name);
        return users.Count == 0 || isNamed
            ? One(name, new(SecretWish.Remove, [name], 0, Hex: false), draft)
            : Reply.Same($"The secret {name} stays: {Wording.Some(users)} "
                + $"{(users.Count == 1 ? "uses" : "use")} it.");
    }

    /// <summary>Who refers to a secret: services by name, other things by their file.</summary>
    public static List<string> Users(Draft draft, string name)
    {
        var reference = $"${{secrets.{name}}}";
        var services = draft.State.Services.Values
            .Where(s => s.Environment.Values.Any(
                v => v.Contains(reference, StringComparison.Ordinal)))
            .Select(s => s.Name).ToList();
        foreach (var (file, spec) in draft.State.Specs)
        {
            var text = spec.Canonical();
            var other = text.Contains(reference, StringComparison.Ordinal)
                && (file != ServicesFile.File || services.Count == 0);
            if (other || text.Contains($"secret\":\"{name}\"", StringComparison.Ordinal))
            {
                services.Add(file);
            }
        }
        return services;
    }
}
