using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Drivers.Linux;

namespace Loam.Api.Tokens;

/// <summary>What a person may do who is not at the other end of a socket: those who may at the
/// socket, and those whom the manifest names.</summary>
internal static class Persons
{
    /// <param name="users"><c>api.users</c> of the state in force.</param>
    public static Rights RightsOf(string name, ImmutableArray<ApiUser> users)
    {
        if (AccountNames.User(name) is { } uid
            && (uid == 0 || AccountNames.IsMember(name, Peer.Group)))
        {
            return Peer.All;
        }
        return users.FirstOrDefault(u => u.Name == name)?.Role switch
        {
            ApiRole.View => Rights.View,
            ApiRole.Operate => Rights.View | Rights.Plan | Rights.Operate,
            ApiRole.Administer => Peer.All,
            _ => Rights.None,
        };
    }
}
