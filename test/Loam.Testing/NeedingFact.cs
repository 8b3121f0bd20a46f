using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Loam.Testing;

/// <summary>What the tests of a class need from the machine; what is missing skips them, with the
/// reason in the runner's report.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class NeedAttribute : Attribute
{
    /// <summary>Null: everything is there.</summary>
    public abstract string? Missing();

    protected static string? MissingProgram(params IEnumerable<string> programs)
    {
        string[] folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        var absent = programs.FirstOrDefault(
            p => !folders.Any(folder => File.Exists(Path.Combine(folder, p))));
        return !Environment.IsPrivilegedProcess ? "needs root"
            : absent is not null ? $"needs the program {absent}" : null;
    }
}

/// <summary>A fact that is skipped when its class needs what this machine has not.</summary>
[XunitTestCaseDiscoverer("Loam.Testing.NeedingFactDiscoverer", OwnAssembly.Name)]
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedingFactAttribute : FactAttribute;

public sealed class NeedingFactDiscoverer(IMessageSink sink) : FactDiscoverer(sink)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions options, ITestMethod method, IAttributeInfo fact) =>
        new NeedingTestCase(
            DiagnosticMessageSink, options.MethodDisplayOrDefault(),
            options.MethodDisplayOptionsOrDefault(), method);
}

public sealed class NeedingTestCase : XunitTestCase
{
    [Obsolete("For the runner, which fills it in.")]
    public NeedingTestCase()
    {
    }

    public NeedingTestCase(
        IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options,
        ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.GetCustomAttributes(typeof(NeedAttribute))
            .OfType<ReflectionAttributeInfo>().Select(a => ((NeedAttribute)a.Attribute).Missing())
            .FirstOrDefault() ?? base.GetSkipReason(factAttribute);
}
