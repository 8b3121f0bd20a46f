namespace Loam.MindHost.Storing;

internal enum DatabaseFault
{
    /// <summary>It does not hold what was written.</summary>
    Damaged,
    /// <summary>There is no room.</summary>
    Full,
    Other,
}

/// <summary>What was asked of a database was not done.</summary>
internal sealed class DatabaseException(DatabaseFault fault, string message) : Exception(message)
{
    public DatabaseFault Fault => fault;
}
