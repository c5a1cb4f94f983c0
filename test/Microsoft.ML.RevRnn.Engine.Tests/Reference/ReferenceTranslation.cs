namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A translation of one direction in double precision, a pair at a time and without rounding: the encoder's last states are the decoder's first, and what attention makes of each step's output is
/// what the softmax reads. Vectors are [V, E].
/// </summary>
internal sealed class ReferenceTranslation
{
    /// <summary>By layer.</summary>
    public required NaiveLayer[] Encoder { get; init; }

    public required NaiveLayer[] Decoder { get; init; }

    public required Variable SourceVectors { get; init; }

    public required Variable TargetVectors { get; init; }

    public required ReferenceAttention Attention { get; init; }

    /// <summary>[V, H].</summary>
    public required Variable OutputWeight { get; init; }

    public required Variable OutputBias { get; init; }

    public required AttentionContext Context { get; init; }

    /// <summary>k.</summary>
    public required int SliceSize { get; init; }

    private int Width => Encoder[0].Shape.Inputs;

    private int Units => Encoder[^1].Shape.Units;

    /// <param name="source">Its tokens.</param>
    /// <param name="inputs">What the decoder reads, step by step.</param>
    public Pair Run(int[] source, int[] inputs)
    {
        var vectors = Vectors(SourceVectors, source);
        var (read, ends) = Run(Encoder, vectors, null);
        // Variables of their own: the gradients by them are those through attention alone, and through the decoder's start alone.
        var slices = Context == AttentionContext.Embedding ? [] : Array.ConvertAll(read, state => state.Slice(0, Context == AttentionContext.Hidden ? Units : SliceSize));
        Variable[][] starts = [.. ends.Select(states => states.Select(state => state.Slice(0, state.Length)).ToArray())];
        var contexts = Variable.Join([.. Enumerable.Range(0, source.Length).SelectMany(s => Context switch
        {
            AttentionContext.Embedding => (Variable[])[vectors[s]],
            AttentionContext.EmbeddingAndSlice => [vectors[s], slices[s]],
            _ => [slices[s]],
        })]);
        var (written, _) = Run(Decoder, Vectors(TargetVectors, inputs), starts);
        var results = Array.ConvertAll(written, q => Attention.Read(q, contexts));
        return new Pair(
            read, slices, starts[^1], written, Array.ConvertAll(results, result => result.Alpha),
            Array.ConvertAll(results, result => Variable.Product(OutputWeight, result.Output) + OutputBias));
    }

    private Variable[] Vectors(Variable table, int[] tokens) => Array.ConvertAll(tokens, token => table.Slice(token * Width, Width));

    /// <summary>The top layer's outputs, and each layer's last states.</summary>
    private static (Variable[] Outputs, Variable[][] Ends) Run(NaiveLayer[] layers, Variable[] vectors, Variable[][]? starts)
    {
        var ends = new List<Variable[]>();
        foreach (var (i, layer) in layers.Index())
        {
            var states = layer.Run(vectors, starts?[i]);
            vectors = Array.ConvertAll(states, ofStep => ofStep[layer.Shape.Spec.OutputState]);
            ends.Add(states[^1]);
        }
        return (vectors, [.. ends]);
    }

    /// <param name="Read">The encoder's outputs, by source token.</param>
    /// <param name="Slices">What attention reads of them.</param>
    /// <param name="Start">The first states of the decoder's top layer.</param>
    /// <param name="Written">The decoder's outputs, by step.</param>
    /// <param name="Alphas">Attention's weights, by step.</param>
    /// <param name="Scores">Logits [V], by step.</param>
    public sealed record Pair(Variable[] Read, Variable[] Slices, Variable[] Start, Variable[] Written, Variable[] Alphas, Variable[] Scores)
    {
        /// <summary>The cross-entropies of the steps that have a target, which is not negative.</summary>
        public IEnumerable<Variable> Losses(int[] targets) => Scores.Zip(targets).Where(pair => pair.Second >= 0).Select(pair => pair.First.CrossEntropy(pair.Second));
    }
}
