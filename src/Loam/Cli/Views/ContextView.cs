using System.Globalization;
using System.Text;
using System.Text.Json;
using Loam.Mind.Context;
using Loam.Mind.Privacy;

namespace Loam.Cli.Views;

/// <summary>What a model would be shown, for people and programs.</summary>
internal static class ContextView
{
    public static IEnumerable<Line> Table(ContextReport report, Look look)
    {
        var table = new Table("SECTION", "TOKENS", "BUDGET", "LEFT OUT");
        foreach (var section in report.Sections)
        {
            table.Add(new(section.Name), Number(section.Used),
                new(Number(section.Budget).Text, Ink.Dim),
                new(section.Cut.TrimEnd('.'), Ink.Warn));
        }
        table.Add(new("in all", Ink.Bold), Number(report.Used), Line.Empty, Line.Empty);
        foreach (var line in table.Render(look))
        {
            yield return line;
        }
        yield return Line.Empty;
        yield return new("Tokens are estimated, rather too many than too few. Nothing was sent; "
            + "--full shows the text.", Ink.Dim);
    }

    private static Line Number(int number) =>
        new(number.ToString(CultureInfo.InvariantCulture).PadLeft(6));

    public static IEnumerable<Line> Replaced(Outgoing outgoing, Look look)
    {
        if (outgoing.Replaced.IsEmpty)
        {
            yield return new("Nothing was replaced.");
        }
        else
        {
            var table = new Table("KIND", "DIFFERENT", "PLACES", "");
            foreach (var (kind, different, places) in outgoing.Replaced)
            {
                table.Add(new(Redactor.Word(kind)), Number(different), Number(places),
                    new(kind == PrivateKind.Secret ? "dropped: it does not come back"
                        : "put back into the answer", Ink.Dim));
            }
            foreach (var line in table.Render(look))
            {
                yield return line;
            }
        }
        yield return Line.Empty;
        var (sending, reason) = outgoing.Decision;
        yield return sending switch
        {
            Sending.LocalOnly => new Line("It would not be sent. ", Ink.Bad).Add(reason),
            Sending.NeedsApproval => new Line("You would be asked first. ", Ink.Warn).Add(reason),
            _ => new Line("It would be sent to a model outside. ", Ink.Good).Add(reason),
        };
        yield return new("Nothing was sent now.", Ink.Dim);
    }

    public static string Json(AssembledContext context) => Write(json =>
    {
        json.WriteStartArray("sections");
        foreach (var (content, report) in context.Sections.Zip(context.Report.Sections))
        {
            json.WriteStartObject();
            json.WriteString("name", report.Name);
            json.WriteNumber("budget", report.Budget);
            json.WriteNumber("tokens", report.Used);
            json.WriteString("cut", report.Cut);
            json.WriteString("text", content.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("tokens", context.Report.Used);
    });

    public static string Json(Outgoing outgoing) => Write(json =>
    {
        json.WriteString("sending", outgoing.Decision.Sending switch
        {
            Sending.LocalOnly => "local_only",
            Sending.NeedsApproval => "needs_approval",
            _ => "send",
        });
        json.WriteString("reason", outgoing.Decision.Reason);
        json.WriteStartArray("replaced");
        foreach (var (kind, different, places) in outgoing.Replaced)
        {
            json.WriteStartObject();
            json.WriteString("kind", Redactor.Word(kind));
            json.WriteNumber("different", different);
            json.WriteNumber("places", places);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("text", outgoing.Text);
    });

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new()
        {
            Indented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
