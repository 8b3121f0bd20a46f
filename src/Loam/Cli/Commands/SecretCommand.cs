using System.Collections.Immutable;
using Loam.Cli.Shell;
using Loam.Cli.Views;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Drivers.Secrets;

namespace Loam.Cli.Commands;

/// <summary><c>loam secret</c>. A value is encrypted here, for the machine's public key: its
/// plaintext goes to no socket, file, log or argument list.</summary>
internal static class SecretCommand
{
    private const string File = "security.yaml";
    private static readonly EditPath List = EditPath.Parse("spec.secrets");

    public static Task<ExitCode> RunAsync(Invocation call, CancellationToken cancel) =>
        (call.Words[0], call.Words.Count) switch
        {
            ("list", 1) => ListAsync(call, cancel),
            ("set", 2) => SetAsync(call, call.Words[1], cancel),
            ("rm" or "remove", 2) => RemoveAsync(call, call.Words[1], cancel),
            ("show" or "get" or "print", _) => throw new CommandFailure(ExitCode.Invalid,
                "Loam never shows a secret's value.",
                "`loam secret list` shows the names, and `loam secret set NAME` sets a new "
                + "value."),
            _ => throw new CommandFailure(ExitCode.Invalid,
                $"`loam secret {string.Join(' ', call.Words)}` is not one of its forms.",
                "Use `loam secret set NAME`, `loam secret list` or `loam secret rm NAME`."),
        };

    private static async Task<ExitCode> ListAsync(Invocation call, CancellationToken cancel)
    {
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        var desired = StateReader.Read(new(state.Files)).State ?? DesiredState.Empty;
        var secrets = desired.Secrets.Keys
            .Select(name => (Name: name, Users: UsersOf(name, desired))).ToList();
        if (call.Json)
        {
            call.Terminal.Raw(JsonOutput.Write(json =>
            {
                json.WriteStartArray("secrets");
                foreach (var (name, users) in secrets)
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteStartArray("used_by");
                    users.ForEach(json.WriteStringValue);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }) + "\n");
            return ExitCode.Done;
        }
        if (secrets.Count == 0)
        {
            call.Terminal.Write("No secrets.");
            return ExitCode.Done;
        }
        var table = new Table("NAME", "USED BY");
        foreach (var (name, users) in secrets)
        {
            table.Add(new(name, Ink.Bold), new(string.Join(", ", users)));
        }
        call.Terminal.Write(table.Render(call.Terminal.Look));
        return ExitCode.Done;
    }

    private static List<string> UsersOf(string secret, DesiredState state) =>
        [.. state.Services.Values.Where(s => s.Spec.Canonical().Contains(
            $"${{secrets.{secret}}}", StringComparison.Ordinal)).Select(s => s.Name)];

    private static async Task<ExitCode> SetAsync(
        Invocation call, string name, CancellationToken cancel)
    {
        if (!IsName(name))
        {
            throw new CommandFailure(ExitCode.Invalid, $"'{name}' cannot name a secret.",
                "A name has letters, digits and _, and does not begin with a digit.");
        }
        var recipient = AgeRecipient.Parse(
            await call.Client.RecipientAsync(cancel).ConfigureAwait(false));
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        var sealed_ = SecretText.Encrypt(
            await ValueAsync(call, name, cancel).ConfigureAwait(false), recipient);
        var text = state.Files.GetValueOrDefault(File)
            ?? StateEdit.NewFile(FileKinds.Of(File)!, "security");
        return await ApplyAsync(call, state.Generation, $"secret set {name}",
            Edited(() => StateEdit.Set(
                text, List.Item("name", name).Key("value"), EditValue.Of(sealed_))), cancel)
            .ConfigureAwait(false);
    }

    private static async Task<ExitCode> RemoveAsync(
        Invocation call, string name, CancellationToken cancel)
    {
        var state = await call.Client.StateAsync(cancel).ConfigureAwait(false);
        var text = state.Files.GetValueOrDefault(File);
        var known = StateReader.Read(new(state.Files)).State?.Secrets;
        if (text is null || known?.ContainsKey(name) != true)
        {
            throw new CommandFailure(ExitCode.Invalid, $"There is no secret {name}.",
                "`loam secret list` lists them.");
        }
        return await ApplyAsync(call, state.Generation, $"secret rm {name}",
            Edited(() => StateEdit.Remove(text, List.Item("name", name))), cancel)
            .ConfigureAwait(false);
    }

    private static string Edited(Func<string> edit)
    {
        try
        {
            return edit();
        }
        catch (EditException e)
        {
            throw new CommandFailure(ExitCode.Invalid, $"{File} cannot be edited: {e.Message}",
                "Edit it by hand, then `loam apply`.");
        }
    }

    private static Task<ExitCode> ApplyAsync(Invocation call, int generation, string reason,
        string text, CancellationToken cancel) => ChangeFlow.RunAsync(call,
        new(ChangeKind.Files, reason)
        {
            Texts = ImmutableSortedDictionary<string, string>.Empty.Add(File, text),
            BaseGeneration = generation,
        }, cancel);

    private static bool IsName(string name) => name.Length is > 0 and <= 128
        && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Typed unseen, or from standard input without its last line end.</summary>
    internal static async Task<string> ValueAsync(
        Invocation call, string name, CancellationToken cancel)
    {
        var screen = call.Terminal;
        string? value;
        if (screen.Asks)
        {
            var question = new Line($"Value of {name} (not shown) ", Ink.Bold)
                .Add("› ", Ink.Accent);
            value = await AskHiddenAsync(screen, question, cancel).ConfigureAwait(false);
        }
        else
        {
            value = await ReadAllAsync(screen.Input, cancel).ConfigureAwait(false);
        }
        return value is { Length: > 0 } ? value
            : throw new CommandFailure(ExitCode.NotApproved, "No value was given.",
                $"Type it when asked, or: `loam secret set {name} < FILE`.");
    }

    /// <returns>What was typed unseen; null: nobody wanted to, or no more comes.</returns>
    internal static async Task<string?> AskHiddenAsync(
        Terminal screen, Line question, CancellationToken cancel) =>
        screen is { Live: true, Editor: null } ? ReadHidden(screen, question)
            : await screen.AskAsync(question, hidden: true, cancel).ConfigureAwait(false);

    private static string? ReadHidden(Terminal screen, Line question)
    {
        var editor = new LineEditor(
            screen, () => Console.ReadKey(true), new LineHistory(null), _ => []);
        Console.TreatControlCAsInput = true;
        try
        {
            return editor.Read(question, false, true, out var line) == LineEnd.Entered
                ? line : null;
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private static async Task<string> ReadAllAsync(TextReader input, CancellationToken cancel)
    {
        var buffer = new char[Limits.SecretBytes + 1];
        var length = await input.ReadBlockAsync(buffer, cancel).ConfigureAwait(false);
        if (length > Limits.SecretBytes)
        {
            throw new CommandFailure(ExitCode.Invalid,
                $"The value is longer than {Limits.SecretBytes / 1024} KiB.");
        }
        var text = new string(buffer, 0, length);
        Array.Clear(buffer);
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2]
            : text.EndsWith('\n') ? text[..^1] : text;
    }
}
