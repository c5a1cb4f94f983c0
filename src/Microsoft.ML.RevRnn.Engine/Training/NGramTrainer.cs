using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Trains the map of n-grams by AdaGrad, a text at a time, on the loss of the classifier that it is a part of.</summary>
/// <param name="options">How to train.</param>
/// <param name="loss">What the outcomes should be.</param>
/// <param name="outcomes">C.</param>
/// <param name="seed">Of the order of texts.</param>
internal sealed class NGramTrainer(NGramOptions options, Loss loss, int outcomes, ulong seed)
{
    private const float BiasRate = 0.01f;
    private const float Epsilon = 1e-6f;

    /// <summary>Gradients by scores below this change nothing that can be told; of many classes most are.</summary>
    private const float LeastGradient = 1e-5f;

    private readonly float[] _gradient = new float[outcomes];
    private readonly int[] _active = new int[outcomes];

    /// <param name="texts">All texts.</param>
    /// <param name="members">Those that are trained on.</param>
    /// <param name="start">Weights to go on from; null for zero.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public NGramWeights Train(IReadOnlyList<NGramVector> texts, int[] members, NGramWeights? start, CancellationToken cancellationToken)
    {
        var weights = new NGramWeights(start?.Bits ?? options.HashBitsFor(outcomes), outcomes);
        weights.Learn(start, texts, members);
        var projected = new (int[] Rows, float[] Values)[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            projected[i] = weights.Project(texts[members[i]]);
        }
        var squares = new float[weights.Values.Length];
        var rate = options.LearningRate ?? Math.Clamp(0.1f * MathF.Sqrt(members.Length / 5000f), 0.1f, 0.4f);
        var meanWeight = members.Average(member => (double)loss.Weight(member));
        var order = new int[members.Length];
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            for (var i = 0; i < order.Length; i++)
                order[i] = i;
            BatchPlan.Shuffle(order, CounterRandom.Key(seed, RandomUse.NGramOrder, (ulong)epoch));
            var epochRate = rate * (1 - (float)epoch / options.Epochs);
            foreach (var i in order)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Step(weights, squares, projected[i], members[i], epochRate, (float)(loss.Weight(members[i]) / meanWeight));
            }
        }
        weights.Round();
        return weights;
    }

    private void Step(NGramWeights weights, float[] squares, (int[] Rows, float[] Values) text, int member, float rate, float weight)
    {
        var (gradient, active) = (_gradient, _active);
        weights.Score(text.Rows, text.Values, gradient);
        loss.Activate(gradient);
        loss.Gradient(gradient, member);
        var count = 0;
        for (var c = 0; c < outcomes; c++)
        {
            gradient[c] *= weight;
            weights.Bias[c] -= BiasRate * gradient[c];
            if (Math.Abs(gradient[c]) >= LeastGradient)
                active[count++] = c;
        }
        var l2 = options.L2Regularization;
        for (var i = 0; i < text.Rows.Length; i++)
        {
            var first = text.Rows[i] * outcomes;
            var value = text.Values[i];
            foreach (var c in active.AsSpan(0, count))
            {
                ref var w = ref weights.Values[first + c];
                var g = gradient[c] * value + l2 * w;
                ref var sum = ref squares[first + c];
                sum += g * g;
                w -= rate * g / (MathF.Sqrt(sum) + Epsilon);
            }
        }
    }
}
