using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Loam.Drivers.Sandboxes;

/// <summary>One instruction between a call's number and its refusal.</summary>
/// <param name="True">Instructions to jump over where it holds.</param>
internal readonly record struct CallTest(ushort Code, byte True, byte False, uint Value)
{
    private const uint ArgumentsAt = 16;

    /// <summary>The lower half of an argument.</summary>
    public static CallTest Load(int argument) => new(0x20, 0, 0, ArgumentsAt + 8 * (uint)argument);

    public static CallTest Equal(uint value, byte isTrue, byte isFalse) =>
        new(0x15, isTrue, isFalse, value);

    public static CallTest AnyBit(uint bits, byte isTrue, byte isFalse) =>
        new(0x45, isTrue, isFalse, bits);
}

/// <summary>A seccomp filter in classic BPF: it refuses calls, and allows the others. Calls of
/// another processor end the program; those of x32 would pass by, and are none.
/// https://docs.kernel.org/userspace-api/seccomp_filter.html</summary>
internal sealed class CallProgram
{
    private const ushort LoadCode = 0x20, JumpEqual = 0x15, JumpAtLeast = 0x35, Return = 0x06;
    private const uint Allow = 0x7fff0000, Fail = 0x00050000, Kill = 0x80000000;
    private const uint NumberAt = 0, ProcessorAt = 4, NoSuchCall = 38;

    private readonly List<CallTest> _code =
    [
        new(LoadCode, 0, 0, ProcessorAt),
        new(JumpEqual, 1, 0, IsArm ? 0xc00000b7 : 0xc000003e),
        new(Return, 0, 0, Kill),
        new(LoadCode, 0, 0, NumberAt),
        new(JumpAtLeast, 0, 1, 0x40000000),
        new(Return, 0, 0, Fail | NoSuchCall),
    ];

    public static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <param name="error">What the caller gets.</param>
    /// <param name="tests">Whether it is refused: they go on to the refusal, or jump over it.
    /// </param>
    public void Refuse(uint call, uint error, params ReadOnlySpan<CallTest> tests)
    {
        _code.Add(new(LoadCode, 0, 0, NumberAt));
        _code.Add(new(JumpEqual, 0, (byte)(tests.Length + 1), call));
        _code.AddRange(tests);
        _code.Add(new(Return, 0, 0, Fail | error));
    }

    public byte[] Bytes()
    {
        var bytes = new byte[(_code.Count + 1) * 8];
        foreach (var (at, code) in _code.Append(new(Return, 0, 0, Allow)).Index())
        {
            var one = bytes.AsSpan(at * 8);
            BinaryPrimitives.WriteUInt16LittleEndian(one, code.Code);
            (one[2], one[3]) = (code.True, code.False);
            BinaryPrimitives.WriteUInt32LittleEndian(one[4..], code.Value);
        }
        return bytes;
    }
}
