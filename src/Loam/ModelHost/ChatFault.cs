namespace Loam.ModelHost;

/// <summary>A request that is not answered.</summary>
/// <param name="status">Of HTTP.</param>
/// <param name="type">As OpenAI's API has it.</param>
/// <param name="message">A sentence.</param>
internal sealed class ChatFault(int status, string type, string message) : Exception(message)
{
    public int Status => status;

    public string Type => type;

    public static ChatFault Invalid(string message) =>
        new(400, "invalid_request_error", message);
}
