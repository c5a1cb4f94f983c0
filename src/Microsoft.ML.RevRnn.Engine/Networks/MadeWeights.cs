using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>A layer's recurrent weights and biases where they are made of its learned values (<see cref="MadeRecurrence"/>), laid out as if they were learned.</summary>
internal sealed class MadeWeights : IDisposable
{
    private readonly Parameter _learned;
    private readonly MadeRecurrence _recurrence;

    /// <param name="parameters">The layer's.</param>
    /// <param name="recurrence">Makes the weights.</param>
    public MadeWeights(LayerParameters parameters, MadeRecurrence recurrence)
    {
        _learned = parameters.Recurrence!;
        _recurrence = recurrence;
        (Bias, Hidden) = LayerParameters.CreateWeights("made", parameters.Shape);
    }

    /// <inheritdoc cref="LayerParameters.Bias"/>
    public Parameter Bias { get; }

    /// <inheritdoc cref="LayerParameters.Hidden"/>
    public Parameter[] Hidden { get; }

    public void EnableGradient()
    {
        Bias.EnableGradient();
        Hidden[0].EnableGradient();
    }

    /// <summary>After each change of the learned values.</summary>
    public void Make()
    {
        Copy(_learned, _recurrence.Learned);
        _recurrence.Make();
        Set(Hidden[0], _recurrence.Hidden);
        Set(Bias, _recurrence.Bias);
    }

    /// <summary>Takes on the biases that another layer has made of the same values; recurrent weights are shared as they are packed.</summary>
    public void Take(MadeWeights other) => Bias.CopyValuesFrom(other.Bias);

    /// <summary>Before a backward pass.</summary>
    public void BeginGradient()
    {
        Bias.Gradients.Clear();
        Hidden[0].Gradients.Clear();
    }

    /// <summary>After a backward pass: adds its part of the learned values' gradient.</summary>
    public void PullBack()
    {
        CopyGradient(Hidden[0], _recurrence.HiddenGradient);
        CopyGradient(Bias, _recurrence.BiasGradient);
        _recurrence.PullBack();
        var i = 0;
        for (var row = 0; row < _learned.Rows; row++)
        {
            for (var column = 0; column < _learned.Columns; column++)
                _learned.GradientRef(row, column) += (float)_recurrence.LearnedGradient[i++];
        }
    }

    public void Dispose()
    {
        Bias.Dispose();
        Hidden[0].Dispose();
    }

    private static void Copy(Parameter source, double[] target)
    {
        for (var i = 0; i < target.Length; i++)
            target[i] = source.At(i / source.Columns, i % source.Columns);
    }

    private static void CopyGradient(Parameter source, double[] target)
    {
        for (var i = 0; i < target.Length; i++)
            target[i] = source.GradientAt(i / source.Columns, i % source.Columns);
    }

    private static void Set(Parameter target, double[] values)
    {
        for (var i = 0; i < values.Length; i++)
            target.At(i / target.Columns, i % target.Columns) = (float)values[i];
    }
}
