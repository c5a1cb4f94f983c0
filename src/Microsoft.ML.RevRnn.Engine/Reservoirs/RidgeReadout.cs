using System.Numerics.Tensors;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A linear map that is learned in closed form (ridge regression): W = (F^T F + beta I)^-1 F^T Y minimises the sum of squared errors and beta |W|^2, of features F [T, D] and targets Y [T, K]. All
/// weights count, those of a constant feature too. In double precision, by Cholesky's decomposition; D^2 T multiplications.
/// </summary>
/// <remarks>Immutable and safe for use from many threads.</remarks>
public sealed class RidgeReadout
{
    private const int MostValues = 100_000_000;

    /// <summary>[D, K].</summary>
    private readonly double[] _weights;

    private RidgeReadout(double[] weights, int features, int targets)
    {
        (FeatureCount, TargetCount) = (features, targets);
        _weights = weights;
    }

    /// <summary>D.</summary>
    public int FeatureCount { get; }

    /// <summary>K.</summary>
    public int TargetCount { get; }

    /// <summary>[D, K], row after row.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>Learns the map.</summary>
    /// <param name="features">[T][D], finite.</param>
    /// <param name="targets">[T][K], finite.</param>
    /// <param name="ridge">beta, above 0.</param>
    /// <exception cref="ArgumentException">There are no rows, or rows of different lengths, or what is not finite, or <paramref name="ridge"/> is too small for features that depend on each other.</exception>
    public static RidgeReadout Fit(IReadOnlyList<double[]> features, IReadOnlyList<double[]> targets, double ridge)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        OptionCheck.Range(nameof(ridge), ridge, double.Epsilon, double.MaxValue);
        if (features.Count == 0 || features.Count != targets.Count)
            throw new ArgumentException($"There are {features.Count} rows of features and {targets.Count} of targets; there must be as many, and one at least.", nameof(targets));
        var (d, k) = (Width(features, nameof(features)), Width(targets, nameof(targets)));
        var (gram, moments) = (new double[d * d], new double[d * k]);
        for (var i = 0; i < d; i++)
            gram[i * d + i] = ridge;
        for (var t = 0; t < features.Count; t++)
        {
            for (var i = 0; i < d; i++)
            {
                var value = features[t][i];
                TensorPrimitives.FusedMultiplyAdd(features[t].AsSpan(0, i + 1), value, gram.AsSpan(i * d, i + 1), gram.AsSpan(i * d, i + 1));
                TensorPrimitives.FusedMultiplyAdd(targets[t], value, moments.AsSpan(i * k, k), moments.AsSpan(i * k, k));
            }
        }
        if (!Factor(gram, d))
            throw new ArgumentException($"The features depend on each other so much that there is no map with a ridge of {ridge}; take a larger one.", nameof(ridge));
        var weights = (double[])moments.Clone();
        Solve(gram, weights, d, k);
        Refine(features, targets, ridge, gram, weights);
        return new RidgeReadout(weights, d, k);
    }

    /// <summary>W^T f: [K].</summary>
    /// <param name="features">[D].</param>
    /// <exception cref="ArgumentException">There are more or less features.</exception>
    public double[] Predict(ReadOnlySpan<double> features)
    {
        if (features.Length != FeatureCount)
            throw new ArgumentException($"There are {features.Length} features; the readout takes {FeatureCount}.", nameof(features));
        var targets = new double[TargetCount];
        for (var i = 0; i < features.Length; i++)
            TensorPrimitives.FusedMultiplyAdd(_weights.AsSpan(i * TargetCount, TargetCount), features[i], targets, targets);
        return targets;
    }

    /// <summary>Writes int32 D, int32 K, the weights as float64, little-endian.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FeatureCount);
        writer.Write(TargetCount);
        foreach (var weight in _weights)
            writer.Write(weight);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a seekable stream.</summary>
    /// <exception cref="FormatException">The content is damaged.</exception>
    public static RidgeReadout Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        try
        {
            var (features, targets) = (reader.ReadInt32(), reader.ReadInt32());
            var stream = reader.BaseStream;
            if (features < 1 || targets < 1 || (long)features * targets > Math.Min(MostValues, (stream.Length - stream.Position) / sizeof(double)))
                throw new FormatException($"The readout is damaged: it claims to have {features} times {targets} weights.");
            var weights = new double[features * targets];
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] = reader.ReadDouble();
                if (!double.IsFinite(weights[i]))
                    throw new FormatException($"The readout is damaged: weight {i} is {weights[i]}.");
            }
            return new RidgeReadout(weights, features, targets);
        }
        catch (EndOfStreamException failure)
        {
            throw new FormatException("The readout is damaged: it ends early.", failure);
        }
    }

    /// <summary>
    /// One step of iterative refinement: what the sums of products have lost in digits comes back, as the gradient that is left is computed of the errors themselves, F^T (Y - F W) - beta W.
    /// </summary>
    private static void Refine(IReadOnlyList<double[]> features, IReadOnlyList<double[]> targets, double ridge, double[] lower, double[] weights)
    {
        var (d, k) = (features[0].Length, targets[0].Length);
        var gradient = new double[weights.Length];
        TensorPrimitives.Multiply(weights, -ridge, gradient);
        var errors = new double[k];
        for (var t = 0; t < features.Count; t++)
        {
            targets[t].CopyTo(errors, 0);
            for (var i = 0; i < d; i++)
                TensorPrimitives.FusedMultiplyAdd(weights.AsSpan(i * k, k), -features[t][i], errors, errors);
            for (var i = 0; i < d; i++)
                TensorPrimitives.FusedMultiplyAdd(errors, features[t][i], gradient.AsSpan(i * k, k), gradient.AsSpan(i * k, k));
        }
        Solve(lower, gradient, d, k);
        TensorPrimitives.Add(weights, gradient, weights);
    }

    private static int Width(IReadOnlyList<double[]> rows, string name)
    {
        var width = rows[0]?.Length ?? 0;
        for (var t = 0; t < rows.Count; t++)
        {
            if (rows[t] is not { Length: > 0 } row || row.Length != width)
                throw new ArgumentException($"Row {t} of the {name} has {rows[t]?.Length ?? 0} values, and the first has {width}; all must have as many, and one at least.", name);
            if (!Array.TrueForAll(row, double.IsFinite))
                throw new ArgumentException($"Row {t} of the {name} holds a value that is not finite.", name);
        }
        return width;
    }

    /// <summary>A = L L^T, in the lower triangle of A.</summary>
    /// <returns>Whether A is positive definite.</returns>
    private static bool Factor(double[] a, int d)
    {
        for (var row = 0; row < d; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = a[row * d + column];
                for (var i = 0; i < column; i++)
                    sum -= a[row * d + i] * a[column * d + i];
                if (row == column && !(sum > 0 && double.IsFinite(sum)))
                    return false;
                a[row * d + column] = row == column ? Math.Sqrt(sum) : sum / a[column * d + column];
            }
        }
        return true;
    }

    /// <summary>L L^T X = B, in place of B [d, k].</summary>
    private static void Solve(double[] lower, double[] b, int d, int k)
    {
        for (var row = 0; row < d; row++)
        {
            var target = b.AsSpan(row * k, k);
            for (var i = 0; i < row; i++)
                TensorPrimitives.FusedMultiplyAdd(b.AsSpan(i * k, k), -lower[row * d + i], target, target);
            TensorPrimitives.Divide(target, lower[row * d + row], target);
        }
        for (var row = d - 1; row >= 0; row--)
        {
            var target = b.AsSpan(row * k, k);
            for (var i = row + 1; i < d; i++)
                TensorPrimitives.FusedMultiplyAdd(b.AsSpan(i * k, k), -lower[i * d + row], target, target);
            TensorPrimitives.Divide(target, lower[row * d + row], target);
        }
    }
}
