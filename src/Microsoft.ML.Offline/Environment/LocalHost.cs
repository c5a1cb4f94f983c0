using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>The environment of one component.</summary>
internal sealed class LocalHost(LocalEnvironment master, string name, Random random, bool verbose)
    : LocalEnvironment(master, name, random, verbose), IHost
{
    public Random Rand => Random;
}
