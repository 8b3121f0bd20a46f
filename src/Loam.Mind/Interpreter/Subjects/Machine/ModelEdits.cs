using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>The model that helps to understand requests, and registries of images.</summary>
internal static class ModelEdits
{
    private static readonly EditPath s_llm = EditPath.Parse("spec.llm");

    public static Reply Apply(Clause clause, Draft draft)
    {
        var present = draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Map("llm");
        var off = clause.Negated || clause.Verb is "stop" or "remove"
            || clause.Lexemes.Any(l => l.IsGlue("not") || l.Text is "no" or "no more" or "nothing"
                or "never");
        bool Says(string topic) => clause.Lexemes.Any(l => l.Is(Part.Topic, topic));
        var number = Enumerable.Range(0, clause.Count).Where(i => clause[i].IsNumber).ToList();
        clause.Sweep();
        if (Says("budget") && number.Count > 0)
        {
            if (number is [var one, var two] && Period(clause, one) is { } first
                && Period(clause, two) is { } second && first != second)
            {
                // "Daily 2, monthly 30"
                foreach (var (at, name) in ((int, string)[])[(one, first), (two, second)])
                {
                    draft.Set(ManifestFile.File, s_llm.Key("budget").Key(name), new ScalarEdit(
                        clause[at].Value.ToString(
                            System.Globalization.CultureInfo.InvariantCulture)));
                }
                return Reply.Done($"limit what models may cost to {clause[one].Value} US dollars "
                    + $"{first} and {clause[two].Value} {second}").With(Risk.Medium);
            }
            var field = Says("month") || clause.Lexemes.Any(l => l.Is(Part.Topic, "months"))
                ? "monthly" : "daily";
            var amount = clause[number[0]].Value.ToString(
                System.Globalization.CultureInfo.InvariantCulture);
            draft.Set(ManifestFile.File, s_llm.Key("budget").Key(field), new ScalarEdit(amount));
            return Reply.Done($"limit what models may cost to {amount} US dollars "
                + (field == "daily" ? "a day" : "a month")).With(Risk.Medium);
        }
        if (Says("cloud"))
        {
            if ((present?.Flag("cloud_enabled") ?? true) == !off)
            {
                return Reply.Same(off ? "Models outside this machine are not asked."
                    : "Models outside this machine may be asked already.");
            }
            draft.Set(ManifestFile.File, s_llm.Key("cloud_enabled"), EditValue.Of(!off));
            return Reply.Done(off ? "ask no model outside this machine"
                : "allow models outside this machine").With(off ? Risk.Medium : Risk.High);
        }
        var provider = off && !Says("provider:none") ? "none"
            : clause.Lexemes.SelectMany(l => l.Readings).Where(r => r.Part == Part.Topic
                && r.Key.StartsWith("provider:", StringComparison.Ordinal))
                .Select(r => r.Key["provider:".Length..]).LastOrDefault();
        if (provider is null && present?.Text("provider") is { } now and not "none"
            && ModelOf(clause, present.Text("model")) is not null)
        {
            provider = now;
        }
        return provider is null
            ? Reply.Ask("Which model shall help: none, ollama, openai or anthropic?",
                ["ollama", "none"])
            : Provider(clause, draft, provider);
    }

    /// <summary>The period that stands beside an amount; null: none does.</summary>
    private static string? Period(Clause clause, int at) => ((int[])[at - 1, at + 1]).Where(
            i => i >= 0 && i < clause.Count)
        .Select(i => clause[i].Is(Part.Topic, "month") ? "monthly"
            : clause[i].Is(Part.Topic, "day") ? "daily" : null)
        .FirstOrDefault(p => p is not null);

    /// <summary>The model that is there is named: it shall be another.</summary>
    public static bool NamesModel(Clause clause, Draft draft) =>
        draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Map("llm")?.Text("model")
            is { } model && clause.Lexemes.Any(l => Is(l, model)) && clause.Question is null;

    private static bool Is(Recognising.Lexeme lexeme, string model) =>
        lexeme.Original.Equals(model, StringComparison.OrdinalIgnoreCase)
        || lexeme.Original.Equals(model.Split(':')[0], StringComparison.OrdinalIgnoreCase);

    /// <summary><c>llama3.2:3b</c>: a word with a figure, or one that stands where a name does.
    /// </summary>
    private static string? ModelOf(Clause clause, string? present)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            var before = clause.NextBefore(at);
            var former = before is not null && (before.IsGlue("insteadof")
                || before.IsGlue("from") || before.IsGlue("not"));
            var form = lexeme.Is(Part.Image) || lexeme.Is(Part.Unknown) || lexeme.Is(Part.Quoted)
                || lexeme.Is(Part.Domain) || lexeme.Is(Part.Version);
            if (!form || former || (present is not null && Is(lexeme, present))
                || lexeme.Original.Contains("//", StringComparison.Ordinal)
                || lexeme.Text.Any(c => c is ' ' or ',')
                || lexeme.Text is "provider" or "fallback" or "model" or "base")
            {
                continue;
            }
            var placed = before is not null && (before.IsGlue("to") || before.IsGlue("with")
                || before.IsVerb("have") || before.Is(Part.Topic, "llm")
                || before.Is(Part.Topic, "provider:ollama"));
            if ((lexeme.Text.Any(char.IsAsciiDigit) && char.IsAsciiLetter(lexeme.Text[0]))
                || (placed && lexeme.Is(Part.Unknown)) || lexeme.Is(Part.Quoted))
            {
                return lexeme.Original;
            }
        }
        return null;
    }

    private static Reply Provider(Clause clause, Draft draft, string provider)
    {
        var before = draft.Files;
        var present = draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Map("llm");
        if (present?.Text("provider") != provider)
        {
            draft.Set(ManifestFile.File, s_llm.Key("provider"), EditValue.Of(provider));
        }
        var url = clause.Lexemes.FirstOrDefault(l => l.Is(Part.Url))?.Original
            ?? clause.Lexemes.Where(l => l.Is(Part.PortPair)).Select(l => $"http://{l.Text}")
                .FirstOrDefault();
        var model = ModelOf(clause, present?.Text("model"));
        foreach (var (field, value) in (IEnumerable<(string, string?)>)
            [("model", model), ("base_url", url)])
        {
            if (value is not null && present?.Text(field) != value)
            {
                draft.Set(ManifestFile.File, s_llm.Key(field), EditValue.Of(value));
            }
        }
        return !draft.Files.ChangedFrom(before).Any() ? Reply.Same("That is set already.")
            : Reply.Done(provider == "none" ? "use the built-in interpreter alone"
                : $"let {provider} help to understand requests"
                    + (model is null ? "" : $" with {model}")).With(Risk.Medium);
    }

    public static Reply Registry(Clause clause, Draft draft)
    {
        var hosts = clause.Lexemes.Where(l => l.Is(Part.Domain) || l.Is(Part.Image)
            || l.Is(Part.PortPair) || l.Is(Part.Url))
            .Select(l => l.Original.Replace("https://", "", StringComparison.Ordinal)).ToList();
        var hub = clause.Lexemes.Any(l => l.Text is "docker hub" or "dockerhub");
        if (hub)
        {
            hosts.Add("docker.io");
        }
        var mirrors = clause.Lexemes.Any(l => l.Is(Part.Topic, "mirror"));
        var host = mirrors && hosts.Contains("docker.io") ? "docker.io"
            : mirrors ? (hosts.Count > 1 ? hosts[^1] : null) : hosts.FirstOrDefault();
        clause.Sweep();
        if (host is null)
        {
            return hosts.Count == 1 ? Mirror(draft, "docker.io", hosts[0])
                : Reply.Ask("Which registry, such as docker.io?", []);
        }
        if (mirrors)
        {
            return hosts.Find(h => h != host) is { } mirror ? Mirror(draft, host, mirror)
                : Reply.Ask($"Which mirror shall serve {host}, such as "
                    + "mirror.example.com:5000?", []);
        }
        var secret = clause.Lexemes.FirstOrDefault(l => l.Is(Part.Identifier)
            || l.Named(Recognising.Known.Secret) is not null)?.Original;
        var path = Entry(draft, host);
        if (secret is not null)
        {
            draft.Set(ManifestFile.File, path.Key("password_secret"), EditValue.Of(secret));
        }
        return Reply.Done($"know the registry {host}"
            + (secret is null ? "" : $" with the password of the secret {secret}"))
            .With(Risk.Medium);
    }

    private static EditPath Entry(Draft draft, string host)
    {
        var list = EditPath.Parse("spec.registries");
        if (draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Maps("registries")
            .Any(r => r.Text("host") == host) != true)
        {
            draft.Append(ManifestFile.File, list, EditValue.Map(("host", EditValue.Of(host))));
        }
        return list.Item("host", host);
    }

    private static Reply Mirror(Draft draft, string host, string mirror)
    {
        draft.Set(ManifestFile.File, Entry(draft, host).Key("mirror"), EditValue.Of(mirror));
        return Reply.Done($"fetch images of {host} from {mirror}").With(Risk.Medium);
    }
}
