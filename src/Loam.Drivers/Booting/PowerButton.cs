using System.Runtime.InteropServices;

namespace Loam.Drivers.Booting;

/// <summary>The button that switches a machine off, where it has one.</summary>
public static class PowerButton
{
    private const int EventBytes = 24;
    private const ushort Key = 1, PowerKey = 116;

    /// <summary>Calls when it is pressed, until the process ends.</summary>
    public static void Follow(Action pressed)
    {
        foreach (var file in Devices())
        {
            new Thread(() => Read(file, pressed)) { IsBackground = true, Name = "button" }.Start();
        }
    }

    private static IEnumerable<string> Devices()
    {
        const string inputs = "/sys/class/input";
        return !Directory.Exists(inputs) ? [] : Directory.EnumerateDirectories(inputs, "event*")
            .Where(d => File.ReadAllText(Path.Combine(d, "device", "name")).Trim()
                == "Power Button")
            .Select(d => Path.Combine("/dev/input", Path.GetFileName(d)));
    }

    private static void Read(string file, Action pressed)
    {
        try
        {
            using var events = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            // struct input_event: time, type, code, value.
            var one = new byte[EventBytes];
            while (events.Read(one) == EventBytes)
            {
                if (MemoryMarshal.Read<ushort>(one.AsSpan(16)) == Key
                    && MemoryMarshal.Read<ushort>(one.AsSpan(18)) == PowerKey
                    && MemoryMarshal.Read<int>(one.AsSpan(20)) == 1)
                {
                    pressed();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A machine without it is switched off in other ways.
        }
    }
}
