using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.Cli;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;
using Loam.Mind.Context;
using Loam.Mind.Privacy;

namespace Loam.Mcp;

/// <summary>The state in force, as it is and as a client may see it.</summary>
/// <param name="Blanked">With handles where secrets stand.</param>
internal sealed record SeenState(int Generation, StateSet Whole, StateSet Blanked);

/// <summary>Where a client is served: what it may ask of the daemon, by whose rights, and what of
/// the answers it gets to see. Everything that leaves for a client leaves through here.</summary>
/// <param name="client">Speaks to the daemon with the rights of whom it is for.</param>
/// <param name="name">What the client calls itself.</param>
internal sealed class Desk(DaemonClient client, string name, bool isReadOnly, TimeProvider time)
{
    private const int LongestName = 60;
    private const int NonceBytes = 6;

    public DaemonClient Client => client;

    public bool IsReadOnly => isReadOnly;

    public TimeProvider Time => time;

    /// <summary>How proposals are signed.</summary>
    public string Author { get; } = Sign + (PlainText.OneLine(name, LongestName) is { Length: > 0 }
        line ? line : "client");

    /// <summary>Before the name of whoever proposes over this protocol.</summary>
    public const string Sign = "mcp ";

    public async Task<SeenState> StateAsync(CancellationToken cancel)
    {
        var state = await client.StateAsync(cancel).ConfigureAwait(false);
        var whole = new StateSet(state.Files);
        return new(state.Generation, whole, SecretHandles.Blank(whole));
    }

    /// <summary>Lines as they would stand in a pipe.</summary>
    public static string Plain(IEnumerable<Line> lines) => string.Join('\n', lines.Select(
        l => string.Concat(l.Runs.Select(r => Look.Plain.Clean(r.Text))).TrimEnd()));

    /// <summary>Between marks that nothing in it can end, with where it is from.</summary>
    public static string Marked(string origin, string text) => new DataMark(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes)))
        .Around(origin, text);

    /// <summary>A file that comes back to the letter: nothing but this mark is taken out.
    /// </summary>
    public static string MarkedFile(string origin, string text) => new DataMark(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes)))
        .AroundFile(origin, text);

    /// <summary>What became of one of our proposals, for the same person; of others as little is
    /// told as of none.</summary>
    /// <exception cref="CommandFailure">Invalid: there is no such proposal.</exception>
    public async Task<Api.ProposalLine> OutcomeAsync(
        string id, int wait, CancellationToken cancel)
    {
        var own = await client.OwnProposalsAsync(cancel).ConfigureAwait(false);
        if (!own.Proposals.Any(p => p.Id == id && IsOurs(p)))
        {
            throw new CommandFailure(ExitCode.Invalid,
                "There is no proposal of that name, or no longer.",
                "`proposals` lists yours; they are kept for a day, or until the daemon ends.");
        }
        return await client.OutcomeAsync(id, wait, cancel).ConfigureAwait(false);
    }

    /// <summary>Without what looks like a secret.</summary>
    public static string Clean(string text) =>
        new Redactor(RedactionFacts.None, onlySecrets: true).Redact(text);

    /// <summary>Every text in it without what looks like a secret.</summary>
    public static JsonNode? Clean(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(
            m => KeyValuePair.Create(m.Key, Clean(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Clean)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String =>
            JsonValue.Create(Clean(value.GetValue<string>())),
        _ => node?.DeepClone(),
    };

    /// <summary>Proposals that came over this protocol, for whoever it is served for.</summary>
    public static bool IsOurs(Api.ProposalLine line) =>
        line.By.StartsWith(Sign, StringComparison.Ordinal);
}
