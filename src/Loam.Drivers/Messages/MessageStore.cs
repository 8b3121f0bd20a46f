using Loam.Core.Json;
using Loam.Core.Messaging;
using Loam.Drivers.Files;

namespace Loam.Drivers.Messages;

/// <summary>Messages that wait, over restarts.</summary>
public sealed class MessageStore(string path)
    : JsonMemory<MessageMemory>(path, LoamJson.Default.MessageMemory, MessageMemory.None);
