using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Another device: a classifier trained by gradient descent in plain double-precision loops, on weights of its own, with gradients by finite differences.
/// </summary>
internal sealed class NaiveTrainer(NetworkParameters parameters, int[][] sequences, int[] labels) : INetworkTrainer
{
    private const double Difference = 1e-5;

    private readonly Dictionary<Parameter, double[]> _gradients = [];
    private ReferenceNetwork _network = new(parameters);

    public NetworkParameters Parameters => parameters;

    public ActivationAccount Account => default;

    public long PeakBytes => 0;

    public Func<bool>? IsInterrupted { private get; set; }

    /// <summary>How often weights were handed to the loop.</summary>
    public int Exports { get; private set; }

    public BatchResult Train(PackedBatch batch, ulong seed, bool continues = false)
    {
        var members = Enumerable.Range(0, batch.RowCount).Select(batch.SequenceOfRow).ToArray();
        foreach (var parameter in parameters.All)
        {
            var values = _network.Values(parameter);
            var gradient = _gradients[parameter] = new double[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                var value = values[i];
                values[i] = value + Difference;
                var above = Loss(members);
                values[i] = value - Difference;
                gradient[i] = (above - Loss(members)) / (2 * Difference);
                values[i] = value;
            }
        }
        return new BatchResult(Loss(members) * batch.RowCount, batch.RowCount, 0);
    }

    public double Step(float learningRate, float weightDecay, float maximumGradientNorm)
    {
        var norm = Math.Sqrt(_gradients.Values.Sum(gradient => gradient.Sum(value => value * value)));
        var scale = norm > maximumGradientNorm ? maximumGradientNorm / norm : 1;
        foreach (var (parameter, gradient) in _gradients)
        {
            var values = _network.Values(parameter);
            for (var i = 0; i < values.Length; i++)
                values[i] -= learningRate * scale * gradient[i];
        }
        return norm;
    }

    public void BeginValidation()
    {
    }

    public BatchResult Evaluate(PackedBatch batch, bool continues = false)
    {
        var members = Enumerable.Range(0, batch.RowCount).Select(batch.SequenceOfRow).ToArray();
        return new BatchResult(Loss(members) * batch.RowCount, batch.RowCount, 0);
    }

    public void Export()
    {
        Exports++;
        foreach (var parameter in parameters.All)
        {
            var values = _network.Values(parameter);
            for (var i = 0; i < values.Length; i++)
                parameter.At(i / parameter.Columns, i % parameter.Columns) = (float)values[i];
        }
    }

    public void Import() => _network = new ReferenceNetwork(parameters);

    public void SaveState(BinaryWriter writer)
    {
    }

    public void LoadState(BinaryReader reader)
    {
    }

    public int RowLimit(int steps, int most) => most;

    public long LeastBytes(int rows, int steps) => 0;

    public void Dispose()
    {
    }

    private double Loss(int[] members) => _network.Loss([.. members.Select(member => sequences[member])], [.. members.Select(member => labels[member])]);
}
