namespace Loam.Core.Planning;

/// <summary>What takes an action back. Every host action has an exact one, or leaves nothing
/// behind that matters: nothing is removed for good before the whole plan is applied.</summary>
public static class Inverse
{
    /// <summary>The action that undoes <paramref name="action"/>; null when there is nothing to
    /// undo.</summary>
    public static PlannedAction? Of(PlannedAction action) => action.Kind switch
    {
        ActionKind.Pull or ActionKind.Gate or ActionKind.CheckResolver
            or ActionKind.CheckInterface => null,
        ActionKind.CreateNetwork => action with { Kind = ActionKind.RemoveNetwork },
        ActionKind.CreateVolume => action with { Kind = ActionKind.RemoveVolume },
        ActionKind.MakeImage or ActionKind.Attach or ActionKind.Detach or ActionKind.AdoptMount
            or ActionKind.SetAccess or ActionKind.GrowImage or ActionKind.SetGroup =>
                OfStorage(action),
        ActionKind.Create => action with { Kind = ActionKind.Remove },
        ActionKind.Start => action with { Kind = ActionKind.Stop },
        ActionKind.Stop => action with { Kind = ActionKind.Start },
        ActionKind.GiveAlias => action with { Kind = ActionKind.TakeAlias },
        ActionKind.TakeAlias => action with { Kind = ActionKind.GiveAlias },
        ActionKind.Update => action with
        {
            Limits = new(action.Limits!.After, action.Limits.PolicyAfter,
                action.Limits.Before, action.Limits.PolicyBefore),
        },
        ActionKind.SetFirewall => action with
        {
            Firewall = new(action.Firewall!.After, action.Firewall.Before),
        },
        ActionKind.CreateGroup => action with { Kind = ActionKind.RemoveGroup },
        ActionKind.SetUser => action with
        {
            User = new(action.User!.After, action.User.Before),
        },
        ActionKind.ObtainCertificate => action with { Kind = ActionKind.DiscardCertificate },
        ActionKind.UseCertificate => action with
        {
            Certificate = action.Certificate! with
            {
                Before = action.Certificate.After, After = action.Certificate.Before,
            },
        },
        ActionKind.DumpData => action with { Kind = ActionKind.DiscardDump },
        ActionKind.SetDataAside => action with { Kind = ActionKind.PutDataBack },
        // What was read in goes with the directory it was read into.
        ActionKind.LoadData => null,
        ActionKind.SetHostname => action with
        {
            Hostname = new(action.Hostname!.After, action.Hostname.Before),
        },
        ActionKind.SetTimezone => action with
        {
            Timezone = new(action.Timezone!.After, action.Timezone.Before),
        },
        ActionKind.SetResolver => action with
        {
            Resolver = action.Resolver! with
            {
                Before = action.Resolver.After, After = action.Resolver.Before,
            },
        },
        ActionKind.SetInterface => action with
        {
            Interface = action.Interface! with
            {
                Before = action.Interface.After, After = action.Interface.Before,
            },
        },
        // Within a plan only rehearsals are removed, and those are not wanted back.
        ActionKind.Remove or ActionKind.RemoveNetwork or ActionKind.RemoveVolume
            or ActionKind.RemoveImage or ActionKind.ReleaseMount
            or ActionKind.RemoveGroup or ActionKind.DiscardCertificate
            or ActionKind.DiscardDump or ActionKind.PutDataBack => null,
        _ => throw new InvariantException($"no inverse is known for {action.Kind}"),
    };

    private static PlannedAction? OfStorage(PlannedAction action) => action.Kind switch
    {
        ActionKind.MakeImage => action with { Kind = ActionKind.RemoveImage },
        ActionKind.Attach => action with { Kind = ActionKind.Detach },
        ActionKind.Detach => action with { Kind = ActionKind.Attach },
        ActionKind.AdoptMount => action with { Kind = ActionKind.ReleaseMount },
        ActionKind.SetGroup => action with
        {
            Group = action.Group! with
            {
                Before = action.Group.After, After = action.Group.Before,
            },
        },
        ActionKind.SetAccess => action with
        {
            Access = new(action.Access!.After, action.Access.Before),
        },
        // A larger file system harms nothing, and cannot shrink while it is in use.
        _ => null,
    };
}
