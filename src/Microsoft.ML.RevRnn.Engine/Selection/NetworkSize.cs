using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn;

/// <summary>How large a network is, and how fast.</summary>
/// <param name="Network">Its shape.</param>
/// <param name="ParameterCount">All learned values of the network; in a file 4 bytes each.</param>
/// <param name="EmbeddingCount">Those of them that are tokens' vectors.</param>
/// <param name="RecurrentCount">Those that lead from state to state: G H H of an ordinary layer with G gates that read it, G H H / 2 of a reversible one.</param>
/// <param name="TimePerToken">Time that predicting takes for a token, the least of several measurements on one thread; it depends on the machine, and on what else that does.</param>
public readonly record struct NetworkSize(NetworkOptions Network, long ParameterCount, long EmbeddingCount, long RecurrentCount, TimeSpan TimePerToken)
{
    internal static NetworkSize Of(NetworkParameters network, TimeSpan timePerToken) => new(
        network.Network.Options,
        network.All.Sum(parameter => (long)parameter.Rows * parameter.Columns),
        (long)network.Encoder.Embedding.Value.Rows * network.Encoder.Embedding.Value.Columns,
        network.Encoder.Stacks.SelectMany(stack => stack.Layers).SelectMany(layer => layer.Hidden.Concat(layer.Inner)).Sum(hidden => (long)hidden.Rows * hidden.Columns),
        timePerToken);
}
