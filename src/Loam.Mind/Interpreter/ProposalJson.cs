using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Loam.Mind.Interpreter;

/// <summary>The one JSON object of <c>loam propose -o json</c>.</summary>
public static class ProposalJson
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(Proposal proposal)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            Write(json, proposal);
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    public static void Write(Utf8JsonWriter json, Proposal proposal)
    {
        json.WriteStartObject();
        json.WriteString("outcome", Word(proposal.Outcome));
        json.WriteString("message", proposal.Message);
        json.WriteStartObject("files");
        foreach (var (file, text) in proposal.Files)
        {
            json.WriteString(file, text);
        }
        json.WriteEndObject();
        json.WriteString("risk", proposal.Risk.ToString().ToLowerInvariant());
        json.WriteNumber("confidence", Math.Round(proposal.Confidence, 2));
        WriteList(json, "scope", proposal.Scope.Select(s => s.ToString()));
        WriteList(json, "suggestions", proposal.Suggestions);
        if (proposal.Listing is { } listing)
        {
            Write(json, listing);
        }
        json.WriteEndObject();
    }

    /// <summary>Rows are lists of texts, in the order of the columns.</summary>
    private static void Write(Utf8JsonWriter json, Listing listing)
    {
        json.WriteStartObject("listing");
        json.WriteString("title", listing.Title);
        WriteList(json, "columns", listing.Columns);
        json.WriteStartArray("rows");
        foreach (var row in listing.Rows)
        {
            json.WriteStartArray();
            foreach (var cell in row)
            {
                json.WriteStringValue(cell);
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Proposal => "proposal",
        Outcome.Answer => "answer",
        Outcome.Question => "question",
        Outcome.NoChange => "no-change",
        _ => "refusal",
    };

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }
        json.WriteEndArray();
    }
}
