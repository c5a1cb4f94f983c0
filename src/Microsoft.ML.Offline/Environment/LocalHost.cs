using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>The environment of one component.</summary>
internal sealed class LocalHost : LocalEnvironment, IHost
{
    private readonly string? _parent;

    public LocalHost(LocalEnvironment master, string name, Random random, bool verbose)
        : base(master, name, random, verbose)
        => _parent = master.FullName;

    public Random Rand => Random;

    public override TException Process<TException>(TException ex)
    {
        ex.Data["Throwing component"] = ShortName;
        ex.Data["Parent component"] = _parent;
        return Contracts.Mark(ex);
    }
}
