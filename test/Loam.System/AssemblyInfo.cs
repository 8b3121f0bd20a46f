// Engines share the kernel's network and the machine's cores: one story after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
