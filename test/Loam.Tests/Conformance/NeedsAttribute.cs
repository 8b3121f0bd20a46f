namespace Loam.Tests.Conformance;

/// <summary>Needs these programs, and busybox to make images of.</summary>
public sealed class NeedsAttribute(params string[] programs) : NeedAttribute
{
    public override string? Missing() => MissingProgram(programs)
        ?? (BusyboxImage.IsStatic() ? null : "needs /bin/busybox from busybox-static");
}
