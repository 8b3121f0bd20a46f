using Xunit.Abstractions;
using Xunit.Sdk;

namespace Loam.Tests.Conformance;

/// <summary>What the tests of a class need from the machine; what is missing skips them, with
/// the reason in the runner's report.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(params string[] programs) : Attribute
{
    public string[] Programs { get; } = programs;

    public string? Missing()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "needs root";
        }
        string[] folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        var absent = Programs.FirstOrDefault(
            p => !folders.Any(folder => File.Exists(Path.Combine(folder, p))));
        return absent is not null ? $"needs the program {absent}"
            : !BusyboxImage.IsStatic() ? "needs /bin/busybox from busybox-static" : null;
    }
}

/// <summary>A fact that is skipped when its class needs what this machine has not.</summary>
[XunitTestCaseDiscoverer("Loam.Tests.Conformance.HostFactDiscoverer", "Loam.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class HostFactAttribute : FactAttribute;

public sealed class HostFactDiscoverer(IMessageSink sink) : FactDiscoverer(sink)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions options, ITestMethod method, IAttributeInfo fact) =>
        new HostTestCase(
            DiagnosticMessageSink, options.MethodDisplayOrDefault(),
            options.MethodDisplayOptionsOrDefault(), method);
}

public sealed class HostTestCase : XunitTestCase
{
    [Obsolete("For the runner, which fills it in.")]
    public HostTestCase()
    {
    }

    public HostTestCase(
        IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options,
        ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsAttribute))
            .OfType<ReflectionAttributeInfo>().Select(a => ((NeedsAttribute)a.Attribute).Missing())
            .FirstOrDefault() ?? base.GetSkipReason(factAttribute);
}
