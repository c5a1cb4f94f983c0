namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A memory network over one text, in double, step by step from the equations; its gradients by the chain rule, one value at a time.</summary>
/// <param name="units">H.</param>
/// <param name="question">u_1: [H].</param>
/// <param name="maps">[I, (K + 1) H].</param>
/// <param name="bias">[(K + 1) H].</param>
internal sealed class MemoryReference(int units, double[] question, double[] maps, double[] bias)
{
    private int Memories => bias.Length / units;

    public double[] QuestionGradient { get; } = new double[question.Length];

    public double[] MapsGradient { get; } = new double[maps.Length];

    public double[] BiasGradient { get; } = new double[bias.Length];

    /// <summary>Outputs of each step for the vectors of a text.</summary>
    public double[][] Forward(double[][] x)
    {
        var (memories, states, _) = Read(x);
        double[][] outputs = [.. memories.Select(memory => memory[((Memories - 1) * units)..])];
        outputs[^1] = states[^1];
        return outputs;
    }

    /// <summary>Adds to the gradients, and returns those by the vectors, of the sum of coefficients times outputs.</summary>
    public double[][] Backward(double[][] x, double[][] coefficients)
    {
        var (memories, states, weights) = Read(x);
        var (steps, last) = (x.Length, Memories - 1);
        double[][] ofMemories = [.. x.Select(_ => new double[bias.Length])];
        for (var t = 0; t < steps - 1; t++)
            coefficients[t].CopyTo(ofMemories[t], last * units);
        var ofState = coefficients[^1].ToArray();
        for (var hop = last - 1; hop >= 0; hop--)
        {
            var (ofWeights, before) = (new double[steps], ofState.ToArray());
            for (var t = 0; t < steps; t++)
            {
                for (var j = 0; j < units; j++)
                {
                    ofWeights[t] += ofState[j] * memories[t][(hop + 1) * units + j];
                    ofMemories[t][(hop + 1) * units + j] += weights[hop][t] * ofState[j];
                }
            }
            for (var t = 0; t < steps; t++)
            {
                var ofScore = Enumerable.Range(0, steps).Sum(i => ofWeights[i] * weights[hop][i] * ((i == t ? 1 : 0) - weights[hop][t]));
                for (var j = 0; j < units; j++)
                {
                    ofMemories[t][hop * units + j] += ofScore * states[hop][j];
                    before[j] += ofScore * memories[t][hop * units + j];
                }
            }
            ofState = before;
        }
        for (var j = 0; j < units; j++)
            QuestionGradient[j] += ofState[j];
        return [.. x.Select((vector, t) => OfVector(vector, t, steps, ofMemories[t]))];
    }

    private double[] OfVector(double[] vector, int step, int steps, double[] ofMemory)
    {
        var gradient = new double[vector.Length];
        for (var column = 0; column < ofMemory.Length; column++)
        {
            var d = ofMemory[column] * Place(step, steps, column % units);
            BiasGradient[column] += d;
            for (var i = 0; i < vector.Length; i++)
            {
                MapsGradient[i * bias.Length + column] += vector[i] * d;
                gradient[i] += maps[i * bias.Length + column] * d;
            }
        }
        return gradient;
    }

    private (double[][] Memories, double[][] States, double[][] Weights) Read(double[][] x)
    {
        double[][] memories =
        [
            .. x.Select((vector, t) => Enumerable.Range(0, bias.Length)
                .Select(column => Place(t, x.Length, column % units) * (bias[column] + vector.Select((value, i) => value * maps[i * bias.Length + column]).Sum())).ToArray()),
        ];
        var (states, weights) = (new List<double[]> { question }, new List<double[]>());
        for (var hop = 0; hop < Memories - 1; hop++)
        {
            double[] scores = [.. memories.Select(memory => Math.Exp(Enumerable.Range(0, units).Sum(j => states[hop][j] * memory[hop * units + j])))];
            weights.Add([.. scores.Select(score => score / scores.Sum())]);
            states.Add([.. states[hop].Select((u, j) => u + memories.Select((memory, t) => weights[hop][t] * memory[(hop + 1) * units + j]).Sum())]);
        }
        return (memories, [.. states], [.. weights]);
    }

    private double Place(int step, int steps, int unit)
    {
        var part = (step + 1.0) / steps;
        return 1 - part - (unit + 1.0) / units * (1 - 2 * part);
    }
}
