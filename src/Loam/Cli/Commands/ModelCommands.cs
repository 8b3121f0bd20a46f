using System.Collections.Immutable;
using System.Net.Http;
using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Drivers.Models;

namespace Loam.Cli.Commands;

/// <summary><c>loam model</c>: files of models in Loam's own folder. Which one is asked is a matter
/// of manifest.yaml, and changes by a plan.</summary>
internal static class ModelCommands
{
    private const string File = "manifest.yaml";

    /// <summary>Large enough for what a model is shown, where the model is made for as much.
    /// </summary>
    private const int UsualContext = 16_384;

    private static readonly EditPath Llm = EditPath.Parse("spec.llm");
    private static readonly ImmutableHashSet<string> s_none = [];

    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel) =>
        (call.Words[0], call.Words.Count) switch
        {
            ("list", 1) => ListAsync(call, cancel),
            ("add", 2) => AddAsync(call, call.Words[1], cancel),
            ("use", 2) => UseAsync(call, Store(call).Find(call.Words[1]), cancel),
            ("verify", _) => VerifyAsync(call, cancel),
            ("rm" or "remove", 2) => RemoveAsync(call, call.Words[1], cancel),
            _ => throw new CommandFailure(ExitCode.Invalid,
                $"`loam model {string.Join(' ', call.Words)}` is not one of its forms.",
                "Use `loam model add NAME|URL|PATH`, `use NAME`, `list`, `verify` or `rm NAME`."),
        };

    private static ModelStore Store(Invocation call) => Environment.IsPrivilegedProcess
        ? new(call.Paths.ModelStore, call.Time)
        : throw new CommandFailure(ExitCode.Failed, "Models are root's files.",
            $"`sudo loam model {string.Join(' ', call.Words)}`.");

    private static async Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel)
    {
        var models = Store(call).List();
        var used = await UsedAsync(call, cancel).ConfigureAwait(false);
        call.Answer(() => ModelView.Json(models, used), ModelView.Table(models, used,
            KnownModel.All.Where(k => models.All(m => m.Name != k.Name)), call.Terminal.Look));
        return ExitCode.Done;
    }

    private static async Task<ExitCode> AddAsync(
        Invocation call, string what, CancellationToken cancel)
    {
        var store = Store(call);
        var known = KnownModel.All.FirstOrDefault(k => k.Name == what);
        var sum = call.Value("sha256") ?? known?.Sha256;
        if (sum is not null && (sum.Length != 64 || !sum.All(char.IsAsciiHexDigit)))
        {
            throw new CommandFailure(ExitCode.Invalid, "--sha256 takes 64 hexadecimal digits.",
                "`sha256sum FILE` prints them.");
        }
        var url = known?.Url ?? UrlOf(what, sum is not null);
        var name = call.Value("name") ?? known?.Name
            ?? Path.GetFileNameWithoutExtension(url?.AbsolutePath ?? what);
        StoredModel model;
        using (var progress = new ByteProgress(call.Terminal, call.Time))
        {
            model = url is not null
                ? await FetchAsync(store, name, url, sum, progress.Show, cancel)
                    .ConfigureAwait(false)
                : System.IO.File.Exists(what)
                ? await store.AddFileAsync(name, Path.GetFullPath(what), sum, progress.Show,
                    cancel).ConfigureAwait(false)
                : throw new CommandFailure(ExitCode.Invalid, $"There is no model or file {what}.",
                    $"Known are {string.Join(", ", KnownModel.All.Select(k => k.Name))}; else "
                    + "give an address or a path.");
        }
        if (call.Has("use"))
        {
            call.Terminal.Complain(ModelView.Added(model)[0]);
            return await UseAsync(call, model, cancel).ConfigureAwait(false);
        }
        call.Answer(() => ModelView.Json([model], s_none), ModelView.Added(model));
        return ExitCode.Done;
    }

    private static async Task<StoredModel> FetchAsync(ModelStore store, string name, Uri url,
        string? sum, Action<long, long> progress, CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.TryAddWithoutValidation("user-agent", "loam");
        return await store.AddUrlAsync(name, url, sum, http, progress, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Null: it is no address.</summary>
    private static Uri? UrlOf(string what, bool isSure)
    {
        if (!what.Contains("://", StringComparison.Ordinal)
            || !Uri.TryCreate(what, UriKind.Absolute, out var url))
        {
            return null;
        }
        return url.Scheme == "https" || (url.Scheme == "http" && (isSure || url.IsLoopback)) ? url
            : throw new CommandFailure(ExitCode.Invalid,
                $"{url.Scheme} does not say who answers, and there is no checksum.",
                "Use https, or say --sha256.");
    }

    private static async Task<ExitCode> VerifyAsync(Invocation call, CancellationToken cancel)
    {
        var store = Store(call);
        var names = call.Words.Count > 1 ? [call.Words[1]] : store.List().Select(m => m.Name);
        var failed = false;
        foreach (var name in names.ToList())
        {
            HostException? fault = null;
            using (var progress = new ByteProgress(call.Terminal, call.Time))
            {
                try
                {
                    await store.VerifyAsync(name, progress.Show, cancel).ConfigureAwait(false);
                }
                catch (HostException e) when (call.Words.Count == 1)
                {
                    (fault, failed) = (e, true);
                }
            }
            call.Answer(() => ModelView.Verified(name, fault is null),
                ModelView.Verified(name, fault));
        }
        return failed ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<ExitCode> RemoveAsync(
        Invocation call, string name, CancellationToken cancel)
    {
        var store = Store(call);
        var model = store.Find(name);
        var used = await UsedAsync(call, cancel).ConfigureAwait(false);
        if (used.Contains(model.File) && !call.Has("force"))
        {
            throw new CommandFailure(ExitCode.Failed, $"{name} is the model that is asked.",
                "Take it out of llm of manifest.yaml first, or say --force.");
        }
        store.Remove(name);
        call.Answer(() => ModelView.Json([model], s_none),
            [new Line("✓ ", Ink.Good).Add(name, Ink.Bold).Add(" is removed.")]);
        return ExitCode.Done;
    }

    /// <summary>Files that the state in force names; none where no daemon runs.</summary>
    private static async Task<IReadOnlySet<string>> UsedAsync(
        Invocation call, CancellationToken cancel)
    {
        try
        {
            return (await LlmAsync(call, cancel).ConfigureAwait(false)).Held.Models
                .Select(m => m.ModelPath).OfType<string>().ToHashSet(StringComparer.Ordinal);
        }
        catch (CommandFailure)
        {
            return s_none;
        }
    }

    private static async Task<(LlmSettings Held, int Generation, string? Text)> LlmAsync(
        Invocation call, CancellationToken cancel)
    {
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        var desired = StateReader.Read(new(state.Files)).State ?? DesiredState.Empty;
        return (desired.Settings.Llm, state.Generation, state.Files.GetValueOrDefault(File));
    }

    /// <summary>It is asked first, and whoever was asked before comes after it.</summary>
    private static async Task<ExitCode> UseAsync(
        Invocation call, StoredModel model, CancellationToken cancel)
    {
        var header = GgufHeader.Read(model.File);
        var (held, generation, before) = await LlmAsync(call, cancel).ConfigureAwait(false);
        var text = before ?? StateEdit.NewFile(FileKinds.Of(File)!, "main");
        try
        {
            text = StateEdit.Set(text, Llm.Key("provider"), EditValue.Of(LlmModel.Local));
            foreach (var field in (string[])["model", "base_url", "api_key_secret", "price"])
            {
                text = StateEdit.Remove(text, Llm.Key(field));
            }
            text = StateEdit.Set(text, Llm.Key("model_path"), EditValue.Of(model.File));
            if (held.ContextSize == LlmSettings.DefaultContextSize)
            {
                text = StateEdit.Set(text, Llm.Key("context_size"), EditValue.Of(
                    header.ContextTokens is > 0 and var most ? Math.Min(most, UsualContext)
                        : UsualContext));
            }
            var others = held.Models.Where(m => m.Provider != LlmModel.Local).ToList();
            if (others.Count > 0)
            {
                text = StateEdit.Set(text, Llm.Key("fallback"),
                    EditValue.List([.. others.Select(Entry)]));
            }
        }
        catch (EditException e)
        {
            throw new CommandFailure(ExitCode.Invalid, $"{File} cannot be edited: {e.Message}",
                "Edit it by hand, then `loam apply`.");
        }
        return await ChangeFlow.RunAsync(call, new(ChangeKind.Files, $"model use {model.Name}")
        {
            Texts = ImmutableSortedDictionary<string, string>.Empty.Add(File, text),
            BaseGeneration = generation,
        }, cancel).ConfigureAwait(false);
    }

    private static EditValue Entry(LlmModel model)
    {
        var fields = new List<(string, EditValue)> { ("provider", EditValue.Of(model.Provider)) };
        foreach (var (name, value) in new[]
        {
            ("model", model.Model), ("base_url", model.BaseUrl),
            ("api_key_secret", model.ApiKeySecret),
        })
        {
            if (value is not null)
            {
                fields.Add((name, EditValue.Of(value)));
            }
        }
        if (model.Price is { } price)
        {
            fields.Add(("price", EditValue.Map(
                ("input", EditValue.Of(Dollars(price.Input))),
                ("output", EditValue.Of(Dollars(price.Output))))));
        }
        return EditValue.Map([.. fields]);
    }

    private static string Dollars(long micros) =>
        (micros / 1_000_000m).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
