using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Interpreter;

/// <summary>Sayings of several words, in the notation of Loam-bench.</summary>
public sealed class SayingTests
{
    [Theory]
    // Whoever only says what is to become of others.
    [InlineData("""
        clinic: mei asked me to put rkhan into sudo
            => proposal; users.rkhan.groups has sudo; users.mei = same
        """)]
    [InlineData("""
        clinic: mei told us to add rkhan to docker
            => proposal; users.rkhan.groups has docker; users.mei = same
        """)]
    [InlineData("""
        club: remove karl, maria told me about it => proposal; no users.karl; users.maria = same
        """)]
    [InlineData("club: remove karl, maria tells everybody => proposal; no users.karl")]
    // What is as it shall be.
    [InlineData("""
        shop: give the api 1 GB, the worker's 256 is fine as it is
            => proposal; services.api.resources.memory = 1Gi; services.worker = same
        """)]
    [InlineData("""
        shop: give the api 1 GB, the worker's 256 is okay
            => proposal; services.api.resources.memory = 1Gi; services.worker = same
        """)]
    [InlineData("""
        shop: give the api 1 GB, redis has been replaced last week
            => proposal; services.api.resources.memory = 1Gi; services.redis = same
        """)]
    // How it is wished to be.
    [InlineData("shop: the worker is to be off => proposal; services.worker.replicas = 0")]
    [InlineData("""
        shop: the worker is not supposed to be running => proposal; services.worker.replicas = 0
        """)]
    [InlineData("""
        club: all the admins should use zsh
            => proposal; users.maria.shell ~ zsh; users.peter.shell ~ zsh; users.sofia = same
        """)]
    [InlineData("""
        club: all of our admins should use zsh
            => proposal; users.maria.shell ~ zsh; users.peter.shell ~ zsh; users.sofia = same
        """)]
    // Name servers of the machine and of an interface.
    [InlineData("""
        devbox: another name server for eth0: 8.8.8.8 // and 8.8.4.4 as an extra dns server on eth0
            => proposal; interfaces.eth0.dns has 8.8.8.8; interfaces.eth0.dns has 8.8.4.4
        """)]
    [InlineData("""
        devbox: an additional name server, 8.8.8.8
            => proposal; dns.nameservers has 8.8.8.8; dns.nameservers count 3
        """)]
    public void A_saying_is_one(string written)
    {
        var faults = new List<CaseFault>();
        var said = CaseFile.Read("sayings", written, "paraphrase", false, faults).ToList();
        faults.ShouldBeEmpty();
        var one = said.ShouldHaveSingleItem();
        var judged = Judge.Run(one, new(StartStates.Read(one.State)));
        judged.Fault.ShouldBeNull();
        judged.Collateral.ShouldBeEmpty();
    }
}
