using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Data whose batches can be cut into shards.</summary>
/// <param name="options">How to train.</param>
internal abstract class ShardableTask(TrainingOptions options) : TrainingTask(options)
{
    public sealed override BatchResult Train(int batch, ulong seed) => Train(batch, Shard.Whole, seed);

    public sealed override BatchResult Evaluate(int batch) => Evaluate(batch, Shard.Whole);

    /// <summary>Computes the gradients of the mean loss over a shard of a batch; nothing where it is empty.</summary>
    public abstract BatchResult Train(int batch, Shard shard, ulong seed);

    /// <summary>Loss of a shard of a batch of held-back data, without dropout.</summary>
    public abstract BatchResult Evaluate(int batch, Shard shard);

    /// <summary>Adds the tokens of a whole batch, whose vectors will have gradients, to those of each table of vectors.</summary>
    public abstract void AddTokens(int batch, IReadOnlyList<TokenUnion> unions);
}
