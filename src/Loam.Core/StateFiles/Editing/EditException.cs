namespace Loam.Core.StateFiles.Editing;

/// <summary>An edit that cannot be made: the text cannot be read, or the path cannot exist. The
/// message is a sentence for people.</summary>
public sealed class EditException(string message) : Exception(message);
